"""When and for whom a quiz is open."""
