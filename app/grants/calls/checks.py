"""What a call still lacks before it can be published, and what is worth a second look. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from ..models import GrantCall
from .questionnaire import QuestionKind, Questionnaire

COUNTED = (QuestionKind.AMOUNT, QuestionKind.BUDGET)  # answered in the currency of the call


class Lack(StrEnum):
    """What stops publishing. `DAYS`, that no certificate lasts as long as the rule asks, is told with its own words."""

    SUMMARY = "summary"
    OPENED = "opened"
    CLOSED = "closed"
    QUESTIONS = "questions"
    CURRENCY = "currency"
    RULE = "rule"
    DAYS = "days"


class Doubt(StrEnum):
    """What does not stop it."""

    LANGUAGES = "languages"
    CRITERIA = "criteria"
    CEILING = "ceiling"


def list_lacks(call: GrantCall, at: datetime) -> list[Lack]:
    """What keeps the call from being published at `at`, in the order of the pages that mend it."""
    source, asked = call.source_language, call.questionnaire.questions
    found = {
        Lack.SUMMARY: not call.summary.best(source, source).strip(),
        Lack.OPENED: call.opens_at <= at < call.closes_at,
        Lack.CLOSED: call.closes_at <= at,
        Lack.CURRENCY: call.currency is None and asks_for_amounts(call.questionnaire),
        Lack.QUESTIONS: not asked,
        Lack.RULE: call.rule_id is None,
    }
    return [lack for lack, holds in found.items() if holds]


def asks_for_amounts(asked: Questionnaire) -> bool:
    """Whether a question is answered in the currency of the call."""
    return any(question.kind in COUNTED for question in asked.questions)


def list_doubts(call: GrantCall, languages: Collection[str], left: Collection[str]) -> list[Doubt]:
    """What to look at again. `left`: of the site's `languages` those in which a text is missing or out of date."""
    found = {
        Doubt.LANGUAGES: bool(set(languages) & set(left)),
        Doubt.CRITERIA: not call.questionnaire.criteria,
        Doubt.CEILING: call.ceiling is None,
    }
    return [doubt for doubt, holds in found.items() if holds]
