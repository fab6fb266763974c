"""Hot spots: places on a picture to choose."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec
from flask_babel import lazy_gettext as _l

from app.core.text import Text

from .asking import Asking
from .fault import QuestionFault
from .grade import Grade
from .parts import Picture
from .scored import AnswerPart, Said, Scored

ACROSS = 1000  # the width of every picture, in the units of the points


class Shape(StrEnum):
    """`RECTANGLE` by two opposite corners, `CIRCLE` by its centre and a point on it, `POLYGON` by its corners."""

    RECTANGLE = "rectangle"
    CIRCLE = "circle"
    POLYGON = "polygon"


class Spot(msgspec.Struct, frozen=True):
    """A place on the picture. `points` are x and y in turn, in thousandths of its width (both, so that a circle is
    one). `name` is what a screen reader says of it: where it is and what is seen there, not whether it is right."""

    key: str
    name: Text
    shape: Shape
    points: tuple[int, ...]
    fraction: float = 0.0
    feedback: Text | None = None

    @property
    def right(self) -> bool:
        return self.fraction > 0

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """The points, as x and y."""
        return tuple(zip(self.points[::2], self.points[1::2], strict=False))

    @property
    def drawable(self) -> bool:
        """Whether its points make its shape."""
        pairs = set(self.pairs)
        if len(self.points) % 2:
            return False
        if self.shape is Shape.POLYGON:
            return len(pairs) >= 3
        if len(self.points) != 4:
            return False
        (left, top), (right, bottom) = self.pairs
        return (left, top) != (right, bottom) if self.shape is Shape.CIRCLE else left != right and top != bottom

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, width and height of a rectangle, whichever of its corners stand in `points`."""
        (left, top), (right, bottom) = self.pairs[:2]
        return min(left, right), min(top, bottom), abs(right - left), abs(bottom - top)

    @property
    def radius(self) -> int:
        """Of a circle."""
        centre, edge = self.pairs[:2]
        return max(1, round(math.dist(centre, edge)))

    @property
    def centre(self) -> tuple[int, int]:
        """Where its number stands: a circle's centre, and the middle of the corners of the others."""
        pairs = self.pairs[:1] if self.shape is Shape.CIRCLE else self.pairs
        return round(sum(x for x, _y in pairs) / len(pairs)), round(sum(y for _x, y in pairs) / len(pairs))


class HotSpotAnswer(msgspec.Struct, frozen=True, tag="hot_spot"):
    spots: tuple[str, ...]


