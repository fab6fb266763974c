"""What grants set up: their routes and commands, what they say on pages about courses, and what people are told."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core import slots, store
from app.messages.kinds import Kind, register
from app.messages.models import Way
from app.network.labels import REGIONS, country_name, plain_day

from . import (
    commands,
    listeners,  # noqa: F401  (they register themselves)
    pieces,
    views,
)
from .applications import queries as application_queries
from .applications import submission_views as application_submission_views
from .applications import views as application_views
from .calls import item_views as call_item_views
from .calls import text_views as call_text_views
from .calls import views as call_views
from .calls import words as call_words
from .editor import version_views as rule_version_views
from .eligibility import (
    near_services,
    near_views,  # noqa: F401  (as the network's)
    network_views,  # noqa: F401  (adds its routes to the blueprint)
    reminders,
    way_words,
    what_if_views,  # noqa: F401  (as the network's)
    wording,
)
from .reviews import wiring as review_wiring
from .rules import mark_of
from .trace import views as trace_views

BLUEPRINTS = (
    views,
    call_views,
    call_item_views,
    call_text_views,
    rule_version_views,
    application_views,
    application_submission_views,
    trace_views,
)


def init_app(app: Flask) -> None:
    """Register the routes, the commands, the fillers of slots, and the kinds of notices."""
    for held in BLUEPRINTS:
        app.register_blueprint(held.bp)
    review_wiring.init_app(app)
    app.cli.add_command(commands.group)
    store.refers(application_queries.list_file_hashes)
    slots.COURSE_ASIDE.register(pieces.asides)
    slots.CATALOGUE_CARD.register(pieces.tags)
    slots.ARCHIVE_NOTICES.register(pieces.asking)
    register(
        Kind("grant_opened", _l("A call for grants that you wait for opens"), Way.AT_ONCE),
        Kind("grant_closing", _l("A call closes, and your city’s application is still a draft"),
             still=reminders.still_closing),
        Kind("grant_step", _l("You are reminded of a step towards a grant"), still=near_services.still_open),
        Kind("application_received", _l("An application of your city is submitted"), Way.AT_ONCE, fixed=True),
        Kind("application_word", _l("Somebody asks for a coordinator’s word"), Way.AT_ONCE),
        Kind("rule_waits", _l("A rule waits for your approval"), Way.AT_ONCE),
        Kind("rule_decided", _l("Somebody decides on a rule that you proposed"), Way.AT_ONCE),
    )  # fmt: skip
    app.jinja_env.globals.update(
        moment_there=wording.moment_there,
        moment_here=wording.moment_here,
        exact_moment=call_words.exact_moment,
        plain_day=plain_day,
        decided_by=wording.decided_by,
        mark_of=mark_of,
        region_labels=REGIONS,
        country_name=country_name,
        period=way_words.period,
        time_left=way_words.time_left,
        is_denial=way_words.is_denial,
        is_unknown=way_words.is_unknown,
        lasting_words=way_words.change,
    )
