"""Drafts and published calls for the tests of the pages on which administrators write them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import msgspec
from flask.testing import FlaskClient

from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants import services
from app.grants.calls import services as call_services
from app.grants.calls.facts import CallFacts
from app.grants.calls.questionnaire import Question, QuestionKind, Questionnaire
from app.grants.models import GrantCall
from app.grants.rules import Completed
from tests.factories import a_course, text
from tests.grants.factories import DAY, NOW
from tests.pages import check_page

FACTS = CallFacts(
    title="Safer streets", summary="For what comes first.", slug="safer-streets", time_zone="Africa/Tunis",
    opens_at=NOW + 10 * DAY, closes_at=NOW + 40 * DAY, grants=3, currency="EUR", ceiling=50_000,
)  # fmt: skip


def drafted(by: int, **changes: Any) -> GrantCall:
    """A draft with a question and a rule, so that it can be published."""
    course = a_course()
    with unit_of_work():
        facts = msgspec.structs.replace(FACTS, **changes)
        call = call_services.begin_call(facts=facts, source_language="en", by=by)
        call.questionnaire = Questionnaire(questions=(Question("plan", QuestionKind.TEXT, text("Your plan")),))
        services.set_rule(call_id=call.id, rule=Completed(course.id), by=by, reason="First")
        db.session.flush()
    return call


def published(by: int) -> GrantCall:
    call = drafted(by)
    with unit_of_work():
        call_services.publish(call_id=call.id, seen=call.version_id, rule_id=call.rule_id, by=by)
    return call


def words(html: str) -> str:
    """What a page says below its masthead, once its HTML was found to be in order."""
    assert check_page(html) == []
    main = re.sub(r"(?s)<header.*?</header>|<datalist.*?</datalist>", " ", html)
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", main).split()))


def read(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return words(answer.text)


def stands(call: GrantCall) -> GrantCall:
    """The call as it is by now, whatever this session has read before."""
    db.session.rollback()
    return db.session.get_one(GrantCall, call.id, populate_existing=True)
