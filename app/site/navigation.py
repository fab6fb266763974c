"""The main navigation: where a person may go, and where they are."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _

from app.auth.identity import current_person
from app.auth.permissions import may_administer, may_follow, may_report, may_translate


@dataclass(frozen=True, slots=True)
class Item:
    label: str
    url: str
    here: bool


# The blueprints and single pages that stand under each item; under Teach and Grants stand all addresses below these.
BELOW_TEACH = "/teach"
BELOW_GRANTS = ("/grants", "/applications", "/reviews", "/administration/grants", "/administration/duties")
HERE = {
    "learn": {
        "learn",
        "quizzes",
        "courses",
        "certificates.mine",
        "certificates.show",
        "certificates.share",
        "record.mine",
    },
    "reports": {"reports"},
    "people": {"people", "issued", "assignments", "cohorts", "people_import"},
}


def navigation() -> list[Item]:
    """The items for this person, in order; the one for the page they are on is marked."""
    person = current_person()
    blueprint, endpoint = request.blueprint or "", request.endpoint or ""
    rule = request.url_rule.rule if request.url_rule else ""  # as its endpoint: the masthead is kept for each

    def item(label: str, target: str, group: str) -> Item:
        here = endpoint == target or not HERE.get(group, set()).isdisjoint({blueprint, endpoint})
        return Item(label, url_for(target), here)

    items = [
        item(_("Learn"), "site.home", "learn") if person else item(_("Courses"), "courses.catalogue", "learn"),
        Item(_("Grants"), url_for("grants.index"), rule.startswith(BELOW_GRANTS)),
        item(_("Network"), "site.network", "network"),
    ]
    if may_translate(person):
        items.append(Item(_("Teach"), url_for("studio.index"), rule.startswith(BELOW_TEACH)))
    if may_follow(person):
        items.append(item(_("Reports"), "reports.index", "reports"))
    if may_report(person):
        items.append(item(_("People"), "people.index", "people"))
    if may_administer(person):
        items.append(Item(_("Cities"), url_for("cities.index"), blueprint == "cities"))
    return items
