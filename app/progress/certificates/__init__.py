"""Certificates and badges: issued, verified, revoked, renewed."""
