// Purpose: All facts of given subjects under given predicates: the groups in which facts can conflict.
// Parameter groups (list<map>): subject, predicate
// Column subject: entity id
// Column predicate: the predicate
// Column facts: one {key, value, value_type, object, support} per fact
UNWIND $groups AS pair
MATCH (e:__Entity__ {id: pair.subject})<-[:FACT_SUBJECT]-(f:Fact {predicate: pair.predicate})
OPTIONAL MATCH (f)-[:FACT_OBJECT]->(o:__Entity__)
RETURN e.id AS subject, pair.predicate AS predicate,
       collect({key: f.key, value: f.value, value_type: f.value_type, object: o.id, support: f.support}) AS facts
