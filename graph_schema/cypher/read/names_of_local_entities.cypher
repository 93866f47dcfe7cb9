// Purpose: The names that given local entities bear.
// Parameter local_entities (list<string>): local entity keys
// Column key: name key
UNWIND $local_entities AS local
MATCH (:LocalEntity {key: local})-[:HAS_NAME]->(n:Name)
RETURN DISTINCT n.key AS key
