"""What messages set up."""

from __future__ import annotations

from flask import Flask

from . import models  # noqa: F401  (its tables)


def init_app(app: Flask) -> None:
    """Nothing of its own yet to register."""
