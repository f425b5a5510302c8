"""Full-text search, suggestions, corrected words, and what was searched for."""
