"""A city’s objection to a decision, and its answer."""
