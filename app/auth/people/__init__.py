"""People as administrators and coordinators see them."""
