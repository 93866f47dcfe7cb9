// Purpose: For each of some groups of entities the chunks of current documents that mention most of them, and where.
// Parameter groups (list<map>): ids (entity ids)
// Parameter chunks (list<string>): only these chunks; any where it is empty
// Parameter per_entity (integer): how many chunks of each entity are looked at
// Parameter limit (integer): how many chunks of each group at most
// Column place: of the group in the list, from 0
// Column id: chunk id
// Column text: its text
// Column start: its first offset in the document's text
// Column source: source name
// Column path: path within the source
// Column record: record within the file, or null
// Column title: the document's title
// Column mentions: {id, start, end} of each mention of the group's entities, half-open offsets in the document's text
UNWIND range(0, size($groups) - 1) AS place
WITH place, $groups[place].ids AS ids
CALL (ids) {
  UNWIND ids AS id
  CALL (id) {
    MATCH (:__Entity__ {id: id})-[:FROM_CHUNK]->(k:Chunk)
    WHERE size($chunks) = 0 OR k.id IN $chunks
    RETURN k ORDER BY k.id LIMIT $per_entity
  }
  WITH k, count(*) AS entities
  MATCH (k)-[:FROM_DOCUMENT]->(d:Document)
  RETURN k, d, entities ORDER BY entities DESC, k.id LIMIT $limit
}
RETURN place, k.id AS id, k.text AS text, k.start AS start, d.source AS source, d.path AS path, d.record AS record,
       d.title AS title,
       COLLECT {
         MATCH (k)-[m:MENTIONS]->(:LocalEntity)-[:RESOLVES_TO]->(e:__Entity__)
         WHERE e.id IN ids
         RETURN {id: e.id, start: m.start, end: m.end} ORDER BY m.start, m.end
       } AS mentions
ORDER BY place, entities DESC, id
