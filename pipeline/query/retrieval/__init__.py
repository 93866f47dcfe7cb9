"""Retrieval of passages: what the question's names stand for, a bounded walk over titles, and full text, in one ranking."""
