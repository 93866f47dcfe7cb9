// One run at a time, over every host; and which documents are catalogued only.
CREATE CONSTRAINT lease_name IF NOT EXISTS FOR (n:Lease) REQUIRE n.name IS UNIQUE;
CREATE INDEX document_structured IF NOT EXISTS FOR (n:Document) ON (n.structured);
