"""Groundplan: documents structured once, in stages, into a Neo4j knowledge graph that can prove what it says."""
