"""What can go wrong in the bank, in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError


class Stays(StrEnum):
    """Why a change of many questions left one as it is."""

    FAULTY = "faulty"  # it lacks something that grading needs
    ASKED = "asked"  # a quiz of the draft asks it
    REMOVED = "removed"  # a quiz that was taken out of the course asks it
    PUBLISHED = "published"
    HIDDEN = "hidden"
    DRAFT = "draft"
    CROWDED = "crowded"  # it would have too many tags


class NothingChanged(DomainError):
    """A change of many questions that changes none; `kept` says why, by the ids of questions."""

    message = _l("That changes none of these questions.")

    def __init__(self, kept: Mapping[int, Stays] | None = None) -> None:
        super().__init__()
        self.kept = dict(kept or {})


class AskedInDraft(DomainError):
    title = _l("This question is asked")
    message = _l("A quiz of the course asks it. Take it out of the quiz first, then hide it.")


class NothingTicked(DomainError):
    status = 422
    message = _l("Tick the questions that this is about.")


class ListChanged(DomainError):
    """All that fit the filters were meant, and these are others by now."""

    message = _l(
        "Somebody changed the bank while you looked at it, and other questions fit by now. "
        "Nothing was changed: look again, then go on."
    )


class NameGone(DomainError):
    """No question stands in the category, or has the tag, that was to get another name."""

    message = _l("It has another name by now, or no question is left there. Nothing was changed.")


class MergesCategories(DomainError):
    field = "path"
    message = _l("There is such a category already. Tick the box to bring the two together.")


class MergesTags(DomainError):
    field = "name"
    message = _l("There is such a tag already. Tick the box to make one of the two.")


class IntoItself(DomainError):
    status = 422
    field = "path"
    message = _l("A category cannot stand below itself.")


class PathTooLong(DomainError):
    status = 422
    field = "path"
    message = _l("The names of a category and of those above it are too long together. Choose shorter ones.")


class StillDrawn(DomainError):
    """A quiz draws from it, and would draw from more without it."""

    message = _l("A quiz draws its questions by this. Change what the quiz draws first.")


class TooLate(DomainError):
    message = _l("That cannot be undone any more: these questions have been changed since.")
