"""What decided, kept as it was: rule, findings, evidence and answers of an application, with their hash.

A frozen document says everything by value but people, who stand in it by id only: their names are read from rows that
an erasure empties. Its hash is the SHA-256 of the document in the canonical form of RFC 8785, so anybody who has the
document can compute it again. Documents only ever grow: `format` rises if one is read differently.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Protocol, cast

import msgspec
import rfc8785
import sqlalchemy as sa

from app.extensions import db
from app.network.models import City

from .. import rules
from ..calls.questionnaire import Questionnaire
from ..judging.evidence import EVIDENCE, Evidence
from ..judging.findings import Finding, HowFar, Met, Missing, Reason, Unknown
from ..judging.queries import judge_city
from ..models import Application, ApplicationAnswer, ApplicationFile, Frozen, GrantCall, Occasion
from ..queries import get_any_call

FORMAT = 1
FINDINGS = 20  # of practitioners who are eligible; beyond these, by id alone
# What reading a document can end with if somebody changed it.
UNREADABLE = (
    msgspec.ValidationError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)

_HIGHEST_ID = 2**31 - 1

_VERDICTS: dict[str, type[Met] | type[Missing] | type[Unknown]] = {"met": Met, "missing": Missing, "unknown": Unknown}


class Holds(Protocol):
    """What holds a frozen document: a row, or `frozen_queries.Kept`."""

    @property
    def document(self) -> Any: ...

    @property
    def hash(self) -> Any: ...


class FrozenFinding(msgspec.Struct, frozen=True, omit_defaults=True):
    """A finding as data; its parts stand in the order of the rule's."""

    verdict: str
    reason: Reason | None = None
    how_far: dict[str, Any] | None = None
    evidence: dict[str, Any] | None = None
    parts: tuple[FrozenFinding, ...] = ()


class FrozenPerson(msgspec.Struct, frozen=True):
    person_id: int
    finding: FrozenFinding


class FrozenFile(msgspec.Struct, frozen=True):
    question: str
    name: str
    size: int
    hash: str


