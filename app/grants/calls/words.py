"""What the pages say of calls as administrators keep them, and of what changed in a published one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core import formats
from app.core.formats import money
from app.core.languages import language_name
from app.core.text import Text
from app.quizzes.local_times import comes_twice

from ..eligibility.wording import moment_there
from ..models import CallChange, ChangeKind, GrantCall, Rule
from .checks import Doubt, Lack
from .queries import Stage
from .questionnaire import FileKind, QuestionKind
from .zones import distance

STAGES = {
    Stage.DRAFT: _l("Drafts"),
    Stage.COMING: _l("Coming"),
    Stage.OPEN: _l("Open now"),
    Stage.CLOSED: _l("Closed"),
}

# What is missing, and the page where it is put right.
LACKS: dict[Lack, tuple[Any, str]] = {
    Lack.SUMMARY: (_l("The summary is empty. Say in two or three sentences what the grant is for."), "settings"),
    Lack.OPENED: (_l("Its opening has passed. Choose one that is still to come."), "settings"),
    Lack.CLOSED: (_l("Its dates have passed. Choose an opening and a closing that are still to come."), "settings"),
    Lack.CURRENCY: (_l("A question asks for an amount, and no currency is set."), "settings"),
    Lack.QUESTIONS: (_l("It asks nothing yet. Write at least one question."), "questions"),
    Lack.RULE: (_l("It has no rule yet, so nobody knows who may apply."), "rule"),
}
DOUBTS: dict[Doubt, tuple[Any, str]] = {
    Doubt.LANGUAGES: (_l("Some texts have no translation yet, or one that is out of date."), "languages"),
    Doubt.CRITERIA: (_l("There are no criteria, so reviewers have nothing to score by."), "questions"),
    Doubt.CEILING: (_l("It does not say how much one grant gives at most."), "settings"),
}
MEND = {
    "settings": _l("Open the settings"),
    "questions": _l("Write the questions"),
    "rule": _l("Write the rule"),
    "languages": _l("Translate the texts"),
}

FIELDS = {
    "title": _l("Title"),
    "summary": _l("Summary"),
    "slug": _l("Address"),
    "time_zone": _l("Time zone"),
    "opens_at": _l("Opens"),
    "closes_at": _l("Closes"),
    "grants": _l("Number of grants"),
    "currency": _l("Currency"),
    "ceiling": _l("The most that one grant gives"),
}

KINDS = {
    QuestionKind.TEXT: _l("A text"),
    QuestionKind.CHOICE: _l("A choice"),
    QuestionKind.AMOUNT: _l("An amount of money"),
    QuestionKind.BUDGET: _l("A budget table"),
    QuestionKind.FILES: _l("Files"),
}
FILE_KINDS = {
    FileKind.PDF: _l("PDF"),
    FileKind.TEXT: _l("Text documents (Word, LibreOffice)"),
    FileKind.SHEET: _l("Spreadsheets (Excel, LibreOffice)"),
    FileKind.SLIDES: _l("Slides (PowerPoint, LibreOffice)"),
    FileKind.PICTURE: _l("Pictures (JPEG, PNG, WebP)"),
}


def exact_moment(moment: datetime, zone: str) -> str:
    """As `moment_there`, with what it leaves out: seconds that are not zero, and which of two equal times it is."""
    words = moment_there(moment, zone)
    said = [_("%(seconds)s seconds past", seconds=moment.second)] if moment.second else []
    if comes_twice(moment, zone):
        said.append(distance(moment, zone))
    return f"{words} ({', '.join(said)})" if said else words


def setting_words(name: str, facts: Any) -> str:
    """What one of the settings says, as people read it."""
    value = getattr(facts, name)
    if value is None or value == "":
        return _("nothing")
    if isinstance(value, datetime):
        return exact_moment(value, facts.time_zone)
    if name == "ceiling":
        return money(value, facts.currency)
    return formats.number(value) if isinstance(value, int) else str(value)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the public change log: what happened when, in words, and why."""

    at: datetime
    title: str
    lines: tuple[str, ...] = ()
    why: str = ""


