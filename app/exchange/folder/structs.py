"""Questions and settings as fields of YAML: by the declaration of their struct, so that a new type needs nothing here.

A text is words or a map of languages, a list of structs a list of mappings; what is as usual is left out. Two things
are written as authors would: a choice is `right: true` where it earns the whole mark, and an accepted answer is its
words where nothing else is said of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from msgspec import NODEFAULT

from app.core.text import Text
from app.quizzes.settings import Band, Review
from app.quizzes.types import (
    AcceptedAnswer,
    AcceptedNumber,
    Choice,
    Criterion,
    Gap,
    Labelled,
    Level,
    Picture,
    Prompt,
    Spot,
    Unit,
)
from app.quizzes.types.typed import LONGEST

from .fields import Fields, Report, suggestion, text_of
from .nodes import Mapping as MappingNode
from .nodes import Node, Scalar, Sequence

MISSING = Text({})  # stands in for a text that is at fault
OWN_LANGUAGE = "source_language"  # that of the course
Built = dict[str, Any]

_WHAT: dict[type, Any] = {
    AcceptedAnswer: _l("the answer"),
    AcceptedNumber: _l("the answer"),
    Band: _l("the band"),
    Choice: _l("the choice"),
    Criterion: _l("the criterion"),
    Gap: _l("the gap"),
    Labelled: _l("the entry"),
    Level: _l("the level"),
    Picture: _l("the picture"),
    Prompt: _l("the prompt"),
    Review: _l("the review"),
    Spot: _l("the place"),
    Unit: _l("the unit"),
}
_TWICE = _l("two entries of %(field)s have the key %(key)s")

# What a number may be, by its name; any other from 0 to a thousand.
_BOUNDS: dict[str, tuple[float, float]] = {
    "pass_mark": (0, 100), "attempts": (1, 1000), "time_limit": (60, 604_800), "grace": (0, 604_800),
    "wait": (0, 31_536_000), "tries": (1, 20), "penalty": (0, 1), "least_attempts": (1, 1000),
    "from_percent": (0, 100), "fraction": (-1, 1), "value": (-1e15, 1e15), "tolerance": (0, 1e15),
    "factor": (1e-12, 1e12), "unit_penalty": (0, 1), "weight": (0.001, 1000), "width": (1, 20_000),
    "height": (1, 20_000), "fewest": (0, 100_000), "most": (1, 100_000), "points": (0, 1000),
}  # fmt: skip


class StructReader:
    """Reads structs from fields; `pictures` maps names in `media/` to hashes."""

    def __init__(self, report: Report, pictures: Mapping[str, str]) -> None:
        self.report = report
        self.pictures = pictures

    def read(self, shape: type, fields: Fields) -> Any:
        """A struct of this shape; after a fault with stand-ins. It does not say what is unknown in `fields`."""
        values: Built = {}
        right = {"fraction", "key"} <= {field.name for field in msgspec.structs.fields(shape)} and self._right(fields)
        for field in msgspec.structs.fields(shape):
            if field.name == OWN_LANGUAGE:
                values[field.name] = self.report.language
            elif field.name != "source_hash":
                values[field.name] = self._value(field, fields)
        if right:
            values["fraction"] = 1.0
        return shape(**values)

    def _right(self, fields: Fields) -> bool:
        right = fields.boolean("right", False)
        if fields.has("right") and fields.has("fraction"):
            words = _("a choice has either right or fraction, not both")
            self.report.fault(fields.line_of("fraction"), words)
        return right

    def _value(self, field: Any, fields: Fields) -> Any:
        """The value of a field; where it is left out or at fault, the usual one, or what can stand for it."""
        shape, optional = _without_none(field.type)
        usual = None if field.default is NODEFAULT else field.default
        required = field.required and not optional
        name = field.name
        if get_origin(shape) is tuple:
            return self._tuple(get_args(shape)[0], fields, name, usual, required=required)
        if get_origin(shape) is dict:
            node = fields.node(name, required=required)
            return {} if node is None else self.answers(node, name)
        if shape is Text:
            return fields.text(name, required=required) or (MISSING if required else None)
        if name == "key":
            return fields.key()
        if name == "media":
            return self._picture(fields)
        if issubclass(shape, msgspec.Struct):
            return self._struct(shape, fields, name, usual, required=required)
        return self._plain(shape, fields, name, usual, required=required)

    def _plain(self, shape: type, fields: Fields, name: str, usual: Any, *, required: bool) -> Any:
        if required and not fields.has(name):
            fields.node(name, required=True)
        if shape is bool:
            return fields.boolean(name, bool(usual))
        if shape is str:
            return fields.string(name, required=required, longest=200)
        if issubclass(shape, StrEnum):
            return fields.option(name, shape, usual or next(iter(shape)))
        low, high = _BOUNDS.get(name, (0, 1000))
        if shape is int:
            whole = fields.integer(name, int(low), int(high))
            return (1 if required else usual) if whole is None else whole
        number = fields.number(name, low, high, wide=True)
        return (1.0 if required else usual) if number is None else number

    def _struct(self, shape: type, fields: Fields, name: str, usual: Any, *, required: bool) -> Any:
        node = fields.node(name, required=required)
        if node is None and not required:
            return usual
        inner = Fields(node or MappingNode({}, fields.line), str(_WHAT[shape]), self.report)
        found = self.read(shape, inner)
        inner.done()
        return found

    def _tuple(self, shape: type, fields: Fields, name: str, usual: Any, *, required: bool) -> Any:
        if not required and not fields.has(name):
            fields.known.append(name)
            return usual if usual is not None else ()
        if shape is int:
            return self._whole_numbers(fields, name)
        if shape is Text:
            texts = [text_of(node, name, self.report) for node in fields.listing(name, required=required)]
            return tuple(text for text in texts if text is not None)
        if issubclass(shape, StrEnum):
            return self._options(shape, fields, name)
        found: list[Any] = []
        for node in fields.listing(name, required=required):
            inner = Fields(node, str(_WHAT[shape]), self.report)
            if inner.broken:
                continue
            one = self.read(shape, inner)
            inner.done()
            key = getattr(one, "key", "")
            if key and key in [other.key for other in found]:
                self.report.fault(inner.line_of("key"), str(_TWICE) % {"field": name, "key": key})
            found.append(one)
        return tuple(found)

    def _whole_numbers(self, fields: Fields, name: str) -> tuple[int, ...]:
        found = []
        for node in fields.listing(name):
            if isinstance(node, Scalar) and node.plain and re.fullmatch(r"-?[0-9]{1,6}", node.text):
                found.append(int(node.text))
            else:
                self.report.fault(node.line, _("%(field)s must be a list of whole numbers", field=name))
        return tuple(found)

    def _options(self, shape: type[StrEnum], fields: Fields, name: str) -> tuple[StrEnum, ...]:
        values = [member.value for member in shape]
        found = []
        for scalar in fields.words(name):
            if scalar.text in values:
                found.append(shape(scalar.text))
                continue
            must = _("one of %(options)s", options=", ".join(values))
            reason = _("%(field)s must be %(must)s, not %(found)r", field=name, must=must, found=scalar.text)
            self.report.fault(scalar.line, reason + suggestion(scalar.text, values))
        return tuple(member for member in shape if member in found)

    def _picture(self, fields: Fields) -> str:
        """The hash of the file of `media/` that is named."""
        name = fields.string("file")
        if name and name not in self.pictures:
            words = _("there is no picture media/%(file)s", file=name) + suggestion(name, self.pictures)
            self.report.fault(fields.line_of("file"), words)
        return self.pictures.get(name, "")

    def answers(self, node: Node, name: str) -> dict[str, tuple[AcceptedAnswer, ...]]:
        """Accepted answers: a list in the course's own language, or a map from language to lists."""
        found: dict[str, tuple[AcceptedAnswer, ...]] = {}
        if isinstance(node, Sequence):
            found[self.report.language] = self._accepted(node, self.report.language)
        elif isinstance(node, MappingNode):
            for language, entry in node.entries.items():
                if language in self.report.languages:
                    found[language] = self._accepted(entry.value, language)
                    continue
                reason = _(
                    "%(field)s is given in %(tag)r, which is not among the course’s languages",
                    field=name,
                    tag=language,
                )
                self.report.fault(entry.line, reason + suggestion(language, self.report.languages))
        else:
            self.report.fault(node.line, _("%(field)s must be a list, or a map from language to lists", field=name))
        return found

    def _accepted(self, node: Node, language: str) -> tuple[AcceptedAnswer, ...]:
        """The accepted answers in one language: words, or fields with what they earn and what is said to them."""
        report = self.report
        if not isinstance(node, Sequence) or not node.items:
            report.fault(node.line, _("the answers in %(tag)s must be a list with at least one answer", tag=language))
            return ()
        found: list[AcceptedAnswer] = []
        for item in node.items:
            if isinstance(item, Scalar):
                if not 0 < len(item.text.strip()) <= LONGEST:
                    report.fault(item.line, _("an accepted answer has from 1 to %(count)s characters", count=LONGEST))
                found.append(AcceptedAnswer(item.text.strip()))
                continue
            fields = Fields(item, str(_WHAT[AcceptedAnswer]), report)
            text = fields.string("text", longest=LONGEST)
            fraction = fields.number("fraction", 0, 1, wide=True)
            said = fields.node("feedback")
            feedback = None if said is None else text_of(said, "feedback", report, alone=language)
            fields.done()
            found.append(AcceptedAnswer(text, 1.0 if fraction is None else fraction, feedback))
        return tuple(found)


