"""What everything that reads a text shares: statements, cues, language, passages that do not count."""
