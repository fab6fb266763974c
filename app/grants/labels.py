"""What the states of grants are called."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from .models import AppealState, ApplicationState, Occasion

STATES: dict[str, object] = {
    ApplicationState.DRAFT: _l("Draft"),
    ApplicationState.SUBMITTED: _l("Submitted"),
    ApplicationState.WITHDRAWN: _l("Taken back"),
    ApplicationState.AWARDED: _l("Awarded"),
    ApplicationState.REFUSED: _l("Refused"),
}
OCCASIONS: dict[str, object] = {
    Occasion.SUBMISSION: _l("submission"),
    Occasion.DECISION: _l("the decision"),
    Occasion.APPEAL: _l("the answer to the appeal"),
}
APPEAL_STATES: dict[str, object] = {
    AppealState.OPEN: _l("Appeal open"),
    AppealState.UPHELD: _l("Upheld"),
    AppealState.DISMISSED: _l("Dismissed"),
}
