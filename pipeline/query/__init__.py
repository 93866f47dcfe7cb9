"""From a question to a cited answer, by a fixed plan."""
