// Purpose: The journal of people's decisions on who is who, each bound to a name in one document and a name in another.
// Column key: decision key
// Column verdict: same or different
// Column first_document: key of the document of the first name
// Column first_source: its source
// Column first_path: its path
// Column first_record: its record, or null
// Column first_name: the name, folded
// Column second_document: key of the document of the second name
// Column second_source: its source
// Column second_path: its path
// Column second_record: its record, or null
// Column second_name: the name, folded
MATCH (d:Decision)
RETURN d.key AS key, d.verdict AS verdict,
       d.first_document AS first_document, d.first_source AS first_source, d.first_path AS first_path,
       d.first_record AS first_record, d.first_name AS first_name,
       d.second_document AS second_document, d.second_source AS second_source, d.second_path AS second_path,
       d.second_record AS second_record, d.second_name AS second_name
ORDER BY key