class Snapshot(msgspec.Struct, frozen=True):
    """The document. `rule` is the tree as stored; `eligible` all who met it, by id; `answers` by question.

    `alone`: how the city stood without its practitioners, on its own facts.
    """

    format: int
    at: datetime
    call: str
    rule_number: int
    rule: dict[str, Any]
    city: dict[str, Any]
    practitioners: int
    eligible: tuple[int, ...]
    people: tuple[FrozenPerson, ...]
    alone: FrozenFinding
    questionnaire: dict[str, Any]
    answers: dict[str, Any]
    files: tuple[FrozenFile, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A document that can be read: with its rule and its questions as what they are."""

    snapshot: Snapshot
    rule: rules.Node
    questionnaire: Questionnaire


def freeze(application_id: int, occasion: Occasion, *, at: datetime) -> Frozen:
    """Append how an application stands as of `at`, by the rule in force now, with waivers. Seven statements at most."""
    application, written, city = db.session.execute(
        sa.select(Application, GrantCall, City)
        .join(GrantCall, GrantCall.id == Application.call_id)
        .join(City, City.id == Application.city_id)
        .where(Application.id == application_id)
    ).one()
    call = get_any_call(written.slug)
    judged = judge_city(call, at, city.id)
    eligible = tuple(i for i, finding in judged.findings.items() if isinstance(finding, Met))
    answers = db.session.execute(
        sa.select(ApplicationAnswer).where(ApplicationAnswer.application_id == application_id)
    ).scalars()
    shown = {*eligible[:FINDINGS], *(_workers(application) & judged.findings.keys())}
    snapshot = Snapshot(
        format=FORMAT,
        at=at,
        call=call.slug,
        rule_number=call.rule_number,
        rule=rules.write(call.rule),
        city=_city(city),
        practitioners=len(judged.findings),
        eligible=eligible,
        people=tuple(FrozenPerson(i, frozen_finding(judged.findings[i])) for i in sorted(shown)),
        alone=frozen_finding(judged.alone),
        questionnaire=msgspec.to_builtins(written.questionnaire),
        answers={answer.key: msgspec.to_builtins(answer.value) for answer in answers},
        files=_files(application_id),
    )
    document = cast(dict[str, Any], msgspec.to_builtins(snapshot))
    row = Frozen(
        application_id=application_id,
        occasion=occasion,
        at=at,
        rule_id=call.rule_id,
        document=document,
        hash=hash_of(document),
    )
    db.session.add(row)
    db.session.flush()
    return row


def hash_of(document: dict[str, Any]) -> str:
    """The SHA-256 of a document in canonical form (RFC 8785), in hexadecimal."""
    return hashlib.sha256(canonical(document)).hexdigest()


def canonical(document: dict[str, Any]) -> bytes:
    """A document as it is hashed: JSON in the one form that RFC 8785 gives it."""
    return rfc8785.dumps(document)


def is_intact(row: Holds) -> bool:
    """Whether a frozen row still says what it said; what is no document any more, or has no hash at all, does not."""
    try:
        return hash_of(row.document) == row.hash and opened(row) is not None
    except UNREADABLE:
        return False


def read(row: Holds) -> Snapshot:
    """The document, typed. Raises `msgspec.ValidationError` if it is not one."""
    return msgspec.convert(row.document, Snapshot)


def opened(row: Holds) -> Opened | None:
    """The document with its rule and its questions; None where it cannot be read, which says that it was changed."""
    try:
        snapshot = read(row)
        canonical(snapshot.rule)
        rule = rules.read(snapshot.rule)
        asked = msgspec.convert(snapshot.questionnaire, Questionnaire)
    except UNREADABLE:
        return None
    named = (i for leaf in rule.leaves() for i in (*leaf.course_ids, *leaf.activity_ids))
    return Opened(snapshot, rule, asked) if all(_is_id(i) for i in named) else None


def list_people(row: Holds) -> set[int]:
    """Everybody a frozen document speaks of, by id; nobody where it cannot be read."""
    try:
        return {i for i in _people(read(row)) if _is_id(i)}
    except UNREADABLE:
        return set()


def _is_id(said: object) -> bool:
    """Whether the database can be asked for it: a document that was changed may name anything."""
    return isinstance(said, int) and 0 < said <= _HIGHEST_ID


def _people(snapshot: Snapshot) -> set[Any]:
    found: set[Any] = {*snapshot.eligible[:FINDINGS], *(person.person_id for person in snapshot.people)}
    pending = [snapshot.alone, *(person.finding for person in snapshot.people)]
    while pending:
        finding = pending.pop()
        pending.extend(finding.parts)
        evidence = finding.evidence or {}
        found.update(evidence.get("person_ids", ()))
        found.update(evidence[name] for name in ("owner_id",) if name in evidence)
    return found


def frozen_finding(finding: Finding) -> FrozenFinding:
    """A finding as data: what it says, without what to do next."""
    verdict = next(name for name, kind in _VERDICTS.items() if isinstance(finding, kind))
    how_far: HowFar | None = getattr(finding, "how_far", None)
    evidence: Evidence | None = getattr(finding, "evidence", None)
    return FrozenFinding(
        verdict=verdict,
        reason=getattr(finding, "reason", None),
        how_far=_plain(how_far),
        evidence={"kind": EVIDENCE[type(evidence)], **(_plain(evidence) or {})} if evidence else None,
        parts=tuple(frozen_finding(part) for part in finding.parts),
    )


def thawed(rule: rules.Node, frozen: FrozenFinding) -> Finding:
    """The finding again, to be worded as any other; it asks for nothing to be done."""
    parts = tuple(thawed(child, part) for child, part in zip(rule.parts, frozen.parts, strict=False))
    evidence = _evidence(frozen.evidence)
    if frozen.verdict == "met":
        return Met(rule, evidence, parts)
    reason = frozen.reason or Reason.PARTS
    if frozen.verdict == "unknown":
        return Unknown(rule, reason, parts)
    how_far = msgspec.convert(frozen.how_far, HowFar) if frozen.how_far else None
    return Missing(rule, reason, how_far, evidence=evidence, parts=parts)


def _workers(application: Application) -> set[int]:
    by = (application.created_by_id, application.endorsed_by_id, application.submitted_by_id)
    return {i for i in by if i is not None}


def _files(application_id: int) -> tuple[FrozenFile, ...]:
    rows = db.session.scalars(
        sa.select(ApplicationFile)
        .where(ApplicationFile.application_id == application_id, ApplicationFile.removed_at.is_(None))
        .order_by(ApplicationFile.id)
    )
    return tuple(FrozenFile(row.key, row.name, row.size, row.hash) for row in rows)


def _city(city: City) -> dict[str, Any]:
    said: Iterable[str] = ("id", "name", "country", "region", "size_band", "joined_on", "left_on")
    return {name: msgspec.to_builtins(getattr(city, name)) for name in said}


def _plain(value: Any) -> dict[str, Any] | None:
    """The fields of a dataclass as JSON-able data, without those that say nothing."""
    if value is None:
        return None
    defaults = {field.name: field.default for field in fields(value)}
    return {name: msgspec.to_builtins(held) for name, held in asdict(value).items() if held != defaults[name]}


def _evidence(data: dict[str, Any] | None) -> Evidence | None:
    if data is None:
        return None
    kinds = {name: kind for kind, name in EVIDENCE.items()}
    return cast(Evidence, msgspec.convert({k: v for k, v in data.items() if k != "kind"}, kinds[data["kind"]]))
