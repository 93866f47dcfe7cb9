// What documents can be called, which questions and passages link to; the next run finds it for every document again.
CREATE CONSTRAINT title_key IF NOT EXISTS FOR (n:Title) REQUIRE n.key IS UNIQUE;
CREATE INDEX document_enriched IF NOT EXISTS FOR (n:Document) ON (n.enriched);
CREATE FULLTEXT INDEX title_words IF NOT EXISTS FOR (n:Title) ON EACH [n.key]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-folding', `fulltext.eventually_consistent`: true}};
MATCH (d:Document) WHERE d.enriched IS NULL SET d.enriched = '-';
