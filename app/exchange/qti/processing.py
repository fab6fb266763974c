"""How an item is graded, as far as this site can follow it: steps of which each is a test and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext as _

from .tree import Element, NotReadable, line_of

SCORES = ("SCORE", "OUTCOME")  # what the mark is called


class When(StrEnum):
    """What a test asks: nothing; whether the response is the right one; is a value, fits a pattern, or is near a
    number; has a value at a place; that nothing before held."""

    ALWAYS = "always"
    RIGHT = "right"
    IS = "is"
    LIKE = "like"
    NEAR = "near"
    PLACE = "place"
    ELSE = "else"


@dataclass(frozen=True, slots=True)
class Test:
    """`value` None of `NEAR` is the right response. `case`: capitals count. `tolerance` below and above, a share of
    the value if `relative`."""

    when: When
    response: str = ""
    value: str | None = None
    case: bool = True
    within: bool = False
    tolerance: float = 0.0
    relative: bool = False
    place: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One test and one effect: a score (`adds` to what there was), the mapping of a response, or a feedback shown.

    `condition` numbers the condition it is part of: of its tests the first that holds decides.
    """

    test: Test
    condition: int
    line: int
    score: float | None = None
    adds: bool = False
    maps: str = ""
    shows: tuple[str, str] | None = None  # outcome, and identifier
    echoes: tuple[str, str] | None = None  # outcome, and response


_ALWAYS = Test(When.ALWAYS)
_TEMPLATES = {"match_correct", "map_response", "CC2_match", "CC2_map_response"}


def steps_of(item: Element) -> list[Step]:
    """The steps of an item; none where it has no processing. Raises `NotReadable` for what cannot be followed."""
    processing = item.find("responseProcessing")
    if processing is None:
        return []
    name = processing.get("template", "").rstrip("/").rpartition("/")[2].removesuffix(".xml")
    if name and len(processing) == 0:
        return _of_template(name, processing)
    follower = _Follower([d.get("identifier", "") for d in item.iterchildren("responseDeclaration")])
    for number, rule in enumerate(rule for rule in processing if isinstance(rule.tag, str)):
        follower.rule(rule, number)
    return follower.steps


def _of_template(name: str, where: Element) -> list[Step]:
    if name not in _TEMPLATES:
        reason = _("it is graded by the template %(name)s, which cannot be followed", name=name)
        raise NotReadable(line_of(where), reason)
    if name.endswith("map_response"):
        return [Step(_ALWAYS, 0, line_of(where), maps="RESPONSE")]
    return [Step(Test(When.RIGHT, "RESPONSE"), 0, line_of(where), score=1.0)]


