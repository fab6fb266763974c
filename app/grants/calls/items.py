"""The parts of a questionnaire, by their keys: finding one, putting one in, moving and removing one. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import msgspec

from app.core import chance
from app.core.text import Text, string_hash

from .questionnaire import Criterion, Question, QuestionKind, Questionnaire, Report

Item = Question | Criterion | Report


class Sort(StrEnum):
    """What one can add."""

    TEXT = "text"
    CHOICE = "choice"
    AMOUNT = "amount"
    BUDGET = "budget"
    FILES = "files"
    CRITERION = "criterion"
    REPORT = "report"


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"


MOST = {"questions": 60, "criteria": 20, "reports": 20}  # of each part
MOST_CHOICES = 40
KEY_LENGTH = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another


def new_key(taken: Iterator[str] | tuple[str, ...] = ()) -> str:
    """A key that no question ever had: an answer that was once given never belongs to another question."""
    there = set(taken)
    while (key := "".join(chance.source().choice(_LETTERS) for _letter in range(KEY_LENGTH))) in there:
        pass
    return key


def is_key(said: str) -> bool:
    """Whether somebody says a key that we might have made."""
    return len(said) == KEY_LENGTH and set(said) <= set(_LETTERS)


def sort_of(item: Item) -> Sort:
    if isinstance(item, Criterion):
        return Sort.CRITERION
    return Sort.REPORT if isinstance(item, Report) else Sort(item.kind.value)


def part_of(sort: Sort) -> str:
    """The name of the list that things of this sort stand in."""
    return {Sort.CRITERION: "criteria", Sort.REPORT: "reports"}.get(sort, "questions")


def bare(sort: Sort, key: str) -> Item:
    """One of this sort that says nothing yet."""
    if sort is Sort.CRITERION:
        return Criterion(key, Text({}))
    return Report(key, Text({}), 12) if sort is Sort.REPORT else Question(key, QuestionKind(sort.value), Text({}))


def items(asked: Questionnaire) -> list[Item]:
    """All of them, list by list."""
    return [*asked.questions, *asked.criteria, *asked.reports]


def find(asked: Questionnaire, key: str) -> Item | None:
    return next((item for item in items(asked) if item.key == key), None)


def put(asked: Questionnaire, item: Item) -> Questionnaire:
    """With `item` in the place of the one that has its key; at the end where none has."""
    part = part_of(sort_of(item))
    there: tuple[Any, ...] = getattr(asked, part)
    if any(one.key == item.key for one in there):
        return _replaced(asked, part, tuple(item if one.key == item.key else one for one in there))
    return _replaced(asked, part, (*there, item))


def without(asked: Questionnaire, key: str) -> Questionnaire:
    return Questionnaire(
        questions=tuple(one for one in asked.questions if one.key != key),
        criteria=tuple(one for one in asked.criteria if one.key != key),
        reports=tuple(one for one in asked.reports if one.key != key),
    )


def moved(asked: Questionnaire, key: str, direction: Direction) -> Questionnaire:
    """With one of them a place further up or down; the same where it is at that end, or not there."""
    item = find(asked, key)
    if item is None:
        return asked
    part = part_of(sort_of(item))
    order: list[Any] = list(getattr(asked, part))
    place = next(i for i, one in enumerate(order) if one.key == key)
    other = place + (1 if direction is Direction.DOWN else -1)
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
    return _replaced(asked, part, tuple(order))


def fingerprint(item: Item | None, source: str) -> str:
    """What a form carries of what it showed: changes with the words in the source language and all that is set.

    Translations are not in it, so that who translates and who edits do not stand in each other's way.
    """
    return string_hash(msgspec.json.encode(_in_source(item, source)).decode()) if item is not None else ""


def _in_source(value: Any, source: str) -> Any:
    if isinstance(value, Text):
        return value.best(source, source)
    if isinstance(value, msgspec.Struct):
        return {name: _in_source(getattr(value, name), source) for name in value.__struct_fields__}
    return [_in_source(one, source) for one in value] if isinstance(value, tuple) else value


def _replaced(asked: Questionnaire, part: str, items: tuple[Any, ...]) -> Questionnaire:
    return msgspec.structs.replace(asked, **{part: items})
