// Purpose: How many entities there are of each kind, and how often they are mentioned.
// Column kind: kind of the ontology, or Thing where none is known
// Column entities: how many with a name
// Column unnamed: how many that a document only describes
// Column mentions: how often documents mention them
// Column example: the most mentioned one with a name
MATCH (e:__Entity__)
WITH e.kind AS kind, e ORDER BY e.mentions DESC, e.id
RETURN kind, count(CASE WHEN e.named THEN 1 END) AS entities, count(CASE WHEN NOT e.named THEN 1 END) AS unnamed,
       sum(e.mentions) AS mentions, head(collect(CASE WHEN e.named THEN e.name END)) AS example
ORDER BY entities DESC, kind
