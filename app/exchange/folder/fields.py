"""Reading the fields of a YAML mapping: each by its type, everything wrong noted with its line.

After a fault a stand-in value is returned, so that reading goes on and finds the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as Mapping_
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from flask_babel import gettext as _

from app.core.text import Phrase, Text

from ..faults import Fault
from .nodes import Mapping, Node, Scalar, Sequence

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_KEY = 60
LONGEST_TITLE = 200  # what a certificate holds
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")  # BCP 47, as far as a course needs it
LONGEST_LANGUAGE = 35
_NUMBER = r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?"
_WIDE = r"-?[0-9]{1,17}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,3})?"

Option = TypeVar("Option", bound=StrEnum)


@dataclass(slots=True)
class Report:
    """What is found in one file. `language` is the course's own, `languages` all of its."""

    file: str
    language: str = "en"
    languages: tuple[str, ...] = ("en",)
    faults: list[Fault] = field(default_factory=list)
    pictures: Mapping_[str, str] = field(default_factory=dict)  # name in media/ to hash

    def fault(self, line: int, reason: str) -> None:
        self.faults.append(Fault(self.file, line, reason))


class Fields:
    """The fields of one mapping; `what` names the thing they belong to in messages."""

    def __init__(self, node: Node | None, what: str, report: Report) -> None:
        self.what = what
        self.report = report
        self.line = node.line if node else 1
        self.entries = node.entries if isinstance(node, Mapping) else {}
        self.known: list[str] = []
        self.broken = not isinstance(node, Mapping)
        if self.broken:
            report.fault(self.line, _("%(thing)s must be written as fields, one “name: value” a line", thing=what))

    def has(self, name: str) -> bool:
        return name in self.entries

    def line_of(self, name: str) -> int:
        """Where the field stands, or else the thing it should stand in."""
        return self.entries[name].line if name in self.entries else self.line

    def node(self, name: str, *, required: bool = False) -> Node | None:
        """The value of a field, whatever it is."""
        self.known.append(name)
        if name in self.entries:
            return self.entries[name].value
        if required and not self.broken:
            self.report.fault(self.line, _("%(thing)s has no %(field)s", thing=self.what, field=name))
        return None

    def scalar(self, name: str, *, required: bool, must: str) -> Scalar | None:
        """A single value that is not empty; `must` says what it has to be."""
        node = self.node(name, required=required)
        if node is None:
            return None
        if isinstance(node, Scalar) and node.text.strip():
            return node
        self.report.fault(node.line, _("%(field)s must be %(must)s", field=name, must=must))
        return None

    def string(self, name: str, *, required: bool = True, longest: int = 2000) -> str:
        """Words on one or more lines."""
        scalar = self.scalar(name, required=required, must=_("words"))
        if scalar is None:
            return ""
        if len(scalar.text) > longest:
            self.report.fault(
                scalar.line, _("%(field)s is longer than %(count)s characters", field=name, count=longest)
            )
        return scalar.text.strip()

    def key(self, name: str = "key") -> str:
        scalar = self.scalar(name, required=True, must=_("a key: lower-case letters, digits and hyphens"))
        if scalar is None:
            return ""
        if reason := key_fault(scalar.text):
            self.report.fault(scalar.line, _("%(field)s %(key)r %(fault)s", field=name, key=scalar.text, fault=reason))
            return ""
        return scalar.text

    def language(self, name: str) -> str:
        scalar = self.scalar(name, required=True, must=_("a language tag, as en or pt-BR"))
        if scalar is None:
            return "en"
        if not is_language(scalar.text):
            self.report.fault(
                scalar.line, _("%(tag)r is not a language tag; one looks like en or pt-BR", tag=scalar.text)
            )
            return "en"
        return scalar.text

    def integer(self, name: str, low: int, high: int, *, required: bool = False) -> int | None:
        must = _("a whole number from %(low)s to %(high)s", low=low, high=high)
        scalar = self.scalar(name, required=required, must=must)
        if scalar is None:
            return None
        if scalar.plain and re.fullmatch(r"-?[0-9]{1,9}", scalar.text) and low <= int(scalar.text) <= high:
            return int(scalar.text)
        self.report.fault(
            scalar.line, _("%(field)s must be %(must)s, not %(found)r", field=name, must=must, found=scalar.text)
        )
        return None

    def number(self, name: str, low: float, high: float, *, wide: bool = False) -> float | None:
        """A number in decimals; a `wide` one has as many digits as there are, and may have an exponent."""
        must = _("a number from %(low)s to %(high)s", low=f"{low:g}", high=f"{high:g}")
        scalar = self.scalar(name, required=False, must=must)
        if scalar is None:
            return None
        if scalar.plain and re.fullmatch(_WIDE if wide else _NUMBER, scalar.text):
            value = float(scalar.text)
            if low <= value <= high:
                return value
        self.report.fault(
            scalar.line, _("%(field)s must be %(must)s, not %(found)r", field=name, must=must, found=scalar.text)
        )
        return None

    def boolean(self, name: str, default: bool) -> bool:
        scalar = self.scalar(name, required=False, must=_("true or false"))
        if scalar is None:
            return default
        if scalar.plain and scalar.text in ("true", "false"):
            return scalar.text == "true"
        self.report.fault(
            scalar.line,
            _("%(field)s must be %(must)s, not %(found)r", field=name, must=_("true or false"), found=scalar.text),
        )
        return default

    def option(self, name: str, options: type[Option], default: Option) -> Option:
        """One of the values of an enumeration."""
        values = [str(member.value) for member in options]
        scalar = self.scalar(name, required=False, must=_("one of %(options)s", options=", ".join(values)))
        if scalar is None:
            return default
        if scalar.text in values:
            return options(scalar.text)
        must = _("one of %(options)s", options=", ".join(values))
        reason = _("%(field)s must be %(must)s, not %(found)r", field=name, must=must, found=scalar.text)
        self.report.fault(scalar.line, reason + suggestion(scalar.text, values))
        return default

    def listing(self, name: str, *, required: bool = True) -> tuple[Node, ...]:
        node = self.node(name, required=required)
        if node is None:
            return ()
        if isinstance(node, Sequence):
            return node.items
        self.report.fault(node.line, _("%(field)s must be a list", field=name))
        return ()

    def words(self, name: str, *, required: bool = True) -> list[Scalar]:
        """A list of single values, each of them once."""
        found: list[Scalar] = []
        for item in self.listing(name, required=required):
            if not isinstance(item, Scalar) or not item.text.strip():
                self.report.fault(item.line, _("%(field)s must be a list of words", field=name))
            elif item.text in [other.text for other in found]:
                self.report.fault(item.line, _("%(word)s stands in %(field)s twice", word=item.text, field=name))
            else:
                found.append(item)
        return found

    def text(self, name: str, *, required: bool = True, longest: int = 5000) -> Text | None:
        """Words in the course's own language, or a map from language to words."""
        node = self.node(name, required=required)
        text = None if node is None else text_of(node, name, self.report)
        for tag, string in text.strings().items() if text else ():
            if len(string) > longest:
                self.report.fault(
                    self.line_of(name),
                    _("%(field)s in %(tag)s is longer than %(count)s characters", field=name, tag=tag, count=longest),
                )
        return text

    def done(self) -> None:
        """Note what stands in the mapping and means nothing."""
        for name, entry in self.entries.items():
            if name not in self.known:
                reason = _("%(thing)s has no field %(field)r", thing=self.what, field=name)
                self.report.fault(entry.line, reason + suggestion(name, self.known))


