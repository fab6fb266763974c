"""Who may enrol in a course, and who is invited."""
