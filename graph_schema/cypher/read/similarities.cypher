// Purpose: How near the vectors of chunks are to given ones.
// Parameter pairs (list<map>): vector (number in vectors), chunk (chunk id)
// Parameter vectors (list<list<float>>): vectors of length 1
// Column vector: number of the given vector
// Column chunk: chunk id
// Column similarity: cosine, 0 (opposite) to 1 (equal)
UNWIND $pairs AS pair
MATCH (c:Chunk {id: pair.chunk})
WHERE c.embedding IS NOT NULL
RETURN pair.vector AS vector, c.id AS chunk, vector.similarity.cosine(c.embedding, $vectors[pair.vector]) AS similarity
