// Purpose: The evidence that no reader sees: of large documents that are being loaded, or that are being deleted.
// Column key: what its chunks, local entities and claims carry as their document
MATCH (g:Generation)
RETURN g.key AS key ORDER BY key