def text_of(node: Node, name: str, report: Report, *, alone: str | None = None, partial: bool = False) -> Text | None:
    """A text from a string or a map of languages. A string is in `alone`, by default the course's own language.

    A `partial` one may lack the course's own language.
    """
    if isinstance(node, Scalar):
        if not node.text.strip():
            report.fault(node.line, _("%(field)s is empty", field=name))
            return None
        language = alone or report.language
        return Text.of({language: node.text.strip()}, language)
    if isinstance(node, Sequence):
        report.fault(node.line, _("%(field)s must be words, or a map from language to words, not a list", field=name))
        return None
    strings: dict[str, str] = {}
    for tag, entry in node.entries.items():
        if tag not in report.languages:
            reason = _("%(field)s is given in %(tag)r, which is not among the course’s languages", field=name, tag=tag)
            report.fault(entry.line, reason + suggestion(tag, report.languages))
        elif not isinstance(entry.value, Scalar):
            report.fault(entry.line, _("%(field)s in %(tag)s must be words", field=name, tag=tag))
        elif not entry.value.text.strip():
            report.fault(
                entry.line, _("%(field)s in %(tag)s is empty: leave the language out instead", field=name, tag=tag)
            )
        else:
            strings[tag] = entry.value.text.strip()
    if partial and report.language not in node.entries:
        return Text({tag: Phrase(string) for tag, string in strings.items()})
    if report.language not in node.entries:
        words = _("%(field)s is missing in %(tag)s, the course’s own language", field=name, tag=report.language)
        report.fault(node.line, words)
    return Text.of(strings, report.language) if report.language in strings else None


def suggestion(word: str, known: Iterable[str]) -> str:
    """“; did you mean …?” if something close is known."""
    close = get_close_matches(word, list(known), n=1)
    return _("; did you mean %(word)r?", word=close[0]) if close else ""


def key_fault(key: str) -> str | None:
    """Why `key` is no key, as the end of a sentence; None if it is one."""
    if not KEY.fullmatch(key):
        return _("is not a key: only lower-case letters, digits and single hyphens between them")
    if len(key) > LONGEST_KEY:
        return _("is longer than %(count)s characters", count=LONGEST_KEY)
    return None


def is_language(tag: str) -> bool:
    return len(tag) <= LONGEST_LANGUAGE and LANGUAGE.fullmatch(tag) is not None
