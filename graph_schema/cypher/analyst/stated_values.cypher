// Purpose: The dates, amounts or money that documents state, in order of the value: dates by time.
// Parameter type (string): date, quantity or money
// Parameter prefix (string = ""): only those whose value begins so, e.g. 2016-11 for a month
// Parameter limit (integer = 200): how many at most
// Column value: ISO 8601 as precise as the document is, number and unit, or number and currency
// Column surface: the document's own words
// Column source: source name
// Column path: path within the source
// Column record: record id within the file, or null
// Column start: first character in the document's text
// Column end: the character after the last
MATCH (v:Value {value_type: $type})
WHERE v.normalised STARTS WITH $prefix
MATCH (d:Document {key: v.document})
RETURN v.normalised AS value, v.surface AS surface, d.source AS source, d.path AS path, d.record AS record,
       v.start AS start, v.end AS end
ORDER BY value, source, path, record, start LIMIT $limit
