// What passages mean, as vectors of the encoder; the next run makes them for every document. A graph whose encoder gives
// another number of dimensions has the index with that number.
CREATE VECTOR INDEX chunk_embedding IF NOT EXISTS FOR (n:Chunk) ON (n.embedding)
OPTIONS {indexConfig: {`vector.dimensions`: 384, `vector.similarity_function`: 'cosine'}};
CREATE INDEX document_embedded IF NOT EXISTS FOR (n:Document) ON (n.embedded_by);
MATCH (d:Document) WHERE d.embedded_by IS NULL SET d.embedded_by = '-';
