// Purpose: Delete typed relationships whose fact is no longer plainly asserted; one statement text per type.
// Parameter facts (list<string>): fact keys
UNWIND $facts AS fact
MATCH ()-[r:RELATIONSHIP_TYPE {fact: fact}]->()
DELETE r
