// Purpose: Forget what documents can be called, and the titles that no other document bears.
// Parameter documents (list<string>): document keys
UNWIND $documents AS document
MATCH (:Document {key: document})-[r:TITLED]->(t:Title)
DELETE r
WITH DISTINCT t
WHERE NOT EXISTS { (t)<-[:TITLED]-() }
DELETE t
