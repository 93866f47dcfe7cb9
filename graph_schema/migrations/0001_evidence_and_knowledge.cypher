// Every key stands under a unique constraint; what is looked up otherwise has an index.
CREATE CONSTRAINT document_key IF NOT EXISTS FOR (n:Document) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT chunk_id IF NOT EXISTS FOR (n:Chunk) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT local_entity_key IF NOT EXISTS FOR (n:LocalEntity) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT claim_key IF NOT EXISTS FOR (n:Claim) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:__Entity__) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT fact_key IF NOT EXISTS FOR (n:Fact) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT run_id IF NOT EXISTS FOR (n:Run) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT migration_name IF NOT EXISTS FOR (n:Migration) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT mentions_key IF NOT EXISTS FOR ()-[r:MENTIONS]-() REQUIRE r.key IS UNIQUE;

CREATE INDEX document_file IF NOT EXISTS FOR (n:Document) ON (n.source, n.path);
CREATE INDEX document_state IF NOT EXISTS FOR (n:Document) ON (n.state);
CREATE INDEX chunk_document IF NOT EXISTS FOR (n:Chunk) ON (n.document);
CREATE INDEX local_entity_document IF NOT EXISTS FOR (n:LocalEntity) ON (n.document);
CREATE INDEX claim_document IF NOT EXISTS FOR (n:Claim) ON (n.document);
CREATE INDEX claim_status IF NOT EXISTS FOR (n:Claim) ON (n.status);
CREATE INDEX entity_name IF NOT EXISTS FOR (n:__Entity__) ON (n.name);
CREATE INDEX fact_predicate IF NOT EXISTS FOR (n:Fact) ON (n.predicate);
CREATE INDEX run_started IF NOT EXISTS FOR (n:Run) ON (n.started);

// Eventually consistent: the loader does not wait for them, the enrich pass does.
CREATE FULLTEXT INDEX entity_names IF NOT EXISTS FOR (n:__Entity__) ON EACH [n.name, n.aliases]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-folding', `fulltext.eventually_consistent`: true}};
CREATE FULLTEXT INDEX chunk_text IF NOT EXISTS FOR (n:Chunk) ON EACH [n.text]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'english', `fulltext.eventually_consistent`: true}};
