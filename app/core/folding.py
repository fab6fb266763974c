"""How words are looked up: lower case, without accents, spaces made one; in Python and in SQL alike."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

# Letters that Unicode does not take apart into a letter and an accent, and those that casefold to more than one.
_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"}
_LETTERS |= {letter.upper(): instead for letter, instead in _LETTERS.items()} | {"ß": "ss", "ı": "i", "’": "'"}
_TABLE = str.maketrans(_LETTERS)
_ACCENTS = re.compile("[\u0300-\u036f]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def folded(text: str) -> str:
    """`text` as it is looked up: `Ørsted` and `ORSTED` are one."""
    line = one_line(text)
    if line.isascii():
        return line.lower()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", line))
    return plain.translate(_TABLE).lower()


def one_line(text: str) -> str:
    """`text` without control characters (which PostgreSQL refuses), spaces made one, none at the ends."""
    if text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]:
        return text  # of all spaces and control characters only the plain space is printable
    return " ".join(_CONTROL.sub(" ", text).split())


class fold(GenericFunction[str]):
    """`folded` of a column, in SQL."""

    type = sa.String()
    inherit_cache = True


@compiles(fold, "postgresql")
def _on_postgresql(element: fold, compiler: Any, **kwargs: Any) -> str:
    plain = (
        f"regexp_replace(normalize({compiler.process(element.clauses, **kwargs)}, NFKD), '[\u0300-\u036f]', '', 'g')"
    )
    for letter, instead in _LETTERS.items():
        quoted = instead.replace("'", "''")
        plain = f"replace({plain}, '{letter}', '{quoted}')"
    return f"lower({plain})"


@event.listens_for(Engine, "connect")
def _on_sqlite(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("fold", 1, lambda text: None if text is None else folded(text), deterministic=True)
