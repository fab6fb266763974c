"""Who teaches a course."""
