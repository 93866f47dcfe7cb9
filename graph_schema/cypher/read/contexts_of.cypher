// Purpose: What documents say around local entities: named ones in the same chunks, and claims about them.
// Parameter local_entities (list<string>): local entity keys
// Column key: local entity key
// Column neighbours: {name, kind} of what is mentioned in the same chunks
// Column mentions: {text, start, end}: text of a chunk, and where in it (half-open) it is mentioned
// Column claims: one {predicate, status, value, value_type, valid_from, valid_to} per affirmed claim about it
UNWIND $local_entities AS local
MATCH (l:LocalEntity {key: local})
RETURN l.key AS key,
       COLLECT {
         MATCH (l)<-[:MENTIONS]-(:Chunk)-[:MENTIONS]->(other:LocalEntity)
         WHERE other.named AND other.key <> local
         RETURN DISTINCT {name: other.name, kind: other.kind}
       } AS neighbours,
       COLLECT {
         MATCH (l)<-[m:MENTIONS]-(c:Chunk)
         RETURN {text: c.text, start: m.start - c.start, end: m.end - c.start}
       } AS mentions,
       COLLECT {
         MATCH (c:Claim)-[:SUBJECT]->(l)
         WHERE c.polarity = 'affirmed' AND c.modality = 'asserted' AND c.status <> 'refused'
         RETURN {predicate: c.predicate, status: c.status, value: c.value, value_type: c.value_type,
                 valid_from: c.valid_from, valid_to: c.valid_to}
       } AS claims
