"""The tables of grants."""

from __future__ import annotations

from .applications import (
    Appeal,
    AppealState,
    Application,
    ApplicationAnswer,
    ApplicationFile,
    ApplicationState,
    Duty,
    Frozen,
    Occasion,
)
from .calls import (
    CallChange,
    CallReminder,
    ChangeKind,
    Declaration,
    GrantCall,
    Rule,
    RuleDraft,
    Waiver,
)
from .reviews import DecisionDraft, Review, ReviewState

__all__ = [
    "Appeal",
    "AppealState",
    "Application",
    "ApplicationAnswer",
    "ApplicationFile",
    "ApplicationState",
    "CallChange",
    "CallReminder",
    "ChangeKind",
    "DecisionDraft",
    "Declaration",
    "Duty",
    "Frozen",
    "GrantCall",
    "Occasion",
    "Review",
    "ReviewState",
    "Rule",
    "RuleDraft",
    "Waiver",
]
