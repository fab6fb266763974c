"""How long a way is, what does not last, and whether something can be told at all, as templates say it."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core import formats

from ..calls.zones import day_before
from ..judging.findings import CertificateEvidence, Finding, Met, Unknown, WaiverEvidence
from ..judging.lasting import Change
from ..rules import Node, Not
from .way import WEEK

DAYS_AS_DAYS = 10  # from here on in weeks


def period(days: int) -> str:
    """`about 5 days`, `about 3 weeks`: never said shorter than it is."""
    if days <= DAYS_AS_DAYS:
        return ngettext("about %(num)s day", "about %(num)s days", max(days, 1))
    return ngettext("about %(num)s week", "about %(num)s weeks", -(-days // WEEK))


def time_left(left: timedelta) -> str:
    """`about 5 days`, `5 h 10 min`: how much time there is, never said longer than it is."""
    if left >= timedelta(days=2):
        return period(left.days)
    return formats.minutes(max(int(left / timedelta(minutes=1)), 1))


def change(found: Change, time_zone: str) -> str:
    """What time alone makes of a requirement: `Your certificate expires on …, before the call closes.`

    `time_zone`: that of the call, by whose clocks a waiver ends.
    """
    if not found.is_loss:
        return _("Time alone will meet this before the call closes.")
    if found.on is None:
        return _("As things stand, this will no longer be met when the call closes.")
    day = formats.utc_day(found.on)
    evidence = found.before.evidence if isinstance(found.before, Met) else None
    if isinstance(evidence, CertificateEvidence) and evidence.expires_at == found.on:
        return _("Your certificate expires on %(day)s, before the call closes.", day=day)
    if isinstance(evidence, WaiverEvidence):
        last = day_before(found.on, time_zone)
        return _("This is waived until the end of %(day)s only, before the call closes.", day=last)
    return _("This is met until %(day)s only, before the call closes.", day=day)


def is_denial(rule: Node) -> bool:
    """Whether a rule denies another: what it denies is shown as what it is, and not as something to do."""
    return isinstance(rule, Not)


def is_unknown(finding: Finding) -> bool:
    """Whether data is missing to tell."""
    return isinstance(finding, Unknown)
