"""What a graph holds: records, keys, ontology, migrations and every Cypher statement. Imports nothing of `pipeline`."""
