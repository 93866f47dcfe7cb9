// Purpose: Where documents mention an entity, under which words.
// Parameter name (string): its name or an alias, whole; upper and lower case are one
// Parameter limit (integer = 200): how many at most
// Column surface: the words that stand for it
// Column rule: what joined them to it
// Column source: source name
// Column path: path within the source
// Column record: record id within the file, or null
// Column start: first character in the document's text
// Column end: the character after the last
// Column context: up to sixty characters before and after
CALL db.index.fulltext.queryNodes('entity_names', '"' + replace(replace($name, '\\', ' '), '"', ' ') + '"')
YIELD node AS e
WHERE toLower($name) IN [name IN [e.name] + coalesce(e.aliases, []) | toLower(name)]
MATCH (e)<-[:RESOLVES_TO]-(l:LocalEntity)<-[m:MENTIONS]-(k:Chunk)-[:FROM_DOCUMENT]->(d:Document)
WITH m, d, k, CASE WHEN m.start - k.start < 60 THEN 0 ELSE m.start - k.start - 60 END AS from
RETURN m.surface AS surface, m.rule AS rule, d.source AS source, d.path AS path, d.record AS record,
       m.start AS start, m.end AS end, substring(k.text, from, m.end - k.start + 60 - from) AS context
ORDER BY source, path, record, start LIMIT $limit
