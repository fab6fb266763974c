"""Cities and what binds them."""
