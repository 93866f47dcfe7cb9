"""Who is who across documents: names, blocks, evidence and clusters, as functions of local entities alone."""
