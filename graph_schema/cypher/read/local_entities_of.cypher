// Purpose: The local entities of documents, as resolution needs them.
// Parameter documents (list<string>): document keys
// Column key: local entity key
// Column document: its document
// Column kind: its kind
// Column name: its fullest name
// Column aliases: its other names
// Column named: false for one that the document only describes
// Column stated: whether a claim about it becomes a fact: neither refused nor hypothetical nor attributed
UNWIND $documents AS document
MATCH (l:LocalEntity {document: document})
RETURN l.key AS key, l.document AS document, l.kind AS kind, l.name AS name, l.aliases AS aliases, l.named AS named,
       EXISTS {
         (l)<-[:SUBJECT|OBJECT]-(c:Claim)
         WHERE c.status <> 'refused' AND c.modality = 'asserted' AND c.attributed_to IS NULL
       } AS stated
