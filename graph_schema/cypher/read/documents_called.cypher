// Purpose: The documents that given titles name, the surest first, with what each is about.
// Parameter keys (list<string>): title keys
// Parameter per_title (integer): how many documents of each title at most
// Column title_key: the title key
// Column weight: how surely (0 to 1) it names the document
// Column key: document key
// Column title: the document's own title, or null
// Column opening: the beginning of its text
// Column entities: {id, name, kind} of what it is about
UNWIND $keys AS title_key
MATCH (t:Title {key: title_key})
CALL (t) {
  MATCH (t)<-[r:TITLED]-(d:Document)
  RETURN d, r.weight AS weight ORDER BY weight DESC, d.key LIMIT $per_title
}
RETURN title_key, weight, d.key AS key, d.title AS title,
       coalesce(head(COLLECT { MATCH (d)<-[:FROM_DOCUMENT]-(c:Chunk {index: 0}) RETURN left(c.text, 200) }), '') AS opening,
       COLLECT { MATCH (d)-[:ABOUT]->(:LocalEntity)-[:RESOLVES_TO]->(e:__Entity__) WHERE e.named
                 RETURN DISTINCT e {.id, .name, .kind} } AS entities
ORDER BY title_key, weight DESC, key
