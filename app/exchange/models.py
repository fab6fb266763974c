"""People and enrolments that come by a file: what was sent, how far it is, and what came of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.base import Base, Document, one_of


class ImportState(StrEnum):
    """`shown`: nothing of it is done before somebody confirms."""

    SHOWN = "shown"
    RUNNING = "running"
    DONE = "done"
    DROPPED = "dropped"


class Refusal(msgspec.Struct, frozen=True):
    """A row that is left out: its line in the file from 1, why by name, and the words that are at fault."""

    line: int
    why: str
    about: str = ""


class ImportReport(msgspec.Struct, frozen=True):
    """What a file would do, or did, in numbers; `refusals` are the first of `refused`.

    `left_out` marks the places of all of these in the file (`people/marks.py`). `file_hash`: what was sent, once it is
    done and more rows were left out than are kept here, for as long as the store keeps it. `encoding` is how its bytes
    were read, `guessed` where nothing in it told. `people` were new, `rows` changed something, `unchanged` did not.
    """

    encoding: str = "utf-8"
    guessed: bool = False
    people: int = 0
    enrolled: int = 0
    grouped: int = 0
    due: int = 0
    unchanged: int = 0
    refused: int = 0
    refusals: tuple[Refusal, ...] = ()
    left_out: bytes = b""
    file_hash: str | None = None


class PeopleImport(Base):
    """A file of people and enrolments. It is done in batches, `done` rows so far, in one transaction each."""

    __tablename__ = "people_import"
    __table_args__ = (
        one_of("state", ImportState),
        sa.Index(None, "person_id", "id"),
        sa.Index(None, "state", "touched_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    file_hash: Mapped[str | None] = mapped_column(sa.String(64), comment="in the store, until it is done")
    file_name: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(sa.String(20), default=ImportState.SHOWN)
    done: Mapped[int] = mapped_column(default=0, comment="rows")
    total: Mapped[int] = mapped_column(default=0, comment="rows")
    report: Mapped[ImportReport] = mapped_column(Document(ImportReport), default=ImportReport)
    created_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
