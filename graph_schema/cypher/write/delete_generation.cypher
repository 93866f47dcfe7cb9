// Purpose: Forget a generation whose evidence is deleted.
// Parameter key (string): the generation's key
MATCH (g:Generation {key: $key})
DETACH DELETE g
