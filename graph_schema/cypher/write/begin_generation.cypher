// Purpose: Begin a generation: a node that holds a large document's evidence while it is loaded and no reader sees it.
// Parameter key (string): what the evidence carries as its document until it is current
// Parameter properties (map): the document's properties
MERGE (g:Generation {key: $key})
SET g += $properties