class HotSpot(Asking, frozen=True, tag="hot_spot"):
    """All places are shown, with their numbers. One is chosen, or with `several` any number: then the mark is for
    exactly the right ones, or with `partial` the sum of what the chosen ones earn, within 0 and 1. `width` and
    `height` are the picture's, in pixels."""

    stem: Text
    picture: Picture
    width: int
    height: int
    spots: tuple[Spot, ...]
    several: bool = False
    partial: bool = False
    feedback: Text | None = None
    hints: tuple[Text, ...] = ()
    pictures: tuple[Picture, ...] = ()

    @property
    def down(self) -> int:
        """The height of the picture in the units of the points."""
        return max(1, round(ACROSS * self.height / self.width)) if self.width else ACROSS

    def grade(self, answer: HotSpotAnswer, language: str) -> Grade:
        chosen = [spot for spot in self.spots if spot.key in answer.spots]
        feedback = tuple(spot.feedback for spot in chosen if spot.feedback)
        if self.several and not self.partial:
            return Grade(1.0 if chosen == [spot for spot in self.spots if spot.right] else 0.0, feedback)
        if not self.several:
            chosen = chosen[:1]
        earned = round(sum(spot.fraction for spot in chosen), 6)
        return Grade(min(1.0, max(0.0, earned)), feedback)

    def read(self, fields: Mapping[str, Sequence[str]]) -> HotSpotAnswer | None:
        """The answer in a posted form; None if nothing was chosen."""
        chosen = tuple(key for key in fields.get("spot", ()) if key)
        return HotSpotAnswer(chosen) if chosen else None

    def accepts(self, answer: HotSpotAnswer) -> bool:
        """Whether the answer names places of this question, each once, and one where only one is asked for."""
        keys = {spot.key for spot in self.spots}
        return (
            len(set(answer.spots)) == len(answer.spots)
            and keys.issuperset(answer.spots)
            and (self.several or len(answer.spots) == 1)
        )

    @property
    def best(self) -> float:
        """The most that an answer can earn, 0 to 1."""
        if self.several and not self.partial:
            return 1.0
        fractions = [spot.fraction for spot in self.spots if spot.right]
        return min(1.0, round(sum(fractions) if self.several else max(fractions, default=0.0), 6))

    @property
    def teaches(self) -> bool:
        """Whether any answer gets feedback."""
        return self.feedback is not None or any(spot.feedback for spot in self.spots)

    def scored(self, language: str) -> tuple[Scored, ...]:
        """What can be answered and what it earns, in the author's order."""
        return tuple(Scored(spot.name, spot.fraction, spot.feedback, spot.key) for spot in self.spots)

    def parts(self, language: str) -> tuple[AnswerPart, ...]:
        return (AnswerPart("", "", self.scored(language)),)

    def said(self, answer: HotSpotAnswer, language: str) -> tuple[Said, ...]:
        return tuple(Said("", spot.key, "", spot.fraction) for spot in self.spots if spot.key in answer.spots)

    def given(self, answer: HotSpotAnswer) -> tuple[Text | str, ...]:
        """What the answer says."""
        return tuple(spot.name for spot in self.spots if spot.key in answer.spots)

    def right(self, language: str) -> tuple[Text | str, ...]:
        """What a right answer says."""
        right = [spot for spot in self.spots if spot.right]
        if not self.several:
            right = [spot for spot in right if spot.fraction >= 1] or right
        return tuple(spot.name for spot in right)

    def rules(self) -> tuple[object, ...]:
        """How it is graded, in sentences."""
        if not self.several:
            return (_l("One place can be chosen. The right one earns the whole mark."),)
        if self.partial:
            return (_l("Each place chosen earns or costs its share of the mark; the sum is never under nothing."),)
        return (_l("The mark is for choosing all the right places and no wrong one."),)

    def marks_facts(self) -> Any:
        places = sorted((spot.key, spot.fraction, str(spot.shape), list(spot.points)) for spot in self.spots)
        return [self.several, self.partial, self.picture.media, places]

    def faults(self) -> list[QuestionFault]:
        """What makes the question ungradable, in words for its author."""
        if not self.picture.media or self.width < 1 or self.height < 1:
            return [QuestionFault("picture", _l("there is no picture to choose places on"))]
        if len(self.spots) < 2:
            return [QuestionFault("spots", _l("there must be at least two places to choose from"))]
        found = []
        for number, spot in enumerate(self.spots, 1):
            if not spot.drawable:
                words = _l("the corners of place %(number)s make no shape", number=number)
                found.append(QuestionFault("spots", words))
            elif not all(0 <= x <= ACROSS and 0 <= y <= self.down for x, y in spot.pairs):
                words = _l(
                    "place %(number)s reaches out of the picture, which ends at %(across)s, %(down)s",
                    number=number, across=ACROSS, down=self.down,
                )  # fmt: skip
                found.append(QuestionFault("spots", words))
        right = [spot for spot in self.spots if spot.right]
        whole = [spot for spot in right if spot.fraction >= 1]
        if not right or (not self.several and not whole):
            found.append(QuestionFault("spots", _l("no place is right")))
        elif not self.several and len(whole) > 1:
            words = _l("more than one place is right: let several be chosen, or mark one")
            found.append(QuestionFault("spots", words))
        elif self.several and self.partial and sum(spot.fraction for spot in right) < 0.99:
            found.append(QuestionFault("spots", _l("the right places together earn less than the whole mark")))
        return found
