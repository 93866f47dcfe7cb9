// Purpose: Every claim for and against a fact, with the characters that say it.
// Parameter fact (string): fact key, a column of other queries and the property `fact` of typed relationships
// Column verdict: SUPPORTS or DENIES
// Column quote: the characters themselves
// Column source: source name
// Column path: path within the source
// Column record: record id within the file, or null
// Column title: the document's title, or null
// Column date: the document's date, or null
// Column start: first character of the quote in the document's text
// Column end: the character after its last
// Column confidence: of this claim alone
// Column method: what extracted it
// Column rule: the pattern of words that was read
// Column claim: claim key
MATCH (:Fact {key: $fact})<-[verdict:SUPPORTS|DENIES]-(c:Claim)
MATCH (c)-[:STATED_IN]->(:Chunk)-[:FROM_DOCUMENT]->(d:Document)
RETURN type(verdict) AS verdict, c.quote AS quote, d.source AS source, d.path AS path, d.record AS record,
       d.title AS title, d.date AS date, c.start AS start, c.end AS end, c.confidence AS confidence,
       c.method AS method, c.rule AS rule, c.key AS claim
ORDER BY verdict DESC, source, path, record, start, claim
