"""People, roles, affiliations, sign-in, permissions."""
