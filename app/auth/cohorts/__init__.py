"""People who learn together."""
