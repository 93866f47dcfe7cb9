// People's decisions on who is who, bound to names in documents.
CREATE CONSTRAINT decision_key IF NOT EXISTS FOR (n:Decision) REQUIRE n.key IS UNIQUE;
CREATE INDEX decision_first IF NOT EXISTS FOR (n:Decision) ON (n.first_document);
CREATE INDEX decision_second IF NOT EXISTS FOR (n:Decision) ON (n.second_document);
