// Purpose: Make a generation current: it becomes the document, and the one that was, if any, a generation to be deleted;
//   every reader sees all of it at once. Where that has happened, nothing happens.
// Parameter generation (string): the generation's key
// Parameter document (string): the document's key
// Parameter state (string): loaded, or replaced where its evidence still carries the generation's key
MATCH (g:Generation {key: $generation})
CALL () {
  MATCH (former:Document {key: $document})
  SET former:Generation
  REMOVE former:Document, former.state
}
REMOVE g:Generation
SET g:Document, g.key = $document, g.state = $state
