// Purpose: The names that are one name under any kind, by the block they share.
// Parameter block (string): block key, `=` and the folded name without its article
// Column key: name key
MATCH (:Block {key: $block})<-[:IN_BLOCK]-(n:Name)
RETURN n.key AS key ORDER BY key
