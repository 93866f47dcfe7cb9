// Purpose: Facts that someone has a role, from documents about given entities or from words that name one of them: who holds
//   the offices of an organisation that no fact ties them to.
// Parameter ids (list<string>): entity ids
// Parameter role (string): noun of the role, in lower case
// Parameter limit (integer): how many at most
// Column key: fact key
// Column predicate: its predicate
// Column status: accepted (of the ontology) or open
// Column subject: {id, name, kind} of the subject
// Column object: null
// Column value: the role
// Column value_type: its type
// Column support: supporting claims
// Column denials: denying claims
// Column documents: documents that support it
// Column confidence: of the fact, or null when nothing supports it
UNWIND $ids AS id
MATCH (:__Entity__ {id: id})<-[:RESOLVES_TO]-(l:LocalEntity)
CALL (l) {
  MATCH (l)<-[:ABOUT]-(:Document)<-[:FROM_DOCUMENT]-(:Chunk)<-[:STATED_IN]-(c:Claim {predicate: 'HAS_ROLE'})
  RETURN c
  UNION
  MATCH (l)<-[m:MENTIONS]-(:Chunk)<-[:STATED_IN]-(c:Claim {predicate: 'HAS_ROLE'})
  WHERE m.start >= c.start AND m.end <= c.end
  RETURN c
}
MATCH (c)-[:SUPPORTS]->(f:Fact)-[:FACT_SUBJECT]->(s:__Entity__)
WHERE f.support > 0 AND (f.value = $role OR f.value ENDS WITH ' ' + $role OR f.value STARTS WITH $role + ' of ')
WITH DISTINCT f, s
RETURN f.key AS key, f.predicate AS predicate, f.status AS status, s {.id, .name, .kind} AS subject, null AS object,
       f.value AS value, f.value_type AS value_type, f.support AS support, f.denials AS denials,
       f.documents AS documents, f.confidence AS confidence
ORDER BY support DESC, confidence DESC, key LIMIT $limit
