"""What the values of the bank are called, and why a question stays as it is."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from .errors import Stays
from .queries import Order, QuestionState, Used

STATES = {
    QuestionState.DRAFT: _l("Draft"),
    QuestionState.READY: _l("Ready"),
    QuestionState.NEWER_DRAFT: _l("A newer draft"),
    QuestionState.HIDDEN: _l("Hidden"),
}
USES = {
    Used.DRAFT: _l("In a quiz of the draft"),
    Used.NOT_IN_DRAFT: _l("In no quiz of the draft"),
    Used.EDITION: _l("In an edition"),
    Used.NOWHERE: _l("Not used at all"),
}
ORDERS = {
    Order.CHANGED: _l("The newest change first"),
    Order.KEY: _l("By key"),
    Order.CATEGORY: _l("By category"),
}
STAYS = {
    Stays.FAULTY: _l("It is not finished: open it to see what it lacks."),
    Stays.ASKED: _l("A quiz asks it. Take it out of the quiz first."),
    Stays.REMOVED: _l("A quiz that was taken out of the course asks it, and may come back."),
    Stays.PUBLISHED: _l("An edition has it, and results rest on it. Hide it instead."),
    Stays.HIDDEN: _l("It is hidden. Show it again first."),
    Stays.DRAFT: _l("It is a draft."),
    Stays.CROWDED: _l("It would have more tags than a question can have."),
}
