"""Whole days between two moments, counted by either database."""

from __future__ import annotations

from app.core.moments import whole_days

__all__ = ["whole_days"]
