"""Cities as administrators and coordinators see them."""
