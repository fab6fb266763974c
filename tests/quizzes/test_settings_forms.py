"""How a quiz is taken, as trainers fill it in: what is kept, what is refused, and what two people do at once."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.transactions import unit_of_work
from app.quizzes.reading import settings_groups, settings_words
from app.quizzes.settings import (
    AFTERWARDS,
    ALWAYS,
    Band,
    Behaviour,
    Completes,
    Grading,
    Overdue,
    QuizSettings,
    Review,
    When,
)
from app.quizzes.studio import queries as studio_queries
from app.quizzes.studio import services as studio_services
from app.quizzes.studio.settings_forms import GROUPS, SettingsForm
from tests.factories import signed_in, text
from tests.pages import check_page, read_page

from .studio import Desk, a_colleague, a_desk

EVERYTHING = QuizSettings(
    pass_mark=62.5,
    attempts=3,
    grading=Grading.MEAN,
    shuffle=False,
    shuffle_questions=True,
    time_limit=5430,
    overdue=Overdue.GRACE,
    grace=300,
    wait=2 * 86400,
    behaviour=Behaviour.INTERACTIVE,
    tries=4,
    penalty=0.25,
    completes=Completes.ATTEMPTS,
    least_attempts=2,
    builds_on_last=True,
    review=Review(right_answer=(When.CLOSED,), marks=(), overall=(When.LATER,), right_once_done=False),
    bands=(Band(80, text("Well done.", fr="Bravo.")), Band(0, text("Try again."))),
    anonymous_marking=True,
)


@pytest.fixture(autouse=True)
def tokens_apart(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def desk(app: Flask) -> Desk:
    return a_desk("First?")


@pytest.fixture
def teaching(client: FlaskClient, desk: Desk) -> FlaskClient:
    return signed_in(client, desk.trainer)


def stands(desk: Desk) -> QuizSettings:
    with unit_of_work():
        return studio_queries.get_quiz(desk.course_id, desk.quiz_id).settings


def put(desk: Desk, wanted: QuizSettings) -> None:
    with unit_of_work():
        quiz = studio_queries.get_quiz(desk.course_id, desk.quiz_id)
        quiz.settings = wanted


def form_of(html: str) -> dict[str, str | list[str]]:
    """What a browser would send of the settings form of a page."""
    page = read_page(html)
    found: dict[str, str | list[str]] = {}
    for element in page.all("input", "textarea", "select"):
        if not any(parent.attributes.get("id") == "settings" for parent in element.parents):
            continue
        name, kind = element.attributes.get("name", ""), element.attributes.get("type", "text")
        if kind in ("radio", "checkbox") and "checked" not in element.attributes:
            continue
        if element.tag == "textarea":
            found[name] = element.text.lstrip("\r\n")
        elif element.tag == "select":
            chosen = [o for o in page.all("option") if element in o.parents and "selected" in o.attributes]
            found[name] = chosen[0].attributes["value"] if chosen else ""
        elif name.startswith("review_"):
            found.setdefault(name, [])
            found[name] = [*found[name], element.attributes["value"]]
        else:
            found[name] = element.attributes.get("value", "on")
    found.pop("csrf_token", None)
    return found


def opened(client: FlaskClient, desk: Desk) -> dict[str, str | list[str]]:
    response = client.get(desk.quiz)
    assert response.status_code == 200
    assert check_page(response.text) == []
    return form_of(response.text)


def send(client: FlaskClient, desk: Desk, fields: dict[str, str | list[str]]) -> tuple[int, str]:
    response = client.post(f"{desk.quiz}/settings", data=fields)
    assert response.status_code == 303 or check_page(response.text) == []
    return response.status_code, response.text


# --- kept --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wanted", [EVERYTHING, QuizSettings(), QuizSettings(behaviour=Behaviour.INTERACTIVE), QuizSettings(wait=90)]
)
def test_saving_what_the_page_shows_changes_nothing(teaching: FlaskClient, desk: Desk, wanted: QuizSettings) -> None:
    put(desk, wanted)
    assert send(teaching, desk, opened(teaching, desk))[0] == 303
    assert stands(desk) == wanted


moments = st.sets(st.sampled_from(list(When))).map(lambda some: tuple(when for when in When if when in some))
SETTINGS = st.builds(
    QuizSettings,
    pass_mark=st.none() | st.integers(0, 200).map(lambda half: half / 2),
    attempts=st.integers(3, 50),
    grading=st.sampled_from(Grading),
    shuffle=st.booleans(),
    shuffle_questions=st.booleans(),
    time_limit=st.none() | st.integers(60, 86400),
    wait=st.integers(0, 10_000),
    overdue=st.sampled_from([Overdue.SUBMIT, Overdue.ABANDON]),
    behaviour=st.sampled_from(Behaviour),
    completes=st.sampled_from([Completes.PASSED, Completes.PASSED_OR_USED_UP]),
    builds_on_last=st.booleans(),
    review=st.builds(
        Review, attempt=moments, correctness=moments, marks=moments, right_answer=moments,
        overall=st.just(AFTERWARDS), right_once_done=st.booleans(),
    ),
    bands=st.lists(st.integers(0, 100), unique=True, max_size=8).map(
        lambda starts: tuple(Band(float(start), text(f"From {start}.")) for start in sorted(starts, reverse=True))
    ),
    anonymous_marking=st.booleans(),
)  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SETTINGS)
def test_any_settings_go_through_the_form_unchanged(app: Flask, wanted: QuizSettings) -> None:
    with app.test_request_context():
        shown = SettingsForm.showing(wanted, "en")
        fields: list[tuple[str, str]] = []
        for field in shown:
            if field.name == "bands":
                fields += [(f.name, f.data or "") for entry in field for f in entry.form]
            elif field.name.startswith("review_"):
                fields += [(field.name, value) for value in field.data]
            elif field.data is True:
                fields.append((field.name, "y"))
            elif field.data not in (False, None):
                fields.append((field.name, str(field.data)))
    with app.test_request_context(method="POST", data=[*fields] and dict_of(fields)):
        form = SettingsForm()
        assert form.validate(), form.errors
        assert form.settings("en") == wanted
        assert form.kept == list(range(len(wanted.bands)))


def dict_of(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def test_a_third_stays_a_third(teaching: FlaskClient, desk: Desk) -> None:
    put(desk, QuizSettings(behaviour=Behaviour.INTERACTIVE, penalty=0.1))
    fields = opened(teaching, desk)
    assert fields["penalty"] == "10"
    assert send(teaching, desk, {**fields, "penalty": "33.33"})[0] == 303
    assert stands(desk).penalty == 1 / 3
    assert opened(teaching, desk)["penalty"] == "33.33"


def test_what_a_choice_no_longer_asks_for_is_dropped(teaching: FlaskClient, desk: Desk) -> None:
    put(desk, EVERYTHING)
    fields = {**opened(teaching, desk), "behaviour": "deferred", "overdue": "submit", "completes": "passed"}
    assert send(teaching, desk, fields)[0] == 303
    found = stands(desk)
    assert (found.tries, found.penalty, found.grace, found.least_attempts) == (3, 1 / 3, 0, 1)


def test_words_keep_their_translations_wherever_they_move(teaching: FlaskClient, desk: Desk) -> None:
    put(desk, EVERYTHING)
    fields = opened(teaching, desk)
    fields |= {"bands-0-start": "60", "bands-0-text": "Quite well done.", "bands-1-start": "", "bands-1-text": ""}
    fields |= {"bands-2-start": "90", "bands-2-text": "Very well done."}
    assert send(teaching, desk, fields)[0] == 303
    top, middle = stands(desk).bands
    assert (top.from_percent, top.text) == (90, text("Very well done."))
    assert (middle.from_percent, middle.text.best("fr", "en")) == (60, "Bravo.")
    assert middle.text.outdated("en") == ["fr"]


# --- refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"pass_mark": "101"}, "Write a number from 0 to 100."),
        ({"attempts": "1.5"}, "Write a whole number from 1 to 1000."),
        ({"grading": "best"}, "Not a valid choice."),
        ({"completes": ""}, "Choose one."),
        ({"completes": "passed_or_used_up"}, "Say how many attempts there are, since using them up completes it."),
        ({"completes": "attempts"}, "Say how many attempts complete it."),
        ({"completes": "attempts", "least_attempts": "3", "attempts": "2"}, "That is more attempts than are allowed."),
        ({"wait": "366", "wait_unit": "days"}, "At most a year."),
        ({"wait": "-1"}, "Write a number from 0 to"),
        ({"time_limit": "0.5"}, "Write a number from 1 to 1440."),
        ({"time_limit": "1441"}, "Write a number from 1 to 1440."),
        ({"overdue": "grace"}, "Say how long the grace period is."),
        ({"overdue": "grace", "grace": "0"}, "Write a number from 1 to 1440."),
        ({"grace": "5"}, "Only where there is a grace period: choose it, or leave this empty."),
        ({"tries": "5"}, "Only where questions can be tried several times"),
        ({"penalty": "50"}, "Only where questions can be tried several times"),
        ({"behaviour": "interactive", "tries": ""}, "Say how many tries there are."),
        ({"behaviour": "interactive", "tries": "1"}, "Write a whole number from 2 to 10."),
        ({"behaviour": "interactive", "penalty": "-1"}, "Write a number from 0 to 100."),
        ({"behaviour": "interactive", "certainty": "y"}, "Certainty is asked for where a question is answered once"),
        ({"review_marks": "yesterday"}, "Choose from the list."),
        ({"review_overall": "during"}, "Choose from the list."),
        ({"bands-0-start": "80"}, "Write what is said, or empty the score beside it."),
        ({"bands-0-text": "Well done."}, "Write from which score on this is said."),
        ({"bands-0-start": "101", "bands-0-text": "x"}, "Write a number from 0 to 100."),
        (
            {"bands-0-start": "80", "bands-0-text": "x", "bands-1-start": "80,0", "bands-1-text": "y"},
            "Something else is said from this score on already.",
        ),
        ({"bands-0-start": "80", "bands-0-text": "x" * 1001}, "Keep this under 1000 characters."),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_kept(
    teaching: FlaskClient, desk: Desk, typed: dict[str, str], message: str
) -> None:
    before = stands(desk)
    status, html = send(teaching, desk, {**opened(teaching, desk), **typed})
    assert status == 422
    assert unescape(html).count(message) == 1
    kept = form_of(html)
    for name, value in typed.items():
        if name not in ("grading", "completes") and not name.startswith("review_"):
            assert kept[name] == ("y" if name == "certainty" else value)
    assert stands(desk) == before
    (group,) = [key for key, names in GROUPS.items() if any(name.partition("-")[0] in names for name in typed)][:1]
    assert f'id="settings-{group}" open' in html  # what is at fault is in sight


# --- two people ------------------------------------------------------------------------------------


def test_of_two_who_change_settings_the_second_chooses(app: Flask, teaching: FlaskClient, desk: Desk) -> None:
    colleague = signed_in(app.test_client(), a_colleague(desk))
    mine, theirs = opened(teaching, desk), opened(colleague, desk)
    assert send(colleague, desk, {**theirs, "time_limit": "30"})[0] == 303
    status, html = send(teaching, desk, {**mine, "attempts": "2"})
    assert status == 409
    assert "Time limit: 30 min" in html
    again = form_of(html)
    assert (again["attempts"], again["time_limit"]) == ("2", "")
    assert send(teaching, desk, again)[0] == 303
    assert (stands(desk).attempts, stands(desk).time_limit) == (2, None)


def test_saving_what_a_colleague_saved_is_no_conflict(app: Flask, teaching: FlaskClient, desk: Desk) -> None:
    colleague = signed_in(app.test_client(), a_colleague(desk))
    mine, theirs = opened(teaching, desk), opened(colleague, desk)
    for client, fields in ((colleague, theirs), (teaching, mine)):
        assert send(client, desk, {**fields, "time_limit": "30"})[0] == 303


def test_a_translation_made_meanwhile_is_no_conflict_and_stays(teaching: FlaskClient, desk: Desk) -> None:
    put(desk, EVERYTHING)
    fields = opened(teaching, desk)
    bands = (EVERYTHING.bands[0], Band(0, text("Try again.", fr="Réessayez.")))
    put(desk, msgspec.structs.replace(EVERYTHING, bands=bands))
    assert send(teaching, desk, {**fields, "attempts": "4"})[0] == 303
    assert stands(desk) == msgspec.structs.replace(EVERYTHING, attempts=4, bands=bands)


def test_settings_are_in_force_by_publishing_alone(app: Flask, desk: Desk) -> None:
    """What the draft says reaches an edition with `publish` (see test_random_slots); here it only changes the draft."""
    with unit_of_work():
        quiz = studio_queries.get_quiz(desk.course_id, desk.quiz_id)
        version = quiz.version_id
        studio_services.set_up(
            course_id=desk.course_id, activity_id=desk.quiz_id, settings=EVERYTHING, made_from=quiz.settings
        )
    with unit_of_work():
        assert studio_queries.get_quiz(desk.course_id, desk.quiz_id).version_id == version


# --- in words ---------------------------------------------------------------------------------------


def test_every_setting_is_said(app: Flask) -> None:
    with app.test_request_context():
        assert settings_groups(QuizSettings(), "en", "en") == {
            "passing": [
                "No pass mark: submitting completes it", "Attempts: as many as wanted", "The best attempt counts",
            ],
            "time": ["No time limit", "When time is up, what was saved is submitted"],
            "answers": ["All answers are graded when the attempt is submitted"],
            "order": ["The order of the choices is mixed", "The questions keep their order"],
            "review": [
                "Everything is shown", "Right answers wait until the quiz is complete or no attempt is left",
            ],
            "bands": ["Nothing is said to the score"],
        }  # fmt: skip
        assert settings_words(EVERYTHING, "en", "fr").splitlines() == [
            "Pass mark: 62.5%",
            "Attempts: 3",
            "The mean of the attempts counts",
            "2 submitted attempts complete it, whatever their score",
            "Wait between attempts: 48 h",
            "Each attempt begins with the answers of the last one",
            "Time limit: 1 h 30 min 30 s",
            "When time is up, answers no longer change; the attempt is to be submitted in a grace period",
            "Grace period: 5 min",
            "Each question can be tried several times, with its hints",
            "Tries: 4; each wrong one costs 25% of the mark",
            "Who marks an answer does not see whose it is",
            "The choices keep their order",
            "The order of the questions is mixed",
            "Marks and score: never shown",
            "Right answers: shown once the quiz has closed",
            "What is said to the score: shown later",
            "From 80%: Bravo.",
            "From 0%: Try again.",
        ]


CHANGES = {
    "pass_mark": 50.0, "attempts": 2, "grading": Grading.LAST, "shuffle": False, "shuffle_questions": True,
    "time_limit": 60, "overdue": Overdue.ABANDON, "wait": 60, "behaviour": Behaviour.IMMEDIATE, "certainty": True,
    "completes": Completes.PASSED_OR_USED_UP, "builds_on_last": True, "bands": (Band(0, text("x")),),
    "anonymous_marking": True,
}  # fmt: skip


@pytest.mark.parametrize("name", QuizSettings.__struct_fields__)
def test_no_setting_changes_unsaid(app: Flask, name: str) -> None:
    """So that two states side by side show what differs."""
    base = QuizSettings()
    if name == "grace":
        base, changed = QuizSettings(overdue=Overdue.GRACE, grace=60), QuizSettings(overdue=Overdue.GRACE, grace=120)
    elif name in ("tries", "penalty"):
        base = QuizSettings(behaviour=Behaviour.INTERACTIVE)
        changed = msgspec.structs.replace(base, **{name: 5 if name == "tries" else 0.5})
    elif name == "least_attempts":
        base = QuizSettings(completes=Completes.ATTEMPTS)
        changed = msgspec.structs.replace(base, least_attempts=2)
    elif name == "review":
        changed = QuizSettings(review=Review(marks=AFTERWARDS))
    else:
        changed = msgspec.structs.replace(base, **{name: CHANGES[name]})
    with app.test_request_context():
        assert settings_words(base, "en", "en") != settings_words(changed, "en", "en")


@pytest.mark.parametrize("name", Review.__struct_fields__)
def test_no_moment_of_looking_back_changes_unsaid(app: Flask, name: str) -> None:
    with app.test_request_context():
        said = set()
        values = [True, False] if name == "right_once_done" else [ALWAYS, AFTERWARDS, (), (When.CLOSED,)]
        for value in values:
            said.add(settings_words(QuizSettings(review=Review(**{name: value})), "en", "en"))
        assert len(said) == len(values)
