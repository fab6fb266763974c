"""A city’s application: written, submitted, withdrawn."""
