"""The dossier of an application as a PDF: everything that a committee must be able to defend, years later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_decimal
from flask_babel import gettext as _

from app.auth.names import erased_name
from app.core import clock, typesetting
from app.core.formats import date_by, number
from app.core.languages import RIGHT_TO_LEFT
from app.core.typesetting import breakable
from app.network.labels import REGIONS, country_name
from app.network.models import Region

from .. import rules
from ..calls.zones import day_before, distance
from ..eligibility.wording import Wording
from ..judging.facts import Named, named_by
from ..labels import APPEAL_STATES, OCCASIONS, STATES
from ..models import Appeal, Duty, Review, ReviewState, Waiver
from ..reviews.ranking import score, summary, tenths
from ..reviews.words import review_state
from . import dossier_answers, freezing, lines
from .decision_queries import FormerDecision
from .dossier_queries import Dossier
from .frozen_queries import Kept

DOCUMENT = "grants/document.typ"

Section = dict[str, Any]


def data(dossier: Dossier, *, language: str) -> dict[str, Any]:
    """All that the dossier says, in the interface's `language`, as of now. One statement, for the titles of courses."""
    now = clock.now()
    said = _Said(dossier, language)
    call = dossier.call
    title = call.title.best(language, call.source_language)
    heading = _("%(city)s: %(call)s", city=dossier.city.name, call=title)
    return {
        "language": language.partition("-")[0],
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "document": _("Dossier of %(what)s", what=heading),
        "author": _("Strong Cities Academy"),
        "heading": breakable(dossier.city.name),
        "lede": breakable(title),
        "footer": _("Made on %(moment)s", moment=lines.moment(now)),
        "sections": list(said.sections()),
    }


def pdf(data: dict[str, Any]) -> bytes:
    """The dossier that says `data`."""
    return typesetting.pdf(DOCUMENT, data, moment=clock.now())