class _Follower:
    def __init__(self, responses: list[str]) -> None:
        self.responses = responses
        self.steps: list[Step] = []

    def rule(self, rule: Element, condition: int) -> None:
        if rule.tag == "responseCondition":
            for branch in rule:
                if len(branch) == 0:
                    raise self.unclear(rule)
                test = Test(When.ELSE) if branch.tag == "responseElse" else self.test(branch[0])
                for action in branch if branch.tag == "responseElse" else branch[1:]:
                    self.action(action, test, condition)
        else:
            self.action(rule, _ALWAYS, condition)

    def action(self, action: Element, test: Test | None, condition: int) -> None:
        """`test` None: nothing was answered."""
        if action.tag in ("exitResponse",):
            return
        if action.tag != "setOutcomeValue" or len(action) != 1:
            raise self.unclear(action)
        outcome, value = action.get("identifier", ""), action[0]
        step = self.scoring(value, outcome) if outcome in SCORES else self.showing(value, outcome)
        if step is None or (test is None and not step.score):
            return
        if test is None:
            raise self.unclear(action)
        self.steps.append(
            Step(test, condition, line_of(action), step.score, step.adds, step.maps, step.shows, step.echoes)
        )

    def scoring(self, value: Element, outcome: str) -> Step | None:
        line = line_of(value)
        if value.tag == "sum":
            parts = [part for part in value if not (part.tag == "variable" and part.get("identifier") == outcome)]
            if len(parts) != 1:
                if parts and all(part.tag == "mapResponse" for part in parts):
                    for part in parts[1:]:
                        self.steps.append(Step(_ALWAYS, 0, line, maps=part.get("identifier", ""), adds=True))
                    parts = parts[:1]
                else:
                    raise self.unclear(value)
            step = self.scoring(parts[0], outcome)
            return step and Step(_ALWAYS, 0, line, step.score, True, step.maps)
        if value.tag == "mapResponse":
            return Step(_ALWAYS, 0, line, maps=value.get("identifier", ""))
        if value.tag == "baseValue":
            return Step(_ALWAYS, 0, line, score=number(value))
        if value.tag == "variable" and value.get("identifier") in ("MAXSCORE", "MAX_SCORE"):
            return Step(_ALWAYS, 0, line, score=1.0)
        raise self.unclear(value)

    def showing(self, value: Element, outcome: str) -> Step | None:
        line = line_of(value)
        if value.tag == "multiple" and len(value) == 2 and value[0].get("identifier") == outcome:
            value = value[1]
        if value.tag == "baseValue":
            return Step(_ALWAYS, 0, line, shows=(outcome, (value.text or "").strip()))
        if value.tag == "variable" and value.get("identifier") in self.responses:
            return Step(_ALWAYS, 0, line, echoes=(outcome, value.get("identifier", "")))
        return Step(_ALWAYS, 0, line, shows=(outcome, ""))  # of no use, unless a feedback hangs on it

    def test(self, element: Element) -> Test | None:
        """What a condition asks; None where it asks whether nothing was answered."""
        kids = list(element)
        tag = element.tag
        if tag == "isNull" and len(kids) == 1 and kids[0].tag == "variable":
            return None
        if tag == "not" and len(kids) == 1 and kids[0].tag == "isNull":
            return _ALWAYS
        if tag in ("and", "or") and len(kids) == 1:
            return self.test(kids[0])
        if tag == "and" and (test := self.between(kids)):
            return test
        if tag == "patternMatch" and len(kids) == 1 and kids[0].tag == "variable":
            return Test(When.LIKE, kids[0].get("identifier", ""), element.get("pattern", ""))
        if tag in ("match", "stringMatch", "equal", "member") and len(kids) == 2:
            if kids[0].tag in ("baseValue", "correct"):
                kids.reverse()
            return self.comparison(element, *kids)
        raise self.unclear(element)

    def between(self, kids: list[Element]) -> Test | None:
        """`low ≤ response ≤ high`, with or without a test whether there is one; as Moodle writes numbers."""
        bounds: dict[str, float] = {}
        response = ""
        for kid in kids:
            if kid.tag == "not" and len(kid) == 1 and kid[0].tag == "isNull":
                continue
            if kid.tag not in ("gte", "lte") or len(kid) != 2:
                return None
            at_least = kid.tag == "gte"
            one, other = kid
            if one.tag == "baseValue":
                one, other, at_least = other, one, not at_least
            if one.tag != "variable" or other.tag != "baseValue":
                return None
            response = one.get("identifier", "")
            bounds["low" if at_least else "high"] = number(other)
        if len(bounds) != 2 or bounds["low"] > bounds["high"]:
            return None
        middle = round((bounds["low"] + bounds["high"]) / 2, 10)
        return Test(When.NEAR, response, repr(middle), tolerance=round((bounds["high"] - bounds["low"]) / 2, 10))

    def comparison(self, element: Element, one: Element, other: Element) -> Test:
        if one.tag == "index" and element.tag == "match" and len(one) == 1 and other.tag == "baseValue":
            place = one.get("n", "")
            if not place.isdecimal():
                raise self.unclear(element)
            return Test(When.PLACE, one[0].get("identifier", ""), (other.text or "").strip(), place=int(place))
        if one.tag != "variable" or other.tag not in ("correct", "baseValue"):
            raise self.unclear(element)
        response = one.get("identifier", "")
        value = None if other.tag == "correct" else (other.text or "").strip()
        if other.tag == "correct" and other.get("identifier") != response:
            raise self.unclear(element)
        if element.tag == "equal":
            return self.near(element, response, value)
        if value is None:
            return Test(When.RIGHT, response, case=element.get("caseSensitive", "true") != "false")
        return Test(
            When.IS,
            response,
            value,
            case=element.get("caseSensitive", "true") != "false",
            within=element.get("substring") == "true",
        )

    def near(self, element: Element, response: str, value: str | None) -> Test:
        mode = element.get("toleranceMode", "exact")
        if mode not in ("exact", "absolute", "relative"):
            raise self.unclear(element)
        if mode != "exact" and "false" in (element.get("includeLowerBound"), element.get("includeUpperBound")):
            reason = _("a tolerance leaves out its own ends, and here both always count")
            raise NotReadable(line_of(element), reason)
        tolerance = 0.0
        if mode != "exact":
            try:
                tolerances = [float(part) for part in element.get("tolerance", "").split()]
            except ValueError:
                raise self.unclear(element) from None
            if not tolerances or len(set(tolerances)) > 1:
                raise NotReadable(line_of(element), _("a tolerance is not the same below and above"))
            tolerance = tolerances[0]
        relative = mode == "relative"
        share = round(tolerance / 100, 12) if relative else tolerance
        return Test(When.NEAR, response, value, tolerance=share, relative=relative)

    def unclear(self, element: Element) -> NotReadable:
        reason = _("it is graded in a way of its own (%(what)s), which cannot be followed", what=f"<{element.tag}>")
        return NotReadable(line_of(element), reason)


def number(element: Element) -> float:
    """The number that an element holds. Raises `NotReadable`."""
    return float_of((element.text or "").strip(), element)


def float_of(text: str, element: Element) -> float:
    """A number as it is written in `element`. Raises `NotReadable`."""
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if found != found or abs(found) > 1e15:
        raise NotReadable(line_of(element), _("%(text)s is no number that can be used", text=text[:40] or "“”"))
    return found
