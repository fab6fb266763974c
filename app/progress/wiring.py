"""What progress sets up: the player, certificates, and what follows a move or a publication."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core import slots
from app.messages.kinds import Kind, register
from app.messages.models import Way

from . import (
    commands,
    jobs,  # noqa: F401  (registers itself)
    listeners,  # noqa: F401  (so does this)
    onward,
    pieces,
    presentation,
    preview_views,
    reminders,
    telling,
    views,
)
from .assigning import telling as assigning_telling
from .assigning import views as assigning_views
from .certificates import admin_views as certificate_admin_views
from .certificates import badge_views
from .certificates import commands as certificate_commands
from .certificates import views as certificate_views
from .certificates.services import still_revoked
from .people import enrolment_views
from .people import views as people_views
from .tallies import jobs as tally_jobs  # noqa: F401


def init_app(app: Flask) -> None:
    """Register the routes, and what progress says on pages of courses."""
    app.register_blueprint(views.bp)
    app.register_blueprint(certificate_views.bp)
    app.register_blueprint(certificate_admin_views.bp)
    app.register_blueprint(badge_views.bp)
    app.register_blueprint(preview_views.bp)
    app.cli.add_command(commands.group)
    app.register_blueprint(people_views.bp)
    app.register_blueprint(assigning_views.bp)
    app.register_blueprint(enrolment_views.bp)
    slots.PUBLISH_NOTICES.register(pieces.under_way)
    slots.EDITION_FIGURES.register(pieces.counted_on)
    slots.ARCHIVE_NOTICES.register(pieces.hanging)
    slots.STUDIO_TABS.register(pieces.people_tab)
    slots.INVITED.register(pieces.invited)
    slots.PERSON.register(pieces.of_person)
    slots.COURSE_ASIDE.register(pieces.giving)
    app.cli.add_command(certificate_commands.certificates)
    register(
        Kind("certificate", _l("A certificate of yours"), Way.AT_ONCE),
        Kind("enrolled", _l("Somebody enrols you in a course"), Way.AT_ONCE),
        Kind("due_soon", _l("A course is due soon"), still=reminders.still_due),
        Kind("due_changed", _l("A course is due on another day"), still=assigning_telling.still_changed),
        Kind("late", _l("A course is late"), still=reminders.still_due),
        Kind("certificate_revoked", _l("A certificate of yours is revoked"), Way.AT_ONCE, still=still_revoked),
        Kind("certificate_expiring", _l("A certificate expires"), still=reminders.still_expiring),
        Kind("new_edition", _l("A course you take has changed"), still=telling.still_changed),
        Kind("said_for_you", _l("A trainer excuses you from an activity, or completes it for you")),
    )
    presentation.init_app(app)
    for function in (onward.opens_when, onward.activity_address, onward.outline_address):
        app.jinja_env.globals[function.__name__] = function
