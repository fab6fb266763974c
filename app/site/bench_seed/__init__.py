"""`flask bench seed`: a network as large as one may get, to measure on. For an empty demonstration only."""

from __future__ import annotations

from .commands import group

__all__ = ["group"]
