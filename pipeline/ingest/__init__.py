"""From documents to graph, in stages and passes."""
