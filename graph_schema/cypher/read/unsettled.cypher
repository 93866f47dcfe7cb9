// Purpose: How much waits for a run to finish it; all are 0 in a graph at rest.
// Column documents: documents that are not yet derived
// Column generations: evidence of large documents that is being loaded or deleted
// Column stale: names, entities and facts that wait to be resolved or derived again
RETURN COUNT { MATCH (d:Document) WHERE d.state IN ['loaded', 'named', 'replaced', 'resolved'] } AS documents,
       COUNT { (:Generation) } AS generations,
       COUNT { (:Stale) } AS stale
