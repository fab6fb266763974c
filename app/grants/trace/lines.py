"""A verdict spelled out: the tree of a rule with every fact that was looked at, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from flask_babel import gettext as _

from app.core import formats
from app.core.formats import date_by
from app.network.labels import REGIONS, country_name
from app.network.models import Region
from app.progress.certificates import codes

from ..eligibility.wording import Wording
from ..judging.findings import CertificateEvidence, Finding, Met, Missing, Unknown, WaiverEvidence
from ..judging.shapes import AttemptFact, CityFact, ColleagueFact, CompletionFact, Facts, RoleFact
from ..rules import CityIn, HasRole, Leaf, MemberFor, Requirement


@dataclass(frozen=True, slots=True)
class Line:
    """A part of the rule: how deep it stands, its verdict and sentence, and what was looked at."""

    depth: int
    met: bool
    verdict: str
    words: str
    facts: tuple[str, ...]


def lines(finding: Finding, say: Wording, facts: Facts | None = None, depth: int = 0) -> Iterator[Line]:
    """The lines of a finding, from the whole to its parts; with `facts`, every fact that was looked at, else what
    decided alone."""
    said = [_plain(say.evidence(finding))]
    if facts is not None and isinstance(finding.rule, Requirement):
        looked_at = list(_considered(finding.rule, facts, say.names))
        decides = not (isinstance(finding, Met) and looked_at) or isinstance(finding.evidence, WaiverEvidence)
        said = (said if decides else []) + looked_at
    yield Line(
        depth=depth,
        met=isinstance(finding, Met),
        verdict=verdict(finding),
        words=say.requirement(finding.rule),
        facts=tuple(words for words in said if words),
    )
    for part in finding.parts:
        yield from lines(part, say, facts, depth + 1)


def verdict(finding: Finding) -> str:
    """Of a requirement: `Met`, `Not met` or `Unknown`."""
    match finding:
        case Met():
            return _("Met")
        case Missing():
            return _("Not met")
        case Unknown():
            return _("Unknown")
    raise AssertionError(finding)


def stands(name: str, finding: Finding) -> str:
    """The same of a person or a city: `Amina Trabelsi meets the rule`."""
    match finding:
        case Met():
            return _("%(name)s meets the rule", name=name)
        case Missing():
            return _("%(name)s does not meet the rule", name=name)
        case Unknown():
            return _("Whether %(name)s meets the rule is not known", name=name)
    raise AssertionError(finding)


def moment(at: datetime) -> str:
    """`21 November 2026, 14:05:09 UTC`: to the second, alike for everybody who reads it."""
    return f"{date_by(at.astimezone(UTC), 'd MMMM y, HH:mm:ss')} UTC"


def _considered(leaf: Leaf, facts: Facts, names: Mapping[int, str]) -> Iterator[str]:
    """Every fact about what a requirement asks for, those too that did not count."""
    for course_id in leaf.course_ids:
        if leaf.asks_colleagues:
            yield from _colleagues(facts.colleagues.get(course_id, ()), names)
            continue
        yield from map(_completion, facts.completions.get(course_id, ()))
        yield from map(_certificate, facts.certificates.get(course_id, ()))
    for quiz_id in leaf.activity_ids:
        yield from map(_attempt, facts.attempts.get(quiz_id, ()))
    for key in leaf.declaration_keys:
        if (stated := facts.declarations.get(key)) is not None:
            said = _("Stated on %(moment)s: yes") if stated.holds else _("Stated on %(moment)s: no")
            yield said % {"moment": moment(stated.at)}
    if isinstance(leaf, HasRole):
        yield from (_role(role) for role in facts.roles if role.role == leaf.role)
    if isinstance(leaf, CityIn | MemberFor) and facts.city is not None:
        yield _city(facts.city)


def _city(city: CityFact) -> str:
    joined = date_by(city.joined_on, "d MMMM y")
    region = REGIONS[Region(city.region)]
    return _(
        "%(region)s, %(country)s, member since %(day)s", region=region, country=country_name(city.country), day=joined
    )


def _role(role: RoleFact) -> str:
    if role.to_at is None:
        return _("Held since %(since)s", since=moment(role.from_at))
    return _("Held from %(since)s until %(until)s", since=moment(role.from_at), until=moment(role.to_at))


def _attempt(attempt: AttemptFact) -> str:
    when = moment(attempt.finished_at)
    if attempt.score is None:
        return _("Attempt of %(moment)s, not marked yet", moment=when)
    return _("Attempt of %(moment)s, score %(score)s", moment=when, score=formats.percent(attempt.score))


def _colleagues(colleagues: Iterable[ColleagueFact], names: Mapping[int, str]) -> Iterator[str]:
    for one in colleagues:
        when = moment(one.completed_at)
        if name := names.get(one.person_id):
            yield _("%(name)s completed it on %(moment)s", name=name, moment=when)
        else:
            yield _("Person %(id)s completed it on %(moment)s", id=one.person_id, moment=when)


def _completion(completion: CompletionFact) -> str:
    when = moment(completion.completed_at)
    if completion.score is None:
        return _("Completed on %(moment)s", moment=when)
    return _("Completed on %(moment)s, score %(score)s", moment=when, score=formats.percent(completion.score))


def _certificate(held: CertificateEvidence) -> str:
    said = _("Certificate %(code)s of %(moment)s", code=codes.shown(held.code), moment=moment(held.issued_at))
    if held.expires_at:
        said += ", " + _("until %(moment)s", moment=moment(held.expires_at))
    if held.revoked_at:
        said += ", " + _("revoked on %(moment)s", moment=moment(held.revoked_at))
    return said


def _plain(words: str) -> str:
    """Words without what marks them up: evidence keeps the direction of a code by elements of its own."""
    strip = getattr(words, "striptags", None)
    return strip() if strip else words
