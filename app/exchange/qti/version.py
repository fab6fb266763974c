"""The versions of QTI that are written."""

from __future__ import annotations

from enum import StrEnum


class Version(StrEnum):
    QTI21 = "2.1"
    QTI3 = "3.0"
