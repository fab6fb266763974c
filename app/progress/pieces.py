"""What progress shows on pages of courses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from app.auth.identity import Identity
from app.core import clock
from app.core.formats import percent
from app.courses.archiving.queries import list_archived
from app.courses.editions import Proposal
from app.courses.outline import OutlineActivity

from .impact import Impact, foresee
from .people import taking_queries as queries
from .people.enrolment_queries import EnrolmentLine, list_enrolments


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What publishing would do to the people in the middle of a course, a sentence a line; the first says how many."""

    sentences: list[str]
    template: str = "learn/_under_way.html"


@dataclass(frozen=True, slots=True)
class OnEdition:
    """How many people are under way on an edition, and completed on it."""

    count: queries.CountedOn
    template: str = "learn/_on_edition.html"


def under_way(_person: Identity, proposals: Mapping[int, Proposal]) -> dict[int, list[UnderWay]]:
    """For each course, what publishing the proposed outline would do to those under way. One statement for all."""
    editions = {course_id: proposal.as_edition(course_id) for course_id, proposal in proposals.items()}
    both = [edition for edition in (*editions.values(), *(p.in_force for p in proposals.values())) if edition]
    graded = {activity.id for edition in both for activity in edition.graded}
    groups = queries.list_under_way(proposals, graded)
    pieces = {}
    for course_id, proposal in proposals.items():
        if proposal.in_force is not None:
            impact = foresee(groups[course_id], in_force=proposal.in_force, proposed=editions[course_id])
            pieces[course_id] = [UnderWay(sentences(impact))]
    return pieces


def counted_on(_person: Identity, edition_ids: Sequence[int]) -> dict[int, list[OnEdition]]:
    """For each edition, how many people are counted on it. One statement."""
    return {edition_id: [OnEdition(count)] for edition_id, count in queries.count_on_editions(edition_ids).items()}


def sentences(impact: Impact) -> list[str]:
    """What happens to those under way, in words."""
    if not impact.people:
        return [_("Nobody is in the middle of this course.")]
    people = ngettext(
        "%(num)s practitioner is taking this course.", "%(num)s practitioners are taking this course.", impact.people
    )
    said = [people, _progress(impact)]
    if impact.completing:
        said.append(
            ngettext(
                "%(num)s will complete it and get the certificate.",
                "%(num)s will complete it and get the certificate.",
                impact.completing,
            )
        )
    if impact.losing:
        said.append(
            ngettext(
                "%(num)s has completed something that goes: it stays in their record, and counts no longer.",
                "%(num)s have completed something that goes: it stays in their record, and counts no longer.",
                impact.losing,
            )
        )
    else:
        said.append(_("Nobody loses anything they have done."))
    return said


def _progress(impact: Impact) -> str:
    """What changes in what is asked, and what that does to their progress on average."""
    before, after = percent(impact.before), percent(impact.after)
    if before == after:
        effect = _("their progress stays at %(share)s on average", share=after)
    else:
        effect = _("their progress goes from %(before)s to %(after)s on average", before=before, after=after)
    if parts := [*_asked(impact), *_score_asked(impact)]:
        effect = _("%(changes)s: %(effect)s", changes=", ".join(parts), effect=effect)
    return effect[:1].upper() + effect[1:] + "."


def _asked(impact: Impact) -> Iterator[str]:
    """What completion asks for that is otherwise than before."""
    if not impact.some_are_enough:
        if impact.gained:
            yield _more(impact.gained)
        if impact.dropped:
            yield _fewer(impact.dropped)
    elif impact.in_force.needed != impact.proposed.needed:
        before, after = impact.in_force.needed, impact.proposed.needed
        yield ngettext(
            "%(num)s activity is asked for instead of %(before)s",
            "%(num)s activities are asked for instead of %(before)s",
            after,
            before=before,
        )


def _score_asked(impact: Impact) -> Iterator[str]:
    before, after = impact.in_force.outline.settings.min_score, impact.proposed.outline.settings.min_score
    if before == after:
        return
    if after is None:
        yield _("no score is asked for any more")
    else:
        yield _("a score of %(share)s is asked for", share=percent(after / 100))


def _more(gained: tuple[OutlineActivity, ...]) -> str:
    match {activity.kind for activity in gained}:
        case kinds if kinds == {"lesson"}:
            return ngettext("%(num)s new required lesson", "%(num)s new required lessons", len(gained))
        case kinds if kinds == {"quiz"}:
            return ngettext("%(num)s new required quiz", "%(num)s new required quizzes", len(gained))
        case _:
            return ngettext("%(num)s new required activity", "%(num)s new required activities", len(gained))


def _fewer(dropped: tuple[OutlineActivity, ...]) -> str:
    return ngettext("%(num)s required activity fewer", "%(num)s required activities fewer", len(dropped))


@dataclass(frozen=True, slots=True)
class HangsOn:
    """Who is in the middle of a course, and what gives it to people, on the page that archives it."""

    count: queries.Hanging
    archived: bool
    template: str = "learn/_hanging.html"


def hanging(_person: Identity, course_ids: Sequence[int]) -> dict[int, list[HangsOn]]:
    """For each course, who is under way and which assignments go on. Two statements for all."""
    archived, counts = list_archived(course_ids), queries.count_hanging(course_ids)
    return {course_id: [HangsOn(counts[course_id], course_id in archived)] for course_id in course_ids}


@dataclass(frozen=True, slots=True)
class PeopleTab:
    """The way to the people in a course."""

    course_id: int
    template: str = "learn/people/_tab.html"


def people_tab(_person: Identity, course_ids: Sequence[int]) -> dict[int, list[PeopleTab]]:
    """For each course, the way to its people. No statement."""
    return {course_id: [PeopleTab(course_id)] for course_id in course_ids}


@dataclass(frozen=True, slots=True)
class OfPerson:
    """The courses of a person, on the page that their coordinator sees of them."""

    person_id: int
    lines: list[EnrolmentLine]
    template: str = "learn/_of_person.html"


def of_person(person: Identity, people: Sequence[int]) -> dict[int, list[OfPerson]]:
    """For each person, the courses that they are in or left. One statement, and one for editions not read yet."""
    found = list_enrolments(person, people, clock.now())
    return {person_id: [OfPerson(person_id, found.get(person_id, []))] for person_id in people}


@dataclass(frozen=True, slots=True)
class Giving:
    """The way to give a course to people, on its page."""

    course_id: int
    template: str = "learn/_giving.html"


def giving(person: Identity | None, course_ids: Sequence[int]) -> dict[int, list[Giving]]:
    """For coordinators and administrators, the way to give each course that can be begun. One statement for them."""
    if person is None or not (person.is_administrator or person.is_coordinator):
        return {}
    archived = list_archived(course_ids)
    return {course_id: [Giving(course_id)] for course_id in course_ids if course_id not in archived}


@dataclass(frozen=True, slots=True)
class Invited:
    """Whether somebody who is invited to a course is in it, and completed it."""

    completed: bool
    template: str = "learn/_invited.html"


def invited(_person: Identity, invitation_ids: Sequence[int]) -> dict[int, list[Invited]]:
    """For each invitation by which somebody could enrol, whether they did. One statement for all."""
    return {found: [Invited(completed)] for found, completed in queries.list_invited(invitation_ids)}
