// Purpose: Record that every document of a file was read, so that the next run can skip the file by its bytes alone.
// Parameter rows (list<map>): source, path, file_hash
UNWIND $rows AS row
MATCH (d:Document {source: row.source, path: row.path})
SET d.file_hash = row.file_hash
