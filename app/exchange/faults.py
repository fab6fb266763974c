"""What is wrong with a file, where, and why, in words for its author."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """`file` as a path within the folder, `line` from 1 (1 too where the whole file is meant)."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class Refused(DomainError):
    """A file or folder that is not taken, with every fault that was found. Nothing was changed."""

    status = 422
    message = _l("The course was not imported: its files have faults.")

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__()
        self.faults = tuple(sorted(set(faults)))
