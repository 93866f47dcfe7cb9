"""The one store: Neo4j, private or yours."""
