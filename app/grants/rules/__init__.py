"""Eligibility rules: a tree of combinators over leaves, stored as data, read two ways."""

from __future__ import annotations

from .combinators import All, Any_, AtLeast
from .leaves import Certified, CityTrained, Completed

Node = All | Any_ | AtLeast | Completed | Certified | CityTrained

__all__ = ["All", "Any_", "AtLeast", "Certified", "CityTrained", "Completed", "Node"]
