// Purpose: The local entities that bear given names, with the entity each is now.
// Parameter names (list<string>): name keys
// Column key: local entity key
// Column document: its document
// Column kind: its kind
// Column name: its fullest name
// Column aliases: its other names
// Column entity: id of the entity it resolves to, or null
// Column entity_kind: that entity's kind
// Column rule: by which rule
// Column score: how surely
UNWIND $names AS key
MATCH (:Name {key: key})<-[:HAS_NAME]-(l:LocalEntity)
WITH DISTINCT l
OPTIONAL MATCH (l)-[r:RESOLVES_TO]->(e:__Entity__)
RETURN l.key AS key, l.document AS document, l.kind AS kind, l.name AS name, l.aliases AS aliases, e.id AS entity,
       e.kind AS entity_kind, r.rule AS rule, r.score AS score
