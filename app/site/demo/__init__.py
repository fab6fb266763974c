"""The demonstration network: `flask demo load`. What it is made of stands in `demo/`, and a seed decides the rest."""

from __future__ import annotations

from .commands import group

__all__ = ["group"]
