"""YAML as a tree in which every value knows its line and its words as they were written.

Values stay text: what a field may hold is decided by who reads the field, so that `no` is a language tag
and `19` an answer where those are asked for. Aliases, anchors, tags and deep nesting are refused: a course
needs none of them, and they are how a small file becomes a large one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from flask_babel import gettext as _

from ..faults import Fault

DEEPEST = 20
MOST_VALUES = 50_000

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """`plain`: written without quotes."""

    text: str
    plain: bool
    line: int


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Entry:
    line: int
    value: Node


@dataclass(frozen=True, slots=True)
class Mapping:
    entries: dict[str, Entry]
    line: int


Node = Scalar | Sequence | Mapping


class _Stop(Exception):
    """The file cannot be read any further; why is among the faults."""


def compose(text: str, file: str) -> tuple[Node | None, list[Fault]]:
    """The tree of a YAML document. No tree if it is empty or cannot be read, and then there is a fault."""
    builder = _Builder(text, file)
    try:
        return builder.document(), builder.faults
    except _Stop:
        pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        builder.fault(line, _("not YAML: %(why)s", why=error.problem or error.context))
    except yaml.YAMLError as error:
        builder.fault(1, _("not YAML: %(why)s", why=" ".join(str(error).split())))
    return None, builder.faults


class _Builder:
    def __init__(self, text: str, file: str) -> None:
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=_Loader))
        self.file = file
        self.faults: list[Fault] = []
        self.values = 0

    def fault(self, line: int, reason: str) -> None:
        self.faults.append(Fault(self.file, line, reason))

    def document(self) -> Node | None:
        next(self.events)  # the stream
        if isinstance(next(self.events), yaml.StreamEndEvent):
            self.fault(1, _("the file is empty"))
            return None
        node = self.node(next(self.events), 0)
        next(self.events)  # the document
        following = next(self.events)
        if not isinstance(following, yaml.StreamEndEvent):
            self.fault(following.start_mark.line + 1, _("only one YAML document may stand in the file"))
        return node

    def node(self, event: Any, depth: int) -> Node:
        line = event.start_mark.line + 1
        self.values += 1
        if self.values > MOST_VALUES:
            self.fault(line, _("more than %(count)s values", count=MOST_VALUES))
            raise _Stop
        if depth > DEEPEST:
            self.fault(line, _("nested more than %(count)s deep", count=DEEPEST))
            raise _Stop
        if isinstance(event, yaml.AliasEvent):
            self.fault(line, _("the alias *%(name)s cannot be used here: write the value out", name=event.anchor))
            return Scalar("", False, line)
        if event.anchor is not None:
            words = _(
                "the anchor &%(name)s cannot be used here: write the value out where it is needed", name=event.anchor
            )
            self.fault(line, words)
        if event.tag not in (None, "!"):
            self.fault(line, _("the tag %(tag)s cannot be used here", tag=event.tag))
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, line)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(following := next(self.events), yaml.SequenceEndEvent):
                items.append(self.node(following, depth + 1))
            return Sequence(tuple(items), line)
        return self.mapping(line, depth)

    def scalar(self, event: Any, line: int) -> Scalar:
        for character in event.value:
            if character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cs"):
                self.fault(line, _("the character %(code)s cannot be stored", code=f"U+{ord(character):04X}"))
                break
        return Scalar(event.value, event.style is None or event.style == "", line)

    def mapping(self, line: int, depth: int) -> Mapping:
        entries: dict[str, Entry] = {}
        while not isinstance(following := next(self.events), yaml.MappingEndEvent):
            key_line = following.start_mark.line + 1
            key = self.node(following, depth + 1)
            value = self.node(next(self.events), depth + 1)
            if not isinstance(key, Scalar):
                self.fault(key_line, _("a field’s name must be a word"))
            elif key.text in entries:
                first = entries[key.text].line
                self.fault(
                    key_line, _("%(word)s stands here a second time, first in line %(line)s", word=key.text, line=first)
                )
            else:
                entries[key.text] = Entry(key_line, value)
        return Mapping(entries, line)
