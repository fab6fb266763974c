"""The pages of an application: what they show, whether a person asks or a script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Response, jsonify, make_response, render_template, request
from flask_babel import format_time, ngettext, to_user_timezone
from flask_babel import gettext as _

from app.auth.identity import Identity, page_language
from app.core import clock, formats
from app.core.formats import money

from ..calls.questionnaire import Answer, BudgetLine, Question, QuestionKind, total_of
from ..eligibility.wording import Wording
from . import queries
from .access import Access, Author
from .counting import words_in
from .intake import LARGEST, kinds_taken
from .queries import Entry
from .reading import LONGEST_TEXT, MOST_LINES, Typed, mark_of
from .services import Outcome, Settled

SPARE_LINES = 1  # empty ones, below those of a budget
FEWEST_LINES = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """A question as the form shows it: with what was typed, where that could not be saved.

    `conflict`: what somebody else saved meanwhile, in `theirs`. `message`: why it was not saved.
    """

    entry: Entry
    value: Answer
    version: int
    seen: str
    conflict: bool = False
    theirs: Answer = None
    message: str = ""
    lines: int = FEWEST_LINES

    @property
    def key(self) -> str:
        return self.entry.key

    @property
    def rows(self) -> list[BudgetLine]:
        """The lines of a budget, and empty ones to fill in."""
        given = list(self.value) if isinstance(self.value, tuple) else []
        spare = max(self.lines - len(given), SPARE_LINES) if len(given) < MOST_LINES else 0
        return given + [BudgetLine("", "")] * spare


def asked_by_script() -> bool:
    """Whether the page's script asks, which reads JSON."""
    return request.headers.get("X-Requested-With") == "fetch"


def edit_page(
    access: Access,
    person: Identity,
    *,
    unsaved: Mapping[str, tuple[Typed, Settled]] | None = None,
    messages: Mapping[str, str] | None = None,
    unasked: Sequence[str] = (),
    missing: bool = False,
    more_lines: str = "",
) -> str:
    """The form with the overview beside it. `missing`: what is not answered yet is marked as missing.

    `unsaved`: what was typed and could not be saved; `messages`: what is wrong with an answer, by question;
    `unasked`: what was typed for questions that are no longer asked; `more_lines`: the budget that was asked to have
    another empty line.
    """
    entries = queries.list_entries(access)
    unsaved = unsaved or {}
    shown = [_shown(entry, unsaved.get(entry.key), (messages or {}).get(entry.key, "")) for entry in entries]
    if more_lines:
        shown = [replace(one, lines=len(one.rows) + 1) if one.key == more_lines else one for one in shown]
    return render_template(
        "grants/applications/edit.html",
        access=access,
        shown=shown,
        unasked=unasked,
        missing=missing,
        asked_at=queries.when_asked(access),
        **overview(access, person, entries),
        **_evidence(access, person),
        **words(),
    )


def read_page(access: Access, person: Identity, refused: str = "") -> str:
    """The application to read and to print: as it was submitted, else as the draft stands.

    `refused`: why it was not withdrawn, until the person is sure.
    """
    submitted = None if access.is_draft else queries.find_submitted(access.id)
    entries = queries.list_entries(access)
    if submitted is not None and submitted.is_readable:
        by_key = {entry.key: entry for entry in entries}
        entries = [_as_frozen(question, submitted, by_key.get(question.key)) for question in submitted.questions]
    return render_template(
        "grants/applications/show.html",
        access=access,
        entries=entries,
        submitted=submitted,
        refused=refused,
        workers=queries.list_workers(access) if access.writes or person.is_administrator else [],
        **words(),
    )


def _as_frozen(question: Question, submitted: queries.Submitted, entry: Entry | None) -> Entry:
    """A question and its answer as they were submitted; its files stand in rows that nobody changes any more."""
    files = entry.files if entry else ()
    return Entry(question, submitted.answers.get(question.key), 0, None, None, files)


def look_over_page(access: Access, person: Identity, error: str = "") -> str:
    """All answers before they are submitted, with everything that is still missing, and who may submit."""
    entries = queries.list_entries(access)
    return render_template(
        "grants/applications/look_over.html",
        access=access,
        entries=entries,
        faults=[entry for entry in entries if entry.fault],
        changed=[entry for entry in entries if entry.after_word],
        asked_at=queries.when_asked(access),
        error=error,
        **_evidence(access, person),
        **words(),
    )


def overview(access: Access, person: Identity, entries: Sequence[Entry]) -> dict[str, Any]:
    """What is answered, what is missing, and who works on it."""
    return {
        "entries": entries,
        "answered": sum(entry.is_answered for entry in entries),
        "open": [entry for entry in entries if entry.fault is not None],
        "workers": queries.list_workers(access),
        "reader": person,
    }


def _evidence(access: Access, person: Identity) -> dict[str, Any]:
    found = queries.get_evidence(access, person)
    known = found.shown.facts if found.shown else None
    say = Wording(
        known.courses if known else {},
        page_language(),
        city=access.city_name,
        names=found.names,
        quizzes=known.quizzes if known else None,
        time_zone=access.call.time_zone,
    )
    return {"evidence": found, "say": say}


