// Evidence that no reader sees: of a large document that is being loaded, or of one that is being deleted.
CREATE CONSTRAINT generation_key IF NOT EXISTS FOR (n:Generation) REQUIRE n.key IS UNIQUE;