class StructWriter:
    """Writes structs as fields; `text` writes a text, `picture` names the file of a hash."""

    def __init__(self, text: Callable[..., str | dict[str, str]], picture: Callable[[str], str]) -> None:
        self.text = text
        self.picture = picture

    def write(self, value: msgspec.Struct) -> Built:
        fields: Built = {}
        for field in msgspec.structs.fields(type(value)):
            found = getattr(value, field.name)
            if field.name in (OWN_LANGUAGE, "source_hash") or (not field.required and found == field.default):
                continue
            if field.name == "media":
                fields["file"] = self.picture(found)
            elif field.name == "fraction" and found == 1 and hasattr(value, "key"):
                fields["right"] = True
            else:
                fields[field.name] = self._value(found)
        return fields

    def _value(self, found: Any) -> Any:
        if isinstance(found, Text):
            return self.text(found)
        if isinstance(found, msgspec.Struct):
            return self.write(found)
        if isinstance(found, StrEnum):
            return found.value
        if isinstance(found, tuple | list):
            return [self._value(one) for one in found]
        if isinstance(found, dict):
            return {tag: [self.answer(one, tag) for one in answers] for tag, answers in found.items()}
        if isinstance(found, float):
            return int(found) if found == int(found) and abs(found) < 1e9 else found
        return found

    def answer(self, answer: AcceptedAnswer, language: str) -> str | Built:
        fields: Built = {"text": answer.text}
        if answer.fraction != 1:
            fields["fraction"] = self._value(answer.fraction)
        if answer.feedback is not None:
            fields["feedback"] = self.text(answer.feedback, alone=language)
        return answer.text if fields.keys() == {"text"} else fields


def _without_none(shape: Any) -> tuple[Any, bool]:
    """A type, and whether it may be None besides."""
    if get_origin(shape) in (Union, UnionType):
        others = [one for one in get_args(shape) if one is not type(None)]
        return others[0], True
    return shape, False
