// Purpose: Which server this is.
// Column name: of the component
// Column version: its version
// Column edition: community or enterprise
CALL dbms.components() YIELD name, versions, edition
WHERE name = 'Neo4j Kernel'
RETURN name, versions[0] AS version, edition
