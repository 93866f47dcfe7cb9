"""How well questions are answered, beside labels: retrieval, answers, abstention, citations, risk and coverage."""
