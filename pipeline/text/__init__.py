"""Language: the spaCy model, names, dates, tokens. Shared by ingestion and queries."""
