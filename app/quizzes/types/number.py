"""Number: typed, and right within a tolerance; in one of the units where there are any."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isfinite
from typing import Any

import msgspec
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.folding import one_line
from app.core.text import Text

from .asking import Asking
from .fault import QuestionFault
from .grade import Grade
from .numerals import exact, read, without_end, written
from .parts import Picture
from .scored import AnswerPart, Said, Scored

LONGEST = 100  # characters of a typed answer
# The share of a value that the arithmetic of floats may lose: what was calculated as 0.1 + 0.2 is 0.3.
HAIR = Fraction(1, 10**12)


class NumberAnswer(msgspec.Struct, frozen=True, tag="number"):
    """As typed, so that nothing is lost where it is no number; `unit` is the name of the one chosen."""

    text: str
    unit: str = ""


class AcceptedNumber(msgspec.Struct, frozen=True):
    """`value` ± `tolerance`, both ends counted; `relative` says that the tolerance is a share of the value (0.05)."""

    value: float
    tolerance: float = 0.0
    relative: bool = False
    fraction: float = 1.0
    feedback: Text | None = None

    @property
    def sound(self) -> bool:
        return isfinite(self.value) and isfinite(self.tolerance) and self.tolerance >= 0

    def fits(self, number: Fraction) -> bool:
        if not self.sound:
            return False
        value = exact(self.value)
        return abs(number - value) <= self._around() + abs(value) * HAIR

    def ends(self) -> tuple[float, float]:
        """The least and the most that fit."""
        return float(exact(self.value) - self._around()), float(exact(self.value) + self._around())

    def _around(self) -> Fraction:
        return exact(self.tolerance) * (abs(exact(self.value)) if self.relative else 1)


class Unit(msgspec.Struct, frozen=True):
    """What an answer may be given in: 1 of it is `factor` of what the accepted numbers are in."""

    name: str
    factor: float = 1.0


class Number(Asking, frozen=True, tag="number"):
    """The first accepted number that fits decides. Where there are units, `unit_penalty` is the share of the mark
    that a wrong or missing unit costs, if the number itself is right.

    A number is first taken in its unit, which is chosen or typed behind it or before it. If that fits nothing, it is
    taken as it stands, with the penalty: 1500 with no unit, or in kilometres, where 1500 metres are right.
    """

    stem: Text
    answers: tuple[AcceptedNumber, ...]
    units: tuple[Unit, ...] = ()
    unit_penalty: float = 0.0
    feedback: Text | None = None
    hints: tuple[Text, ...] = ()
    pictures: tuple[Picture, ...] = ()

    def grade(self, answer: NumberAnswer, language: str) -> Grade:
        place, fraction = self._found(answer, language)
        if place is None:
            return Grade(0.0)
        feedback = self.answers[place].feedback
        return Grade(fraction, (feedback,) if feedback else ())

    def read(self, fields: Mapping[str, Sequence[str]]) -> NumberAnswer | None:
        """The answer in a posted form, `text` and `unit`; None if nothing was typed."""
        typed = one_line("".join(fields.get("text", ())[:1]))
        return NumberAnswer(typed, "".join(fields.get("unit", ())[:1])) if typed else None

    def accepts(self, answer: NumberAnswer) -> bool:
        """Whether the answer is short, in a unit that there is or none, and not without end.

        Other words than a number are kept: pages say that they are none, and they earn nothing.
        """
        short = len(answer.text) <= LONGEST and answer.unit in ("", *(unit.name for unit in self.units))
        return short and not without_end(self._taken_apart(answer)[0])

    def understood(self, answer: NumberAnswer, language: str) -> bool:
        """Whether what was typed is read as a number."""
        return read(self._taken_apart(answer)[0], language) is not None

    def example(self, language: str) -> str:
        """How a number is written, for who is to write one."""
        return written(1250.5, language)

    @property
    def best(self) -> float:
        """The most that an answer can earn, 0 to 1."""
        return max((min(1.0, accepted.fraction) for accepted in self.answers), default=0.0)

    @property
    def teaches(self) -> bool:
        return self.feedback is not None or any(accepted.feedback for accepted in self.answers)

    def scored(self, language: str) -> tuple[Scored, ...]:
        return tuple(
            Scored(self._words(accepted, language), accepted.fraction, accepted.feedback, str(place))
            for place, accepted in enumerate(self.answers, 1)
        )

    def given(self, answer: NumberAnswer) -> tuple[Text | str, ...]:
        typed, unit = self._taken_apart(answer)
        if answer.unit and unit == answer.unit:
            return (f"{typed} {unit}",)
        return (f"{answer.text} {answer.unit}".strip(),)

    def right(self, language: str) -> tuple[Text | str, ...]:
        """The first of what earns most, and from where to where it may be."""
        best = next((a for a in self.answers if min(1.0, a.fraction) == self.best and a.sound), None)
        if best is None:
            return ()
        low, high = best.ends()
        number = self._in_unit(written(best.value, language))
        if low == high:
            return (number,)
        ends = {"low": written(low, language), "high": written(high, language)}
        return (_("%(number)s, from %(low)s to %(high)s", number=number, **ends),)

    def rules(self) -> tuple[object, ...]:
        rules = [_l("What is typed is compared with each accepted number in turn; the first that fits decides.")]
        rules.append(
            _l("A decimal sign may be a point or a comma. What is exactly as far off as is allowed still counts.")
        )
        if self.units:
            costs = written(round(self.unit_penalty * 100, 6), "")
            rules.append(
                _l(
                    "A right number in another of the units counts in full. With a wrong unit or none it loses "
                    "%(share)s%% of what it earns.",
                    share=costs,
                )
            )
        return tuple(rules)

    def marks_facts(self) -> Any:
        answers = [(a.value, a.tolerance, a.relative, a.fraction) for a in self.answers]
        units = sorted((unit.name, unit.factor) for unit in self.units)
        return [answers, units, self.unit_penalty if units else 0]

    def faults(self) -> list[QuestionFault]:
        """What makes the question ungradable, in words for its author."""
        faults = []
        if not self.answers:
            faults.append(QuestionFault("answers", _l("there is no accepted number")))
        elif not all(accepted.sound for accepted in self.answers):
            faults.append(QuestionFault("answers", _l("an accepted number or its tolerance is no number")))
        elif max(accepted.fraction for accepted in self.answers) < 1:
            faults.append(QuestionFault("answers", _l("no accepted number earns the whole mark")))
        if not 0 <= self.unit_penalty <= 1:
            faults.append(QuestionFault("unit_penalty", _l("a unit can cost from nothing to the whole mark")))
        return [*faults, *self._unit_faults()]

    def parts(self, language: str) -> tuple[AnswerPart, ...]:
        return (AnswerPart("", "", self.scored(language), open=True),)

    def said(self, answer: NumberAnswer, language: str) -> tuple[Said, ...]:
        place, fraction = self._found(answer, language)
        if place is None:
            return (Said("", "", str(self.given(answer)[0])),)
        return (Said("", str(place + 1), fraction=fraction),)

    def _found(self, answer: NumberAnswer, language: str) -> tuple[int | None, float]:
        """The place of the accepted number that fits, from 0, and what the answer earns."""
        typed, chosen = self._taken_apart(answer)
        number = read(typed, language)
        if number is None:
            return None, 0.0
        unit = next((u for u in self.units if u.name == chosen and isfinite(u.factor)), None)
        ways = [(number * exact(unit.factor), 1.0)] if unit else []
        ways.append((number, 1.0 - self.unit_penalty if self.units else 1.0))
        for value, share in ways:
            for place, accepted in enumerate(self.answers):
                if accepted.fits(value):
                    return place, min(1.0, max(0.0, round(accepted.fraction * share, 9)))
        return None, 0.0

    def _taken_apart(self, answer: NumberAnswer) -> tuple[str, str]:
        """The number that was typed, and its unit: chosen or typed; "" for none, and where the two differ."""
        names = {_unit(unit.name): unit.name for unit in self.units}
        text = answer.text
        for at in range(len(text)) if names else ():
            for number, unit in ((text[:at], text[at:]), (text[-at:], text[:-at])):
                name = names.get(_unit(unit))
                if name is not None and number.strip():
                    return number.strip(), name if answer.unit in ("", name) else ""
        return text, answer.unit

    def _words(self, accepted: AcceptedNumber, language: str) -> str:
        number = written(accepted.value, language)
        if not accepted.tolerance:
            return self._in_unit(number)
        if accepted.relative:
            return f"{self._in_unit(number)} ± {written(round(accepted.tolerance * 100, 9), language)}%"
        return self._in_unit(f"{number} ± {written(accepted.tolerance, language)}")

    def _in_unit(self, number: str) -> str:
        base = next((unit.name for unit in self.units if unit.factor == 1), "")
        return f"{number} {base}".strip()

    def _unit_faults(self) -> list[QuestionFault]:
        names = [_unit(unit.name) for unit in self.units]
        if not all(names) or len(set(names)) < len(names):
            return [QuestionFault("units", _l("two units have the same name, or one has none"))]
        if any(name[0].isdigit() or name[0] in ".,+-" for name in names):
            return [QuestionFault("units", _l("a unit cannot begin with a digit or a sign"))]
        if not all(isfinite(unit.factor) and unit.factor > 0 for unit in self.units):
            return [QuestionFault("units", _l("what a unit is worth must be more than nothing"))]
        if self.units and not any(unit.factor == 1 for unit in self.units):
            return [QuestionFault("units", _l("the unit of the accepted numbers, which is worth 1, is missing"))]
        return []


def _unit(name: str) -> str:
    """A unit as it is compared: m² is m2, and both signs for micro are one; capitals make a difference."""
    return unicodedata.normalize("NFKC", name).strip()