def public_log(call: GrantCall, changes: Sequence[CallChange], rules: Sequence[Rule], language: str) -> list[Entry]:
    """Everything that changed since a call was first published, the newest first. People are not named."""
    began = min((change.at for change in changes if change.kind == ChangeKind.PUBLISHED), default=call.published_at)
    if began is None:
        return []
    entries = []
    for rule, following in zip(rules, [*rules[1:], None], strict=True):
        until = following.in_force_at if following else None
        if until is None or until > began:
            entries.append(_rule_entry(rule, until, began, call, language))
    entries += [_entry(change, call) for change in changes if change.kind != ChangeKind.RULE and change.at >= began]
    if not any(change.kind == ChangeKind.PUBLISHED for change in changes):
        entries.append(Entry(began, _("Published")))
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _entry(change: CallChange, call: GrantCall) -> Entry:
    match change.kind:
        case ChangeKind.PUBLISHED if change.values.get("withdrawn"):
            return Entry(change.at, _("Withdrawn from publication before it opened"), (), change.why)
        case ChangeKind.PUBLISHED:
            return Entry(change.at, _("Published"), (), change.why)
        case ChangeKind.DATES:
            return Entry(change.at, _("The dates changed"), tuple(_dates(change.values, call)), change.why)
        case ChangeKind.QUESTIONS:
            return Entry(change.at, _asked_changed(change), tuple(_asked(change.values)), change.why)
        case _:
            return Entry(change.at, _texts_changed(change), tuple(_texts(change.values)), change.why)


def _asked_changed(change: CallChange) -> str:
    """That what is asked changed, or only a translation of it: of which language."""
    tag = change.values.get("language")
    if tag is None:
        return _("What is asked changed")
    return _("The translation of what is asked changed: %(language)s", language=language_name(tag))


def _texts_changed(change: CallChange) -> str:
    """As `_asked_changed`, of what the call itself says."""
    tag = change.values.get("language")
    if tag is None:
        return _("What the call says changed")
    return _("The translation of what the call says changed: %(language)s", language=language_name(tag))


def _dates(values: Mapping[str, Any], call: GrantCall) -> list[str]:
    zone = values.get("zone", call.time_zone)
    lines = []
    for name, words in (
        ("opens_at", _l("It opens %(now)s. Before, it was to open %(was)s.")),
        ("closes_at", _l("It closes %(now)s. Before, it was to close %(was)s.")),
    ):
        if name in values:
            was, now = (exact_moment(datetime.fromisoformat(said), zone) for said in values[name])
            lines.append(str(words) % {"was": was, "now": now})
    if "time_zone" in values:
        was, now = values["time_zone"]
        lines.append(_("Its time zone is %(now)s. Before, it was %(was)s.", was=was, now=now))
    return lines


def _texts(values: Mapping[str, Any]) -> list[str]:
    lines = []
    for name, label in FIELDS.items():
        if name not in values:
            continue
        was, now = (_said(name, value) for value in values[name])
        lines.append(_("%(what)s: “%(now)s”. Before: “%(was)s”.", what=label, was=was, now=now))
    return lines


def _said(name: str, value: Any) -> str:
    if value is None or value == "":
        return _("nothing")
    return formats.number(value) if isinstance(value, int) else str(value)


def _asked(values: Mapping[str, Any]) -> list[str]:
    words = {
        "added": _l("Added: “%(title)s”"),
        "changed": _l("Changed: “%(title)s”"),
        "removed": _l("Removed: “%(title)s”"),
    }
    return [str(say) % {"title": values[what]} for what, say in words.items() if what in values]


def _rule_entry(rule: Rule, until: datetime | None, began: datetime, call: GrantCall, language: str) -> Entry:
    since = rule.in_force_at
    assert since is not None
    lines = [line for line in (_approved(rule, call, language), _second(rule), _until(until)) if line]
    if since <= began:
        return Entry(began, _("Rule %(number)s, from the start", number=rule.number), tuple(lines), "")
    return Entry(since, _("Rule %(number)s took effect", number=rule.number), tuple(lines), rule.reason)


def _approved(rule: Rule, call: GrantCall, language: str) -> str:
    body: Text | None = rule.approved_by
    if body is None:
        return ""
    who = body.best(language, call.source_language)
    if rule.approved_on is None:
        return _("Approved by %(who)s.", who=who)
    day = formats.date_by(rule.approved_on, "d MMMM y")
    return _("Approved by %(who)s on %(day)s.", who=who, day=day)


def _second(rule: Rule) -> str:
    return _("A second person of the network checked and approved it.") if rule.approved_by_id else ""


def _until(until: datetime | None) -> str:
    if until is None:
        return _("It is in force.")
    return _("It was in force until %(moment)s.", moment=formats.day_time(until))
