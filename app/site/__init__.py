"""Pages that speak of everything: the first page, home, the network page."""
