"""Badges: a certificate as an Open Badge 3.0, signed, alone or within a picture. Nothing here reads the database."""
