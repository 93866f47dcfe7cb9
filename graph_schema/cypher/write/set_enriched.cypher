// Purpose: Say by what documents were enriched.
// Parameter documents (list<string>): document keys
// Parameter enricher (string): fingerprint of what enriched them
UNWIND $documents AS document
MATCH (d:Document {key: document})
SET d.enriched = $enricher
