"""How fast the site is, and what its pages weigh."""
