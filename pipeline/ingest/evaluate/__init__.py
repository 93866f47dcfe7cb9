"""Evaluation on labelled data of a user's own: what the shipped pipeline finds, beside what a person found."""
