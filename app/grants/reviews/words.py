"""How reviews, conflicts and decisions are said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from ..labels import STATES
from ..models import ApplicationState, ReviewState
from .conflicts import Conflict, Pair
from .ranking import Place, Summary, tenths


def conflict_words(why: Conflict, city: str) -> str:
    """Why somebody may not judge an application of `city`, to go after their name and a colon."""
    match why:
        case Conflict.CITY:
            return _("belongs to %(city)s, or did since the call opened", city=city)
        case Conflict.COORDINATOR:
            return _("coordinates %(city)s, or did since the call opened", city=city)
        case Conflict.WORKED:
            return _("worked on the application of %(city)s", city=city)
        case Conflict.DECLARED:
            return _("declared a conflict of interest in the application of %(city)s", city=city)


def kept_words(own: Conflict | None) -> str:
    """Why an administrator does not see the reviews of an application."""
    if own is Conflict.DECLARED:
        return _("You declared a conflict of interest here, so its reviews are kept from you.")
    if own is not None:
        return _("You have to do with this city, so its reviews are kept from you.")
    return _("You review this application yourself. You see the other reviews once you have handed in yours.")


def score_words(value: Fraction | Decimal | None) -> str:
    """A score in percent, to a tenth: `72.5%`; a dash for none."""
    if value is None:
        return "–"
    shown = tenths(value) if isinstance(value, Fraction) else value
    return _("%(number)s%%", number=format_decimal(shown, "0.0"))


def spread_words(scores: Summary) -> str:
    """`± 4.2 (66.0% to 76.5%)`: the standard deviation, the lowest and the highest; a dash for one review alone."""
    if scores.deviation is None:
        return "–"
    return _(
        "± %(deviation)s (%(low)s to %(high)s)",
        deviation=format_decimal(scores.deviation, "0.0"),
        low=score_words(scores.low),
        high=score_words(scores.high),
    )


def place_words(place: Place | None) -> str:
    """`3`, or `3, tied`."""
    if place is None:
        return "–"
    return _("%(number)s, tied", number=place.number) if place.tied else str(place.number)


def application_state(state: ApplicationState) -> str:
    """The state of an application, as a tag says it."""
    return str(STATES[state])


def review_state(state: ReviewState) -> str:
    """The state of a review, as administrators read it."""
    return {
        ReviewState.ASSIGNED: _("To be written"),
        ReviewState.SUBMITTED: _("Handed in"),
        ReviewState.DECLINED: _("Declared a conflict"),
    }[state]


def given_words(count: int) -> str:
    """What is said once applications were given to reviewers."""
    if not count:
        return _("No review was given.")
    return ngettext(
        "%(num)s review is given. The reviewer is told.", "%(num)s reviews are given. The reviewers are told.", count
    )


def drafted_words(count: int) -> str:
    """What is said once decisions were drafted."""
    return ngettext(
        "%(num)s decision is drafted. No city sees it yet.",
        "%(num)s decisions are drafted. No city sees them yet.",
        count,
    )


def not_drafted_words(count: int) -> str:
    """What is said of applications that were ticked and got no draft."""
    return ngettext(
        "%(num)s application was left out: it no longer waits for a decision, you have to do with its city, or you have"
        " still to review it.",
        "%(num)s applications were left out: they no longer wait for a decision, you have to do with their city, or you"
        " have still to review them.",
        count,
    )


def sent_words(count: int, *, all_told: bool) -> str:
    """What is said once decisions were sent; not of all the cities where one could not be told."""
    if not all_told:
        return ngettext("%(num)s decision is sent.", "%(num)s decisions are sent.", count)
    return ngettext(
        "%(num)s decision is sent. The city is told.", "%(num)s decisions are sent. The cities are told.", count
    )


def left_out_words(
    conflicts: Mapping[Pair, Conflict], knowing: Collection[Pair], cities: Mapping[int, str], names: Mapping[int, str]
) -> list[str]:
    """Who gets which application not, and why, a sentence a pair, by name."""
    return [
        _(
            "%(name)s does not get %(city)s: %(why)s.",
            name=names[person_id],
            city=cities[application_id],
            why=conflict_words(conflicts[application_id, person_id], cities[application_id])
            if (application_id, person_id) in conflicts
            else _("can read, as an administrator, a review that is handed in"),
        )
        for application_id, person_id in sorted(
            {*conflicts, *knowing}, key=lambda pair: (names[pair[1]], cities[pair[0]])
        )
    ]


def too_few_words(pairs: Iterable[Pair], wanted: Mapping[int, int], cities: Mapping[int, str]) -> list[str]:
    """For which applications there are not enough reviewers without a conflict, and how many are missing."""
    given: dict[int, int] = dict.fromkeys(wanted, 0)
    for application_id, _person in pairs:
        given[application_id] += 1
    short: Sequence[tuple[int, int]] = [
        (one, count - given[one]) for one, count in wanted.items() if count > given[one]
    ]
    return [
        ngettext(
            "%(city)s still lacks %(num)s reviewer. Choose more people.",
            "%(city)s still lacks %(num)s reviewers. Choose more people.",
            missing,
            city=cities[application_id],
        )
        for application_id, missing in short
    ]
