"""Translating what a call says and asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from app.core import audit
from app.core.errors import DomainError
from app.core.text import Text, string_hash
from app.courses.translation.texts import fingerprint
from app.extensions import db

from ..models import ChangeKind, GrantCall
from . import items
from .errors import ReasonNeeded
from .queries import has_submissions, was_published
from .services import lock_call, log
from .texts import LONGEST, Place, places, with_texts

OWN = ("title", "summary")  # the texts of the call itself, by key


@dataclass(frozen=True, slots=True)
class Typed:
    """A translation as somebody typed it, and fingerprints of the translation and of the source that they saw.

    `fits`: that a translation out of date is right as it stands.
    """

    string: str
    shown: str
    source: str
    fits: bool = False


class NotTranslated(DomainError):
    """Some translations cannot be saved: `problems` says why, by key. None is then."""

    status = 409

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(_("Not saved yet: see what is marked below. Nothing of yours is lost."))
        self.problems = problems


def translate(*, call_id: int, language: str, typed: Mapping[str, Typed], why: str, by: int) -> int:
    """Save translations by the key of their text; gives how many changed. An empty one is taken out.

    Of a call that was ever published, what was there and reads differently now stands in the public change log with
    `why`; what was missing may be added without. Raises `NotTranslated` where somebody else changed the same
    meanwhile, the translation or its source, and where what cities have answered would read differently, and
    `ReasonNeeded`. Keys that are not there any more are passed over.
    """
    call = lock_call(call_id)
    source = call.source_language
    answered = has_submissions(call.id)
    problems: dict[str, str] = {}
    written: dict[str, Text] = {}
    replaced: dict[str, list[str]] = {}
    for place in places(call):
        sent = typed.get(place.key)
        if sent is None or not _changes(place, language, sent):
            continue
        problem = _problem(place, source, language, sent, answered)
        if problem:
            problems[place.key] = problem
        else:
            written[place.key] = place.text.with_phrase(language, sent.string, source)
            there = place.text.phrases.get(language)
            if there and fingerprint(there.string) != fingerprint(sent.string):
                replaced[place.key] = [there.string, sent.string]
    if problems:
        raise NotTranslated(problems)
    if not written:
        return 0
    if replaced and was_published(call):
        if not why:
            raise ReasonNeeded
        _log(call, language, replaced, why, by)
    call.title, call.summary = written.get("title", call.title), written.get("summary", call.summary)
    call.questionnaire = with_texts(call.questionnaire, written)
    subject, texts = f"grant_call:{call.id}", sorted(written)
    audit.record("grant_call.translate", subject, actor_id=by, language=language, texts=texts, why=why)
    db.session.flush()
    return len(written)


def _log(call: GrantCall, language: str, replaced: Mapping[str, list[str]], why: str, by: int) -> None:
    """What reads differently now: of the call itself word for word, of what it asks each thing by its title."""
    own = {key: words for key, words in replaced.items() if key in OWN}
    if own:
        log(call, ChangeKind.TEXTS, by=by, why=why, language=language, **own)
    for title in _titles(call, replaced):
        log(call, ChangeKind.QUESTIONS, by=by, why=why, language=language, changed=title)


def _titles(call: GrantCall, keys: Iterable[str]) -> list[str]:
    """The titles of what is asked by these texts, each once, in order."""
    source, asked = call.source_language, {key.partition(".")[0] for key in keys if key not in OWN}
    return [item.title.best(source, source) for item in items.items(call.questionnaire) if item.key in asked]


def _changes(place: Place, language: str, sent: Typed) -> bool:
    """Whether the writer wants another translation than the page showed, or says that this one still fits."""
    there = place.text.phrases.get(language)
    same = fingerprint(sent.string) == (fingerprint(there.string) if there else "")
    return sent.fits if same else fingerprint(sent.string) != sent.shown


def _problem(place: Place, source: str, language: str, sent: Typed, answered: bool) -> str:
    there = place.text.phrases.get(language)
    if len(sent.string) > LONGEST:
        return _("At most %(max)d characters.", max=LONGEST)
    if sent.shown != (fingerprint(there.string) if there else ""):
        return _("Somebody else translated this meanwhile. Compare the two, then save yours or take theirs.")
    if sent.source != string_hash(place.text.best(source, source)):
        return _("The original changed meanwhile. Read it again, then save.")
    if answered and there and not sent.fits and place.key not in OWN:
        return _("A city has submitted its application, so what was asked stays as it is.")
    return ""
