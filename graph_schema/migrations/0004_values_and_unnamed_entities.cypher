// Documents state values: dates, amounts, money. Entities say whether they have a name; the next run, which extracts all
// documents again, finds those that have none.
CREATE CONSTRAINT value_key IF NOT EXISTS FOR (n:Value) REQUIRE n.key IS UNIQUE;
CREATE INDEX value_document IF NOT EXISTS FOR (n:Value) ON (n.document);
CREATE INDEX value_normalised IF NOT EXISTS FOR (n:Value) ON (n.value_type, n.normalised);
MATCH (e:__Entity__) WHERE e.named IS NULL SET e.named = true;
