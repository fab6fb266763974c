"""A list behind a number, sent as a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from flask import Response
from flask_babel import to_user_timezone

from app.core import audit
from app.core.errors import NotFound

from .. import export
from ..columns import Columns
from ..scope import Filters
from .asking import Asked, ask

Row = TypeVar("Row")


def ask_for_file() -> tuple[Asked, Filters]:
    """What the address of a file asks. Raises `NotFound` where a page would say what is wrong with it."""
    asked = ask()
    if asked.filters is None:
        raise NotFound
    return asked, asked.filters


def sent(
    asked: Asked, name: str, format: str, rows: Iterable[Row], columns: Columns[Row], **narrowed: str | None
) -> Response:
    """The rows as a file of this name and today's date, sent as they are read. That it was taken is written down.

    `narrowed` is what the address asks besides the filters.
    """
    besides = {key: value for key, value in narrowed.items() if value}
    audit.record_reading(
        "report.export",
        f"report:{name}",
        actor_id=asked.person.id,
        filters=asked.form.asked() | besides,
        format=format,
    )
    return Response(
        export.FORMATS[format](rows, columns),
        mimetype=export.TYPES[format],
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{to_user_timezone(asked.at).date()}.{format}"',
            "Cache-Control": "private, no-store",
        },
    )
