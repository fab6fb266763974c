"""What this feature sets up."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the feature's routes, kinds and listeners."""
    from . import models  # noqa: F401
