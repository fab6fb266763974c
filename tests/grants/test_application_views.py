"""An application while it is written: who begins it, who may see it, saving, and two people on one answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person, PersonRole, PersonState, Role
from app.auth.services import people
from app.config import ROOT
from app.core import audit, clock
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants.applications.reading import LONGEST_TEXT
from app.grants.calls.questionnaire import BudgetLine, Questionnaire
from app.grants.models import Application, ApplicationState, GrantCall, Review
from app.network.models import City
from tests.factories import a_city, a_person
from tests.grants.applying import SCRIPT, Town, a_town, answered, application, everything, parts, stands, typed
from tests.grants.factories import DAY, NOW, a_completion, moved
from tests.pages import check_page

CORPUS = ROOT.parent / "shared" / "corpus" / "attacks" / "blns.json"


@pytest.fixture
def town(app: Flask) -> Iterator[Town]:
    app.config["WTF_CSRF_ENABLED"] = False
    with clock.at(NOW):
        yield a_town(app)
    app.config["WTF_CSRF_ENABLED"] = True


def applications() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(Application)) or 0


def words(client: object, address: str, status: int = 200) -> str:
    answer = client.get(address)  # type: ignore[attr-defined]
    html: str = answer.get_data(as_text=True)
    assert answer.status_code == status, html
    assert check_page(html) == []
    return html


# --- beginning --------------------------------------------------------


def test_a_coordinator_and_an_eligible_practitioner_begin_the_same(town: Town) -> None:
    town.begun(town.hedi)
    town.begun(town.amina)
    assert applications() == 1
    assert town.browser(town.amina).get("/grants/local/application").location == town.address
    actions = db.session.scalars(sa.select(AuditEvent.action).where(AuditEvent.subject == "application:1"))
    assert list(actions) == ["application.create"]


def test_who_is_not_eligible_begins_nothing(town: Town) -> None:
    client = town.browser(town.nadia)
    assert "That is not you yet" in words(client, "/grants/local/application")
    assert client.post("/grants/local/application", data={"city": town.city.id}).status_code == 422
    assert client.get(town.address).status_code == 404
    assert applications() == 0


def test_who_coordinates_several_cities_chooses(town: Town) -> None:
    other = a_city("Gabès", country="TN")
    with unit_of_work():
        db.session.add(PersonRole(person_id=town.amina.id, role=Role.COORDINATOR, city_id=other.id, from_at=NOW))
    client = town.browser(town.amina)
    page = words(client, "/grants/local/application")
    assert "For which city?" in page
    assert "Gabès" in page
    assert client.post("/grants/local/application", data={}).status_code == 422
    assert client.post("/grants/local/application", data={"city": 99}).status_code == 422
    assert client.post("/grants/local/application", data={"city": other.id}).status_code == 303
    assert "Begun already" in words(client, "/grants/local/application")
    assert applications() == 1


@pytest.mark.parametrize("when", [NOW - 21 * DAY, NOW + 72 * DAY])
def test_nothing_begins_before_the_call_opens_or_after_it_closed(town: Town, when: object) -> None:
    with clock.at(when):  # type: ignore[arg-type]
        client = town.browser(town.amina)
        assert client.get("/grants/local/application").status_code in (200, 404)
        assert client.post("/grants/local/application", data={"city": town.city.id}).status_code in (404, 409)
    assert applications() == 0


# --- who may see it ---------------------------------------------------


def test_who_leaves_the_city_loses_it_at_once_and_what_they_wrote_stays(town: Town) -> None:
    client = town.begun(town.hedi)
    client.post(town.address, data=typed("plan", text="Ours."))
    with unit_of_work():
        moved(town.hedi, a_city(), NOW)
    assert client.get(town.address).status_code == 404
    assert client.post(town.address, data=typed("plan", version=1, seen="Ours.", text="No.")).status_code == 404
    page = words(town.browser(town.amina), town.address)
    assert "Ours." in page
    assert "Hedi Jaziri" in page
    assert "no longer in Sfax" in page


def test_who_was_eligible_elsewhere_when_the_call_closed_gets_nothing_here(town: Town) -> None:
    """A closed call keeps how things stood when it closed, also of whom somebody belonged to then."""
    town.begun(town.amina)
    other = a_city("Gabès", country="TN")
    comer = a_person("Ines Karoui", city=other)
    a_completion(comer, town.course, at=NOW)
    with clock.at(town.call.closes_at):
        assert town.browser(town.hedi).get(town.address).status_code == 200
        moved(comer, town.city, town.call.closes_at + timedelta(minutes=1))
    with clock.at(town.call.closes_at + DAY):
        client = town.browser(comer)
        assert client.get(town.address).status_code == 404
        assert "That is not you yet" in words(client, "/grants/local/application")


def test_who_loses_the_role_loses_it_at_once(town: Town) -> None:
    client = town.begun(town.amina)
    assert client.get(town.address).status_code == 200
    with unit_of_work():
        people.end_role(person_id=town.amina.id, role="coordinator", city_id=town.city.id, by=None)
        moved(town.amina, a_city(), NOW)
    assert client.get(town.address).status_code == 404
    assert client.get("/applications").get_data(as_text=True).count(town.address) == 0


def test_who_worked_on_it_finds_it_on_the_page_of_the_call(town: Town) -> None:
    """Nadia is not eligible and never was; what she may do depends on how far it is."""
    page, link = f"/grants/{town.call.slug}", f'href="{town.address}"'
    amina = town.begun()
    nadia, row = town.browser(town.nadia), application()
    assert link not in nadia.get(page).text
    with unit_of_work():
        audit.record("application.write", f"application:{row.id}", actor_id=town.nadia.id)
    said = nadia.get(page).text
    assert check_page(said) == []
    assert link in said and "can go on writing it" in said and "A city’s coordinator applies" not in said
    assert "You worked on" not in amina.get(page).text  # a coordinator has a button, and a list
    for state, words in (
        (ApplicationState.SUBMITTED, "You worked on your city’s application. You can read it.</p>"),
        (ApplicationState.WITHDRAWN, "can go on writing it"),
        (ApplicationState.REFUSED, "You can read it, and the letter that says what was decided."),
    ):
        with unit_of_work():
            changed = db.session.get_one(Application, row.id)
            changed.state = state
            if state is ApplicationState.REFUSED:
                changed.submitted_at = changed.decided_at = clock.now()
        said = nadia.get(page).text
        assert link in said and words in said
        assert nadia.get(town.address).status_code == 200
    assert nadia.get(f"{page}/application/letter?city={town.city.id}").status_code == 200
    assert f"{page}/application/letter?city={town.city.id}" in said
    with unit_of_work():
        db.session.get_one(Application, row.id).state = ApplicationState.DRAFT
    with clock.at(town.call.closes_at):
        closed = town.browser(town.nadia)
        said = closed.get(page).text
        assert link in said and "You can read it.</p>" in said
        assert closed.get(town.address).status_code == 200
    moved(town.nadia, a_city("Ghent"), clock.now())
    assert link not in town.browser(town.nadia).get(page).text


def test_who_worked_on_it_goes_on_though_no_longer_eligible(town: Town) -> None:
    town.begun(town.hedi).post(town.address, data=typed("plan", text="First."))
    with unit_of_work():
        db.session.execute(sa.text("DELETE FROM completion"))
    client = town.browser(town.hedi)
    assert client.post(town.address, data=typed("plan", version=1, seen="First.", text="Then.")).status_code == 303
    # Also once another's words took the place of theirs.
    town.browser(town.amina).post(town.address, data=typed("plan", version=2, seen="Then.", text="Amina’s."))
    assert client.get(town.address).status_code == 200
    assert town.address in client.get("/applications").get_data(as_text=True)


def test_who_was_erased_is_named_no_more(town: Town) -> None:
    town.begun(town.hedi).post(town.address, data=typed("plan", text="Ours."))
    with unit_of_work():
        db.session.execute(
            sa.update(Person).where(Person.id == town.hedi.id).values(state=PersonState.ERASED, email=None, name="")
        )
    page = words(town.browser(town.amina), town.address)
    assert "(erased) saved this" in page
    assert "Ours." in page


def test_administrators_read_and_reviewers_have_a_page_of_their_own(town: Town) -> None:
    town.begun().post(town.address, data=typed("plan", text="Ours."))
    administrator, reviewer = a_person("Ada", roles=(Role.ADMINISTRATOR,)), a_person("Rita", city=a_city())
    with unit_of_work():
        db.session.add(
            Review(application_id=1, person_id=reviewer.id, assigned_by_id=administrator.id, assigned_at=NOW)
        )
    reading = town.browser(administrator)
    assert "Ours." in words(reading, town.address)
    assert 'name="plan.text"' not in words(reading, town.address)
    assert reading.post(town.address, data=typed("plan", version=1, seen="Ours.", text="No.")).status_code == 404
    for state in ("draft", "submitted"):
        with unit_of_work():
            db.session.execute(sa.update(Application).values(state=state, submitted_at=NOW))
        assert town.browser(reviewer).get(town.address).status_code == 404


def test_a_colleague_sees_no_names_of_who_is_eligible_but_their_own_evidence(town: Town) -> None:
    client = town.begun(town.hedi)
    assert "Your evidence" in words(client, town.address)
    assert "The evidence of Hedi Jaziri" in words(town.browser(town.amina), town.address)


# --- saving -----------------------------------------------------------


def test_every_kind_of_answer_is_saved_and_shown_again(town: Town) -> None:
    client = town.begun()
    answered(town, client)
    assert stands("plan").value == "We open the school in the evening."  # type: ignore[union-attr]
    assert stands("budget").value == (BudgetLine("Staff", 10000), BudgetLine("Light", 2000))  # type: ignore[union-attr]
    page = words(client, town.address)
    for shown in ("We open the school", 'value="schools" checked', 'value="12,000"', "Staff", "letter.pdf"):
        assert shown in page
    assert "Everything that is asked is answered." in page
    assert "You saved this on 21 November 2026, 10:00." in page


def test_what_is_wrong_is_kept_as_typed_and_told_beside_it(town: Town) -> None:
    client = town.begun()
    client.post(town.address, data={**typed("sum", amount="forty"), **typed("plan", text="word " * 120)})
    page = words(client, town.address)
    assert 'value="forty"' in page
    assert "Write a whole amount, such as 40,000, without cents." in page
    assert "Take out 20 words." in page
    assert "Choose an answer.</p>" not in page
    assert "Choose an answer.</p>" in words(client, f"{town.address}?missing=1")


def test_an_amount_comes_back_in_the_readers_format(town: Town) -> None:
    client = town.begun()
    client.post(town.address, data=typed("sum", amount="12,000"))
    with unit_of_work():
        db.session.execute(sa.update(Person).values(language="fr"))
    page = client.get(town.address).get_data(as_text=True)
    assert 'value="12\u202f000"' in page
    client.post(town.address, data=typed("sum", version=1, seen=12000, amount="13 000"))
    assert stands("sum").value == 13000  # type: ignore[union-attr]


def test_a_script_is_told_what_was_saved(town: Town) -> None:
    client = town.begun()
    said = client.post(town.address, data=typed("plan", text="One two."), headers=SCRIPT).get_json()
    (told,) = said["answers"]
    assert (told["key"], told["outcome"], told["version"]) == ("plan", "saved", 1)
    assert said["saved"] == "Saved at 10:00"
    assert "1 of 6 answered" in said["progress"]
    again = client.post(town.address, data=typed("plan", text="One two."), headers=SCRIPT).get_json()
    assert (again["answers"][0]["outcome"], again["answers"][0]["version"]) == ("stood", 1)


def test_an_answer_can_be_taken_out_again(town: Town) -> None:
    client = town.begun()
    client.post(town.address, data=typed("plan", text="One."))
    client.post(town.address, data=typed("plan", version=1, seen="One.", text="  "))
    assert stands("plan").value is None  # type: ignore[union-attr]
    assert "Write an answer." in words(client, town.address)


def test_lines_of_a_budget_come_and_go_without_a_script(town: Town) -> None:
    client = town.begun()
    lines = {"item": ["Staff", "Light", ""], "cost": ["10", "20", ""]}
    answer = client.post(town.address, data={"go": "line:budget", **typed("budget", **lines)})
    assert answer.location == f"{town.address}?more=budget#q-budget"
    page = words(client, answer.location)
    assert page.count('name="budget.item"') == words(client, town.address).count('name="budget.item"') + 1
    assert "<strong data-total>30</strong>" in page
    stood = (BudgetLine("Staff", 10), BudgetLine("Light", 20))
    client.post(town.address, data={"go": "drop:budget:0", **typed("budget", version=1, seen=stood, **lines)})
    assert stands("budget").value == (BudgetLine("Light", 20),)  # type: ignore[union-attr]


def test_nothing_is_saved_once_the_call_has_closed(town: Town) -> None:
    client = town.begun()
    with clock.at(town.call.closes_at - timedelta(seconds=1)):
        assert client.post(town.address, data=typed("plan", text="In time.")).status_code == 303
    with clock.at(town.call.closes_at):
        client = town.browser(town.amina)
        late = client.post(town.address, data=typed("plan", version=1, seen="In time.", text="Late."))
        assert late.status_code == 409
        assert "This call has closed." in late.get_data(as_text=True)
        page = words(client, town.address)
        assert "In time." in page
        assert "before this was submitted" in page
    assert stands("plan").value == "In time."  # type: ignore[union-attr]


def no_longer_asked(town: Town, *keys: str) -> None:
    with unit_of_work():
        row = db.session.get_one(GrantCall, town.call.id)
        row.questionnaire = Questionnaire(tuple(q for q in row.questionnaire.questions if q.key not in keys))


@pytest.mark.parametrize("go", ["save", "review", "line:budget"])
def test_what_is_typed_for_a_question_that_was_removed_meanwhile_is_given_back(town: Town, go: str) -> None:
    client = town.begun()
    no_longer_asked(town, "plan")
    sent = {"go": go, **typed("plan", text="We open <b>the</b> school."), **typed("more", text="Ours.")}
    answer = client.post(town.address, data=sent)
    assert answer.status_code == 200
    assert check_page(answer.text) == []
    assert "The call no longer asks something that you answered, so that answer was not saved." in answer.text
    assert "We open &lt;b&gt;the&lt;/b&gt; school." in answer.text and "Everything is saved." not in answer.text
    assert stands("more").value == "Ours."  # type: ignore[union-attr]
    alone = client.post(town.address, data=typed("plan", text="We open the school."))
    assert alone.status_code == 422 and "We open the school." in alone.text
    assert client.post(town.address, data=typed("plan", text="")).status_code == 303  # nobody typed anything
    assert stands("plan") is None


def test_a_choice_that_was_removed_meanwhile_is_not_said_to_be_saved(town: Town) -> None:
    client = town.begun()
    no_longer_asked(town, "reach")
    said = client.post(town.address, data={**typed("reach", choice="schools"), **typed("more", text="Ours.")}).text
    assert "The call no longer asks something that you answered" in said
    assert "so that you can copy it" not in said and "Everything is saved." not in said


def test_a_script_is_told_nothing_of_a_question_that_was_removed_meanwhile(town: Town) -> None:
    """Its answer is not among those that came, by which the script knows."""
    client = town.begun()
    no_longer_asked(town, "plan")
    answer = client.post(town.address, data=typed("plan", text="We open the school."), headers=SCRIPT)
    assert answer.status_code == 200
    assert answer.get_json()["answers"] == []


# --- two people -------------------------------------------------------


def test_two_answers_by_two_people_do_not_meet(town: Town) -> None:
    amina, hedi = town.begun(), town.browser(town.hedi)
    whole = {**typed("plan", text=""), **typed("more", text="")}
    assert amina.post(town.address, data={**whole, **typed("plan", text="Amina’s.")}).status_code == 303
    assert hedi.post(town.address, data={**whole, **typed("more", text="Hedi’s.")}).status_code == 303
    page = words(amina, town.address)
    assert "Amina’s." in page
    assert "Hedi’s." in page
    assert "Hedi Jaziri saved this" in page


def test_one_answer_by_two_people_shows_both_and_loses_neither(town: Town) -> None:
    amina, hedi = town.begun(), town.browser(town.hedi)
    amina.post(town.address, data=typed("plan", text="Amina’s <b>plan</b>."))
    sent = {**typed("plan", text="Hedi’s plan."), **typed("reach", choice="parents")}
    answer = hedi.post(town.address, data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200  # the other answer is saved
    assert check_page(page) == []
    assert "Neither text is lost." in page
    assert "Amina’s &lt;b&gt;plan&lt;/b&gt;." in page
    assert "Hedi’s plan.</textarea>" in page
    assert "Amina Trabelsi saved this" in page
    assert stands("plan").value == "Amina’s <b>plan</b>."  # type: ignore[union-attr]
    assert stands("reach").value == "parents"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("choice", "stood"),
    [("mine", "Hedi’s."), ("theirs", "Amina’s."), ("both", "Amina’s.\n\nHedi’s.")],
)
def test_of_two_answers_a_person_chooses(town: Town, choice: str, stood: str) -> None:
    amina, hedi = town.begun(), town.browser(town.hedi)
    amina.post(town.address, data=typed("plan", text="Amina’s."))
    assert hedi.post(town.address, data=typed("plan", text="Hedi’s.")).status_code == 409
    sent = {"go": f"{choice}:plan", **typed("plan", version=1, seen="Amina’s.", text="Hedi’s.")}
    assert hedi.post(town.address, data=sent).status_code == 303
    assert stands("plan").value == stood  # type: ignore[union-attr]


def test_a_script_gets_both_texts(town: Town) -> None:
    amina, hedi = town.begun(), town.browser(town.hedi)
    amina.post(town.address, data=typed("plan", text="Amina’s."))
    answer = hedi.post(town.address, data=typed("plan", text="Hedi’s."), headers=SCRIPT)
    assert answer.status_code == 409
    (told,) = answer.get_json()["answers"]
    assert (told["outcome"], told["version"]) == ("conflict", 1)
    assert "Amina’s." in told["conflict"]


def test_two_who_wrote_the_same_are_no_conflict(town: Town) -> None:
    amina, hedi = town.begun(), town.browser(town.hedi)
    for client in (amina, hedi):
        assert client.post(town.address, data=typed("plan", text="The same.")).status_code == 303
    assert stands("plan").saved_by_id == town.amina.id  # type: ignore[union-attr]


# --- bad input --------------------------------------------------------


def test_a_text_of_two_megabytes_is_told_beside_it_and_shown_again(town: Town) -> None:
    client = town.begun()
    text = "x" * 2_000_000
    answer = client.post(town.address, data={**typed("plan", text=text), **typed("more", text="Short.")})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert f"longer than {LONGEST_TEXT:,} characters" in page
    assert text in page
    assert stands("plan") is None
    assert stands("more").value == "Short."  # type: ignore[union-attr]
    said = client.post(town.address, data=typed("plan", text=text), headers=SCRIPT)
    assert said.status_code == 422
    assert "longer than" in said.get_json()["answers"][0]["message"]


def test_more_than_any_form_holds_is_refused(town: Town) -> None:
    client, data = town.begun(), typed("plan", text="x" * 9_000_000)
    assert client.post(town.address, data=data).status_code == 413
    assert client.post(town.address, **parts(data)).status_code == 413
    assert stands("plan") is None


@pytest.mark.skipif(not CORPUS.exists(), reason=f"the collected strings are not here: {CORPUS}")
def test_naughty_strings_are_kept_and_shown_as_typed(town: Town) -> None:
    client = town.begun()
    strings = [s for s in json.loads(CORPUS.read_text()) if s.strip()]
    text = "\n".join(strings)
    client.post(town.address, data={**typed("plan", text=text), **typed("budget", item=strings[:50], cost=["1"] * 50)})
    kept = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    assert stands("plan").value == kept  # type: ignore[union-attr]
    for address in (town.address, f"{town.address}/submission"):
        page = client.get(address)
        assert page.status_code == 200
        assert set(check_page(page.text)) <= {"a template was not rendered"}  # some strings look like one
    assert client.post(town.address, data={**typed("plan", version=1, seen=kept, text=kept)}).status_code == 303
    assert stands("plan").version_id == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "go", ["drop:budget:x", "file:plan", "unfile:papers:99", "refile:nothing:1", "both:sum", "x" * 99]
)
def test_a_button_that_no_page_has_changes_nothing_else(town: Town, go: str) -> None:
    client = town.begun()
    answer = client.post(town.address, data={"go": go, **everything()})
    assert answer.status_code in (303, 404, 422)


# --- the list ---------------------------------------------------------


def test_the_list_shows_each_application_with_its_state_and_dates(town: Town) -> None:
    assert "You have not worked on an application." in words(town.browser(town.hedi), "/applications")
    assert "Your city has not begun an application." in words(town.browser(town.amina), "/applications")
    town.begun()
    for person in (town.amina, town.hedi):
        page = words(town.browser(person), "/applications")
        assert town.address in page
        assert "Draft" in page
        assert "Closes 31 January 2027, 18:00 Tunis time" in page
    assert town.address not in words(town.browser(town.nadia), "/applications")


def test_the_page_costs_the_same_however_much_is_written(town: Town, statements: list[str]) -> None:
    client = town.begun()
    client.get(town.address)
    statements.clear()
    client.get(town.address)
    empty = len(statements)
    answered(town, client)
    statements.clear()
    client.get(town.address)
    assert len(statements) == empty <= 11, "\n\n".join(statements)


def test_a_call_that_is_not_open_to_the_city_is_not_said_to_be_only_a_matter_of_somebody(town: Town) -> None:
    client = town.begun()
    assert "Nobody in Sfax meets the rule yet" not in client.get(town.address).text
    with unit_of_work():
        db.session.get_one(City, town.city.id).left_on = NOW.date()
    page = town.browser(town.amina).get(town.address).text
    assert "a fact about the city keeps everybody from it until the call closes" in page
    assert "It can be submitted once somebody does." not in page
