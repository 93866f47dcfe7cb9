// Purpose: Write the record of a run, or bring it up to date.
// Parameter id (string): the run's id
// Parameter properties (map): what is known of it so far
MERGE (r:Run {id: $id})
SET r += $properties