class _Said:
    """The sections of a dossier, in the reader's language."""

    def __init__(self, dossier: Dossier, language: str) -> None:
        self.dossier = dossier
        self.language = language
        self.frozen = [(row, freezing.opened(row)) for row in dossier.frozen]
        self.rules = [opened.rule for _row, opened in self.frozen if opened is not None]
        known = named_by(rules.Any_(of=tuple(self.rules))) if self.rules else Named()
        zone = dossier.call.time_zone
        self.say = Wording(
            known.courses,
            language,
            quizzes=known.quizzes,
            city=dossier.city.name,
            names=dossier.names,
            time_zone=zone,
            of_another=True,
        )

    def sections(self) -> Iterator[Section]:
        yield _section(_("The application"), _facts(self._overview()))
        for row, opened in self.frozen:
            yield _section(self._frozen_title(row), *self._frozen(row, opened))
        if answers := dossier_answers.blocks(self.dossier, self.frozen[-1][1] if self.frozen else None, self.language):
            yield _section(_("Answers"), *answers)
        if self.dossier.reviews_kept:
            kept = _("You have to do with this application, so its reviews are not shown to you.")
            yield _section(_("Reviews"), {"kind": "text", "text": kept})
        elif self.dossier.reviews:
            yield _section(_("Reviews"), *self._reviews())
        if self.dossier.application.decided_at:
            yield _section(_("Decision"), _facts(self._decision()), *self._former())
        if self.dossier.appeals:
            yield _section(_("Appeals"), *(_facts(self._appeal(appeal)) for appeal in self.dossier.appeals))
        if self.dossier.waivers:
            yield _section(_("Waivers"), *(_facts(self._waiver(waiver)) for waiver in self.dossier.waivers))
        if self.dossier.duties:
            yield _section(_("Reports after the award"), *(_facts(self._duty(duty)) for duty in self.dossier.duties))

    # --- what stands in them -------------------------------------------

    def _overview(self) -> Iterator[tuple[str, str]]:
        application, city = self.dossier.application, self.dossier.city
        yield _("City"), f"{city.name}, {country_name(city.country)} ({REGIONS[Region(city.region)]})"
        yield _("State"), str(STATES[application.state])
        yield _("Begun"), self._by(application.created_at, application.created_by_id)
        if application.endorsed_at:
            yield _("Word of the coordinator"), self._by(application.endorsed_at, application.endorsed_by_id)
        if application.submitted_at:
            yield _("Submitted"), self._by(application.submitted_at, application.submitted_by_id)
        for at, by_id in self.dossier.withdrawals:
            yield _("Taken back"), self._by(at, by_id)
        yield _("Call opened or opens"), self._there(self.dossier.call.opens_at)
        yield _("Call closed or closes"), self._there(self.dossier.call.closes_at)

    def _there(self, moment: datetime) -> str:
        """By the call's clocks, with the year: a dossier is read years later."""
        zone = self.dossier.call.time_zone
        said = date_by(moment.astimezone(ZoneInfo(zone)), "d MMMM y, HH:mm")
        return f"{said} ({zone}, {distance(moment, zone)})"

    def _frozen_title(self, row: Kept) -> str:
        return _("Eligibility, as frozen at %(occasion)s", occasion=OCCASIONS[row.occasion])

    def _frozen(self, row: Kept, opened: freezing.Opened | None) -> Sequence[Section]:
        """What was frozen; where it cannot be read, that alone."""
        if opened is not None:
            try:
                return [_facts(self._whole(row, opened)), *self._findings(opened)]
            except freezing.UNREADABLE:
                pass
        return [_facts(self._mark(row, _("The document cannot be read: it was changed after it was frozen.")))]

    def _whole(self, row: Kept, opened: freezing.Opened) -> Iterator[tuple[str, str]]:
        snapshot, said = opened.snapshot, _("The document is as it was frozen.")
        if not freezing.is_intact(row):
            said = _("The document does not match its hash: it was changed after it was frozen.")
        first, *rest = self._mark(row, said)
        yield first
        yield _("Rule"), _("Version %(number)s", number=snapshot.rule_number)
        yield _("Practitioners"), number(snapshot.practitioners)
        yield _("Eligible"), self._people(snapshot.eligible)
        yield from rest

    def _mark(self, row: Kept, checked: str) -> Sequence[tuple[str, str]]:
        return [(_("As of"), lines.moment(row.at)), (_("SHA-256"), breakable(row.hash)), (_("Checked"), checked)]

    def _findings(self, opened: freezing.Opened) -> Iterator[Section]:
        for person in opened.snapshot.people:
            finding = freezing.thawed(opened.rule, person.finding)
            yield {
                "kind": "tree",
                "title": lines.stands(self._name(person.person_id), finding),
                "lines": [_line(line) for line in lines.lines(finding, self.say)],
            }

    def _reviews(self) -> Iterator[Section]:
        criteria = self.dossier.call.questionnaire.criteria
        scores = [found for review in self._submitted() if (found := score(criteria, review.scores)) is not None]
        whole = summary(scores)
        if whole.mean is not None:
            spread = _("none, with one review")
            if whole.deviation is not None:
                spread = _(
                    "standard deviation %(deviation)s, from %(low)s to %(high)s",
                    deviation=_tenth(whole.deviation), low=_tenth(whole.low), high=_tenth(whole.high),
                )  # fmt: skip
            yield _facts([(_("Mean"), _("%(mean)s of 100", mean=_tenth(whole.mean))), (_("Spread"), spread)])
        for review in self.dossier.reviews:
            yield _facts(self._review(review), title=self._name(review.person_id))

    def _submitted(self) -> list[Review]:
        return [review for review in self.dossier.reviews if review.submitted_at is not None]

    def _review(self, review: Review) -> Iterator[tuple[str, str]]:
        yield _("State"), review_state(ReviewState(review.state))
        if review.declined_why:
            yield _("Reason"), breakable(review.declined_why)
        criteria = self.dossier.call.questionnaire.criteria
        are_weighed = len({criterion.weight for criterion in criteria}) > 1
        for criterion in criteria if review.submitted_at else ():
            title = criterion.title.best(self.language, self.dossier.call.source_language)
            if are_weighed:
                title = _("%(criterion)s (weight %(weight)s)", criterion=title, weight=criterion.weight)
            points = _("%(points)s of %(most)s", points=review.scores.get(criterion.key, "–"), most=criterion.points)
            remark = review.remarks.get(criterion.key, "")
            yield title, f"{points}\n{breakable(remark)}".strip()
        if review.submitted_at:
            whole = score(self.dossier.call.questionnaire.criteria, review.scores)
            yield _("Score"), "–" if whole is None else _("%(mean)s of 100", mean=_tenth(tenths(whole)))
            yield _("Comment"), breakable(review.comment) or "–"
            yield _("Submitted"), lines.moment(review.submitted_at)

    def _decision(self) -> Iterator[tuple[str, str]]:
        application = self.dossier.application
        assert application.decided_at
        yield from self._decided(application.state, application.amount)
        yield _("Decided"), self._by(application.decided_at, application.decided_by_id)
        yield _("Reason"), breakable(application.decision_reason) or "–"

    def _former(self) -> Iterator[Section]:
        """What was decided before, the latest first: an appeal changes a decision, and does not undo that it was."""
        for former in reversed(self.dossier.former):
            changed = _("Before: an appeal changed this decision on %(moment)s", moment=lines.moment(former.changed_at))
            yield _facts(self._decided_before(former), title=changed)

    def _decided_before(self, former: FormerDecision) -> Iterator[tuple[str, str]]:
        yield from self._decided(former.outcome, former.amount)
        if former.at is not None:
            yield _("Decided"), self._by(former.at, former.by_id)
        yield _("Reason"), breakable(former.reason) or "–"

    def _decided(self, outcome: str, amount: int | None) -> Iterator[tuple[str, str]]:
        yield _("Decision"), str(STATES.get(outcome, outcome))
        if amount is not None:
            yield _("Amount"), f"{number(amount)} {self.dossier.call.currency or ''}".strip()

    def _appeal(self, appeal: Appeal) -> Iterator[tuple[str, str]]:
        yield _("Appeal made"), self._by(appeal.made_at, appeal.made_by_id)
        yield _("Reason"), breakable(appeal.reason)
        yield _("Who answers"), self._name(appeal.owner_id) if appeal.owner_id else _("Nobody yet")
        yield _("To be answered by"), lines.moment(appeal.due_at)
        yield _("State"), str(APPEAL_STATES[appeal.state])
        if appeal.answered_at:
            yield _("Answered"), self._by(appeal.answered_at, appeal.answered_by_id)
            yield _("Answer"), breakable(appeal.answer)

    def _waiver(self, waiver: Waiver) -> Iterator[tuple[str, str]]:
        yield _("Requirement"), self._waived(waiver.leaf)
        yield _("Reason"), breakable(waiver.reason)
        yield _("Granted"), self._by(waiver.granted_at, waiver.owner_id)
        yield _("Until the end of"), day_before(waiver.expires_at, self.dossier.call.time_zone)
        if waiver.revoked_at:
            yield _("Waiver revoked"), self._by(waiver.revoked_at, waiver.revoked_by_id)
            yield _("Reason"), breakable(waiver.revoked_why or "")

    def _waived(self, mark: str) -> str:
        for rule in self.rules:
            for _path, part in rules.walk(rule):
                if rules.mark_of(part) == mark:
                    return self.say.in_one_line(part)
        return mark[:12]

    def _duty(self, duty: Duty) -> Iterator[tuple[str, str]]:
        yield _("Report"), duty.title.best(self.language, self.dossier.call.source_language)
        yield _("Due"), date_by(duty.due_on, "d MMMM y")
        yield _("Handed in"), self._by(duty.done_at, duty.done_by_id) if duty.done_at else _("Not yet")
        if duty.done_at:
            yield _("Text"), breakable(duty.text)

    # --- people --------------------------------------------------------

    def _by(self, at: datetime, person_id: int | None) -> str:
        return f"{lines.moment(at)}, {self._name(person_id)}" if person_id else lines.moment(at)

    def _people(self, ids: Sequence[int]) -> str:
        named = [self._name(i) for i in ids[: freezing.FINDINGS]]
        more = len(ids) - len(named)
        return ", ".join([*named, _("%(count)s more", count=more)] if more else named) or _("Nobody")

    def _name(self, person_id: int | None) -> str:
        name = self.dossier.names.get(person_id or 0)
        return breakable(name) if name else _("%(name)s, person %(id)s", name=erased_name(), id=person_id)


def _section(title: str, *blocks: Section) -> Section:
    return {"title": title, "blocks": list(blocks)}


def _tenth(value: Decimal | None) -> str:
    """A score or a spread to a tenth, as reviews show it: `72.5`, in French `72,5`."""
    return "–" if value is None else str(format_decimal(value, "0.0"))


def _facts(rows: Iterable[tuple[str, str]], title: str = "") -> Section:
    return {"kind": "facts", "title": title, "rows": [list(row) for row in rows]}


def _line(line: lines.Line) -> dict[str, Any]:
    return {
        "depth": line.depth, "met": line.met, "verdict": line.verdict, "words": breakable(line.words),
        "facts": [breakable(said) for said in line.facts],
    }  # fmt: skip
