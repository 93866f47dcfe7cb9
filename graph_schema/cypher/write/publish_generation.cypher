// Purpose: Make a generation current: it becomes the document, and every reader sees all of it at once.
// Parameter generation (string): the generation's key
// Parameter document (string): the document's key
// Parameter state (string): loaded, or replaced where its evidence still carries the generation's key
MATCH (g:Generation {key: $generation})
REMOVE g:Generation
SET g:Document, g.key = $document, g.state = $state
