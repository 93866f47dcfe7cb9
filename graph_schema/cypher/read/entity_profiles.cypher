// Purpose: Entities with their counts and the keys of their best supported facts.
// Parameter ids (list<string>): entity ids
// Parameter most_aliases (integer): how many aliases of each at most
// Parameter most_facts (integer): how many facts of each at most
// Column id: entity id
// Column name: the name most mentions use
// Column kind: its kind
// Column named: false for one that a document only describes
// Column aliases: its other names, in order
// Column total_aliases: how many it has
// Column mentions: how often it is mentioned
// Column documents: in how many documents
// Column facts: fact keys, those of the ontology first, then the best supported
// Column total_facts: how many facts it stands in
UNWIND $ids AS id
MATCH (e:__Entity__ {id: id})
CALL (e) {
  OPTIONAL MATCH (e)<-[:FACT_SUBJECT|FACT_OBJECT]-(f:Fact)
  WITH DISTINCT f ORDER BY f.status, f.support DESC, coalesce(f.confidence, 0.0) DESC, f.key
  WITH collect(f.key) AS keys
  RETURN keys[..$most_facts] AS facts, size(keys) AS total_facts
}
RETURN e.id AS id, e.name AS name, e.kind AS kind, e.named AS named, e.aliases[..$most_aliases] AS aliases,
       size(e.aliases) AS total_aliases, e.mentions AS mentions, e.documents AS documents, facts, total_facts
ORDER BY mentions DESC, id
