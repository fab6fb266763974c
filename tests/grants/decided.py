"""An application with everything that one may have beside it, for dossiers, traces and files."""

from __future__ import annotations

from app.auth.models import Role
from app.core import clock
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants import rules
from app.grants.calls.questionnaire import BudgetLine, Criterion, Question, QuestionKind, Questionnaire
from app.grants.models import (
    Appeal,
    AppealState,
    Application,
    ApplicationAnswer,
    ApplicationFile,
    ApplicationState,
    Duty,
    GrantCall,
    Occasion,
    Review,
    ReviewState,
)
from app.grants.rules import All, Certified, CityTrained, Completed
from app.grants.trace import freezing, waiver_services
from tests.factories import a_city, a_course, a_person, text
from tests.grants.factories import DAY, NOW, a_call, a_completion

ASKED = Questionnaire(
    questions=(
        Question(key="plan", kind=QuestionKind.TEXT, title=text("What will you do?"), words=300),
        Question(key="budget", kind=QuestionKind.BUDGET, title=text("What will it cost?")),
        Question(key="letters", kind=QuestionKind.FILES, title=text("Letters of support"), required=False),
    ),
    criteria=(
        Criterion(key="idea", title=text("The idea"), points=5, weight=2),
        Criterion(key="reach", title=text("Whom it reaches"), points=10),
    ),
)


def a_decided_application() -> Application:
    """A refused application with two reviews, one declined, an appeal, a waiver, a file, and a duty."""
    city = a_city("Sfax", country="TN")
    amina = a_person("Amina Trabelsi", city=city)
    chair, jonas, mei = (
        a_person("Ada Okafor", roles=(Role.ADMINISTRATOR,)), a_person("Jonas Verbeke"), a_person("Mei Lin")
    )  # fmt: skip
    course, other = a_course(), a_course()
    a_completion(amina, course, at=NOW - DAY, score=0.86)
    lacking = Certified(other.id)
    call = a_call(All(of=(Completed(course.id, min_score=70), lacking, CityTrained(course.id, people=1))))
    with clock.at(NOW), unit_of_work():
        db.session.get_one(GrantCall, call.id).questionnaire = ASKED
        db.session.get_one(GrantCall, call.id).currency = "EUR"
        row = Application(
            call_id=call.id, city_id=city.id, created_at=NOW - DAY, created_by_id=amina.id, submitted_at=NOW,
            submitted_by_id=amina.id, state=ApplicationState.REFUSED, decided_at=NOW + DAY, decided_by_id=chair.id,
            decision_reason="The plan says nothing about schools.",
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        waiver_services.grant(
            call_id=call.id, city_id=city.id, leaf=rules.mark_of(lacking), reason="The course was not held in 2026",
            expires_at=NOW + 90 * DAY, by=chair.id,
        )  # fmt: skip
        held = {"application_id": row.id, "saved_by_id": amina.id, "saved_at": NOW}
        common = {"application_id": row.id, "assigned_by_id": chair.id, "assigned_at": NOW}
        db.session.add_all(
            [
                ApplicationAnswer(**held, key="plan", value="A garden\nof =1+1 and <b>trees</b> #show $x$"),
                ApplicationAnswer(**held, key="budget", value=(BudgetLine("Trees", 900), BudgetLine("Spades", 100))),
                ApplicationFile(
                    application_id=row.id, key="letters", name="mayor.pdf", media_type="application/pdf", size=9,
                    hash="a" * 64, added_by_id=amina.id, added_at=NOW,
                ),
                Review(
                    **common, person_id=jonas.id, state=ReviewState.SUBMITTED, scores={"idea": 4, "reach": 5},
                    remarks={"idea": "Clear"}, comment="Worth a second look", submitted_at=NOW,
                ),
                Review(**common, person_id=mei.id, state=ReviewState.DECLINED, declined_why="My sister lives there"),
                Appeal(
                    application_id=row.id, state=AppealState.DISMISSED, reason="Page 2 speaks of schools",
                    made_by_id=amina.id, made_at=NOW + 2 * DAY, owner_id=jonas.id, due_at=NOW + 30 * DAY,
                    answer="It names none", answered_by_id=jonas.id, answered_at=NOW + 3 * DAY,
                ),
                Duty(
                    application_id=row.id, key="midway", title=text("Midway report"), due_on=(NOW + 200 * DAY).date()
                ),
            ]
        )  # fmt: skip
        db.session.flush()
        freezing.freeze(row.id, Occasion.SUBMISSION, at=NOW)
        freezing.freeze(row.id, Occasion.DECISION, at=NOW + DAY)
    return row
