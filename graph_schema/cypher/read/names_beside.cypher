// Purpose: Other names of the local entities that bear given names.
// Parameter names (list<string>): name keys
// Column key: name key
UNWIND $names AS key
MATCH (:Name {key: key})<-[:HAS_NAME]-(:LocalEntity)-[:HAS_NAME]->(other:Name)
WHERE other.key <> key
RETURN DISTINCT other.key AS key
