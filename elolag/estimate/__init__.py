"""From an archive and a question to results."""