def saved(access: Access, person: Identity, settled: Sequence[Settled]) -> tuple[Response, int]:
    """What the script is told of the answers it sent: it comes true with the commit, before this goes out."""
    entries = queries.list_entries(access)
    by_key = {entry.key: entry for entry in entries}
    told = [_told(by_key[one.key], one, person) for one in settled if one.key in by_key]
    page = render_template(
        "grants/applications/_progress.html", access=access, **overview(access, person, entries), **words()
    )
    status = 200
    if settled and all(one.outcome in (Outcome.CONFLICT, Outcome.TOO_LONG) for one in settled):
        status = 409 if settled[0].outcome is Outcome.CONFLICT else 422
    return make_response(jsonify(answers=told, progress=page, saved=saved_at(clock.now()))), status


def _told(entry: Entry, settled: Settled, person: Identity) -> dict[str, Any]:
    conflict = ""
    if settled.outcome is Outcome.CONFLICT:
        shown = Shown(entry, None, settled.version, "", conflict=True, theirs=settled.value)
        conflict = render_template("grants/applications/_conflict.html", one=shown, reader=person, **words())
    fault = entry.fault.message if entry.fault and not entry.fault.is_missing else ""
    return {
        "key": settled.key,
        "outcome": settled.outcome,
        "version": settled.version,
        "seen": mark_of(settled.value),
        "said": said(entry, person),
        "message": too_long(entry.question) if settled.outcome is Outcome.TOO_LONG else fault,
        "total": formats.number(total_of(settled.value)) if isinstance(settled.value, tuple) else "",
        "conflict": conflict,
    }


def _shown(entry: Entry, unsaved: tuple[Typed, Settled] | None, message: str) -> Shown:
    if unsaved is None:
        return Shown(entry, entry.value, entry.version, mark_of(entry.value), message=message)
    typed, settled = unsaved
    if settled.outcome is Outcome.CONFLICT:
        return Shown(entry, typed.value, settled.version, mark_of(settled.value), conflict=True, theirs=settled.value)
    return Shown(entry, typed.value, typed.version, typed.seen, message=too_long(entry.question))


def too_long(question: Question) -> str:
    """Why an answer was not saved: it is larger than any is."""
    if question.kind is QuestionKind.BUDGET:
        return _("A budget here has at most %(most)s lines, so this was not saved.", most=MOST_LINES)
    return _(
        "This text is longer than %(most)s characters, so it was not saved. Shorten it, then save.",
        most=formats.number(LONGEST_TEXT),
    )


def said(entry: Entry, person: Identity) -> str:
    """Who saved an answer, and when."""
    if entry.saved_at is None:
        return _("Nothing saved yet.")
    moment = formats.day_time(entry.saved_at)
    if entry.saved_by and entry.saved_by.id == person.id:
        return _("You saved this on %(moment)s.", moment=moment)
    return _("%(name)s saved this on %(moment)s.", name=author_name(entry.saved_by), moment=moment)


def author_name(author: Author | None) -> str:
    """A name, where somebody is known."""
    return author.name if author else _("Someone who has left")


def saved_at(moment: datetime) -> str:
    """`Saved at 14:03`, in the person's time zone."""
    return _("Saved at %(time)s", time=format_time(to_user_timezone(moment), "HH:mm", rebase=False))


def time_left(closes_at: datetime, at: datetime) -> str:
    """How long until a deadline: `9 days left`, and on the last day by the minute."""
    minutes = int((closes_at - at).total_seconds() // 60)
    if minutes >= 2 * 24 * 60:
        days = minutes // (24 * 60)
        return ngettext("%(num)s day left", "%(num)s days left", days)
    return _("%(length)s left", length=formats.minutes(max(minutes, 0)))


def limits(question: Question, currency: str) -> str:
    """What a question takes, in one sentence; empty where it sets no limit."""
    match question.kind:
        case QuestionKind.TEXT if question.words:
            return _("Up to %(words)s words.", words=formats.number(question.words))
        case QuestionKind.AMOUNT | QuestionKind.BUDGET:
            return " ".join(_bounds(question, currency))
        case QuestionKind.FILES:
            return " ".join(_files(question))
        case _:
            return ""


def _bounds(question: Question, currency: str) -> Iterable[str]:
    unit = currency or _("whole units")
    yield _("Whole amounts in %(currency)s, such as %(example)s.", currency=unit, example=formats.number(40000))
    least = money(question.least, currency) if question.least is not None else ""
    most = money(question.most, currency) if question.most is not None else ""
    if question.kind is QuestionKind.BUDGET and most:
        yield _("The total is %(most)s at the most.", most=most)
    elif least and most:
        yield _("From %(least)s to %(most)s.", least=least, most=most)
    elif most:
        yield _("%(most)s at the most.", most=most)
    if least and not (most and question.kind is QuestionKind.AMOUNT):
        yield _("At least %(least)s.", least=least)


def _files(question: Question) -> Iterable[str]:
    size = formats.number(LARGEST // 1024**2)
    yield ngettext("One file of up to %(size)s MB.", "Up to %(num)s files, each of up to %(size)s MB.",
                   question.files, size=size)  # fmt: skip
    yield _("Taken here: %(kinds)s.", kinds=kinds_taken(question))


def words() -> dict[str, Any]:
    """The functions that the templates say things with."""
    return {
        "said": said,
        "author_name": author_name,
        "limits": limits,
        "time_left": time_left,
        "mark_of": mark_of,
        "total_of": total_of,
        "words_in": words_in,
    }
