// Purpose: What documents say around local entities: named ones in the same chunks, and claims about them.
// Parameter local_entities (list<string>): local entity keys
// Column key: local entity key
// Column neighbours: names of what is mentioned in the same chunks
// Column claims: one {predicate, status, value, value_type, valid_from, valid_to} per affirmed claim about it
UNWIND $local_entities AS local
MATCH (l:LocalEntity {key: local})
RETURN l.key AS key,
       COLLECT {
         MATCH (l)<-[:MENTIONS]-(:Chunk)-[:MENTIONS]->(other:LocalEntity)
         WHERE other.named AND other.key <> local
         RETURN DISTINCT other.name
       } AS neighbours,
       COLLECT {
         MATCH (c:Claim)-[:SUBJECT]->(l)
         WHERE c.polarity = 'affirmed' AND c.modality = 'asserted' AND c.status <> 'refused'
         RETURN {predicate: c.predicate, status: c.status, value: c.value, value_type: c.value_type,
                 valid_from: c.valid_from, valid_to: c.valid_to}
       } AS claims
