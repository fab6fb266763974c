"""The pages of a rule's editor, as administrators use them without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.extensions import db
from app.grants import queries as grant_queries
from app.grants.editor import queries
from app.grants.editor.counts import NetworkCount, count
from app.grants.editor.versions import Ruled
from app.grants.models import Declaration, GrantCall
from app.grants.rules import All, AtLeast, Certified, CityIn, CityTrained, Completed, Declared, HasRole, MemberFor
from app.network.models import City, Region, SizeBand
from tests.factories import a_city, a_course, a_person, signed_in
from tests.grants.factories import DAY, NOW, a_call, a_certificate, a_completion, a_waiver
from tests.pages import check_page

EDITOR = "/administration/grants/local/rule"


@dataclass(frozen=True)
class Scene:
    """The call asks for the first course alone: in Sfax Hedi has completed it, in Ghent Lena.

    Hedi holds a certificate in the second one too.
    """

    call: GrantCall
    first: Course
    second: Course
    sfax: City
    ghent: City
    turku: City
    hedi: Person
    lena: Person
    ada: Person
    omar: Person


@pytest.fixture(params=["coming"])
def scene(app: Flask, request: pytest.FixtureRequest) -> Iterator[Scene]:
    first, second = a_course("prevention"), a_course("schools")
    sfax, ghent, turku = a_city("Sfax", country="TN"), a_city("Ghent", country="BE"), a_city("Turku", country="FI")
    hedi, lena = a_person("Hedi Jaziri", city=sfax), a_person("Lena Maes", city=ghent)
    a_person("Nadia Ben Amor", city=sfax)
    a_completion(hedi, first, at=NOW - 3 * DAY)
    a_completion(lena, first, at=NOW - 3 * DAY)
    a_certificate(hedi, second, at=NOW - 3 * DAY, expires_at=datetime(2026, 12, 31, tzinfo=UTC))
    opens_at = NOW + 5 * DAY if request.param == "coming" else NOW - 5 * DAY
    call = a_call(All(of=(Completed(first.id),)), slug="local", opens_at=opens_at)
    ada, omar = (a_person(name, roles=(Role.ADMINISTRATOR,)) for name in ("Ada Okafor", "Omar Haddad"))
    with clock.at(NOW):
        yield Scene(call, first, second, sfax, ghent, turku, hedi, lena, ada, omar)


opened = pytest.mark.parametrize("scene", ["open"], indirect=True)


@pytest.fixture
def ada(client: FlaskClient, scene: Scene) -> FlaskClient:
    return signed_in(client, scene.ada)


def words_of(answer: Any) -> str:
    """The words of a page without its masthead, once its HTML was found to be in order."""
    html = answer.get_data(as_text=True)
    assert check_page(html) == []
    main = re.sub(r"(?s)<header.*?</header>", " ", html)
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def page(client: FlaskClient, path: str = "", status: int = 200) -> str:
    answer = client.get(EDITOR + path)
    assert answer.status_code == status
    return words_of(answer)


def ruled() -> Ruled:
    """The call as it is by now: a test that reads holds what it read."""
    db.session.rollback()
    return queries.get_ruled("local")


def seen() -> str:
    return ruled().seen


def send(client: FlaskClient, path: str, **fields: Any) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/notices").text)
    assert token
    return client.post(EDITOR + path, data={**fields, "csrf_token": token[1]})


def add(client: FlaskClient, kind: str, **fields: Any) -> Any:
    return send(client, "/parts/new", **{"kind": kind, "seen": seen(), **fields})


def press(client: FlaskClient, place: str, way: str) -> Any:
    return send(client, f"/parts/{place}/arrangement", seen=seen(), way=way)


def rule() -> Any:
    return ruled().rule


def test_the_rule_reads_as_a_sentence_with_whom_it_lets_in(ada: FlaskClient) -> None:
    words = page(ada, "?count=yes")
    assert "A city may apply when at least one of its practitioners meets this All of these:" in words
    assert "Met today by 2 practitioners in 2 cities" in words
    assert "When the call closes, on 31 January 2027, 18:00 Tunis time, if nobody learns anything more: 2" in words
    assert "Rule 1, in force" in words


def test_each_part_says_who_meets_it_alone(ada: FlaskClient, scene: Scene) -> None:
    assert add(ada, "certified", course=str(scene.second.id)).status_code == 303
    words = page(ada, "?count=yes")
    assert "Hold a valid certificate in “The city’s part” Alone met by 1 practitioner in 1 city" in words
    assert "Alone met by 2 practitioners in 2 cities" in words
    assert "Met today by 1 practitioner in 1 city" in words
    # By the day the call closes, the certificate has expired.
    assert "if nobody learns anything more: 0 practitioners in 0 cities" in words


def test_the_count_as_of_another_day(ada: FlaskClient) -> None:
    assert "On 17 November 2026: 0 practitioners in 0 cities" in page(ada, "?on=2026-11-17&count=yes")
    assert "On 18 November 2026: 2 practitioners in 2 cities" in page(ada, "?on=2026-11-18&count=yes")
    assert "Write the day as year-month-day" in page(ada, "?on=yesterday")
    piece = ada.get(f"{EDITOR}/count?on=2026-11-17").get_data(as_text=True)
    assert "0 practitioners in 0 cities" in piece
    assert "<html" not in piece


def test_a_waiver_counts_through_its_last_day(ada: FlaskClient, scene: Scene) -> None:
    """It ends with 10 December where the call is made, in Tunis."""
    ends = datetime(2026, 12, 10, 23, tzinfo=UTC)
    a_waiver(scene.call, scene.turku, Completed(scene.first.id), by=scene.ada, until=ends)
    assert "On 10 December 2026: 2 practitioners in 3 cities" in page(ada, "?on=2026-12-10&count=yes")
    assert "On 11 December 2026: 2 practitioners in 2 cities" in page(ada, "?on=2026-12-11&count=yes")


def test_the_page_comes_without_figures_and_its_script_fetches_them(
    ada: FlaskClient, scene: Scene, statements: list[str]
) -> None:
    add(ada, "certified", course=str(scene.second.id))
    statements.clear()
    words = page(ada, "?on=2026-11-18")
    plain = len(statements)
    assert "Not counted yet. Count who meets it" in words
    assert "practitioner" not in words.partition("Who meets it")[2]
    assert "Alone met by" not in words
    html = ada.get(f"{EDITOR}?on=2026-11-18").get_data(as_text=True)
    # The first, where the count did not come, and where that of the parts did not.
    assert html.count(f'href="{EDITOR}?count=yes&amp;on=2026-11-18"') == html.count("?count=yes") == 3
    asked = re.search(r'data-count="([^"]+)"', html)
    assert asked and asked[1].endswith(f"/count?seen={seen()}")
    statements.clear()
    whole = ada.get(asked[1]).get_data(as_text=True)
    assert "1 practitioner in 1 city" in whole and "Alone met by" not in whole
    statements.clear()
    parts = ada.get(asked[1] + "&parts=yes").get_data(as_text=True)
    assert re.findall(r'id="(alone-[^"]+)"><span>Alone met by ([^<]+)<', parts) == [
        ("alone-0", "2 practitioners in 2 cities"), ("alone-1", "1 practitioner in 1 city"),
    ]  # fmt: skip
    assert len([one for one in statements if "AS place" in one]) == 1
    for place in ("alone-0", "alone-1"):
        assert f'id="{place}"' in html
    # All that counting costs besides: today, the day of closing, the other day, and all parts at once.
    statements.clear()
    page(ada, "?count=yes&on=2026-11-18")
    assert len(statements) == plain + 4


def test_figures_of_another_draft_are_not_put_beside_the_rule(app: Flask, ada: FlaskClient, scene: Scene) -> None:
    old = seen()
    add(signed_in(app.test_client(), scene.omar), "certified", course=str(scene.second.id))
    filled = f"kind=certified&course={scene.second.id}"
    for asked in ("", "parts=yes", filled):
        answer = ada.get(f"{EDITOR}/count?seen={old}&{asked}")
        assert answer.status_code == 409
        said = answer.get_data(as_text=True)
        assert "Omar Haddad changed this rule at" in said
        assert "practitioner" not in said and "<html" not in said
        assert ("Save what you filled in" in said) is (asked == filled)
    assert "You changed this rule" in signed_in(app.test_client(), scene.omar).get(f"{EDITOR}/count?seen={old}").text
    assert ada.get(f"{EDITOR}/count?seen={seen()}").status_code == 200


def test_a_city_for_which_something_is_waived_counts_as_the_call_would_judge_it(ada: FlaskClient, scene: Scene) -> None:
    add(ada, "certified", course=str(scene.second.id))
    assert "What is waived" not in page(ada, "?count=yes")
    a_waiver(scene.call, scene.ghent, Certified(scene.second.id), by=scene.ada, until=scene.call.closes_at)
    words = page(ada, "?count=yes")
    assert "Met today by 2 practitioners in 2 cities" in words
    assert "Alone met by 2 practitioners in 2 cities" in words
    # As of the last moment that the call is open, as which it will be judged, the waiver still holds: Lena meets it.
    # Hedi’s certificate has expired.
    assert "if nobody learns anything more: 1 practitioner in 1 city" in words
    last = grant_queries.get_call("local", scene.call.closes_at).judged_at(scene.call.closes_at)
    assert count(ruled().judged(rule()), last) == NetworkCount(1, 1)
    assert "What is waived for a city counts as met for its people." in words
    foreseen = ada.get(f"{EDITOR}/count?place=1&kind=certified&course={scene.second.id}").text
    assert foreseen.count("2 practitioners in 2 cities") == 2
    other = ada.get(f"{EDITOR}/count?place=1&kind=certified&course={scene.first.id}").text
    assert "0 practitioners in 0 cities" in other
    words = page(ada, "/preview")
    assert "No city gains and none loses" in words
    assert "What is waived for a city counts as met for its people." in words
    assert "Meets it" in page(ada, f"/subjects?person={scene.lena.id}")
    # In Turku is nobody: by the rule in force it may apply, since all of it is waived, and not by the draft.
    a_waiver(scene.call, scene.turku, Completed(scene.first.id), by=scene.ada, until=scene.call.closes_at)
    assert "Turku Finland Loses 0 0" in page(ada, "/preview")


def test_a_waiver_ends_by_the_clocks_of_the_call_in_an_example_too(ada: FlaskClient, scene: Scene) -> None:
    """The end of 31 December in New York is 05:00 of 1 January by UTC."""
    with unit_of_work():
        db.session.get_one(GrantCall, scene.call.id).time_zone = "America/New_York"
    until = datetime(2027, 1, 1, 5, tzinfo=UTC)
    a_waiver(scene.call, scene.turku, Completed(scene.first.id), by=scene.ada, until=until)
    words = page(ada, f"/subjects?person={a_person('Aino Virtanen', city=scene.turku).id}")
    assert "until the end of 31 December 2026: A flood" in words


FILLED: list[tuple[str, dict[str, Any], Any]] = [
    ("completed", {"course": "1", "min_score": "72,5", "within_months": "24"}, Completed(1, 72.5, 24)),
    ("certified", {"course": "1", "valid_on": ""}, Certified(1)),
    ("city_trained", {"course": "1", "people": "3"}, CityTrained(1, people=3)),
    ("city_trained", {"course": "1", "measure": "share", "share": "12.5"}, CityTrained(1, share=12.5)),
    ("member_for", {"months": "36"}, MemberFor(36)),
    (
        "city_in",
        {"regions": ["europe", "africa"], "countries": ["TN"], "sizes": ["small"]},
        CityIn((Region.AFRICA, Region.EUROPE), ("TN",), (SizeBand.SMALL,)),
    ),
    ("role", {"role": "coordinator"}, HasRole(Role.COORDINATOR)),
]


@pytest.mark.parametrize(("kind", "fields", "part"), FILLED, ids=[f"{kind} {len(f)}" for kind, f, _p in FILLED])
def test_what_is_filled_in_is_what_the_rule_then_says(
    ada: FlaskClient, kind: str, fields: dict[str, Any], part: Any
) -> None:
    assert add(ada, kind, **fields).status_code == 303
    assert rule().of[1] == part
    # Saved as it is shown again, it is the same.
    form = ada.get(f"{EDITOR}/parts/1").get_data(as_text=True)
    assert check_page(form) == []
    assert send(ada, "/parts/1", **sent(form)).status_code == 303
    assert rule().of[1] == part


def sent(html: str) -> dict[str, list[str]]:
    """What a browser would send of the page's form, as it stands."""
    main = html.partition("<main")[2]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", main):
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        box = said.get("type") in ("checkbox", "radio")
        if "name" in said and (not box or re.search(r"\schecked", tag)):
            found.setdefault(said["name"], []).append(said.get("value", ""))
    for name, options in re.findall(r'(?s)<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', main):
        found[name] = re.findall(r'<option selected value="([^"]*)"', options)
    for name, value in re.findall(r'(?s)<textarea[^>]*name="([^"]*)"[^>]*>\r?\n?(.*?)</textarea>', main):
        found[name] = [value]
    return found


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("completed", {"course": ""}, "Choose a published course"),
        ("completed", {"course": "9999"}, "Choose a published course"),
        ("completed", {"course": "1", "min_score": "101"}, "Write a number from 0 to 100."),
        ("completed", {"course": "1", "within_months": "0"}, "Write a whole number from 1 to 1200."),
        ("certified", {"course": "1", "valid_on": "31.12.2026"}, "Write the day as year-month-day"),
        ("passed", {"quiz": "1"}, "Choose a published quiz"),
        ("city_trained", {"course": "1"}, "Write how many people of the city."),
        ("city_trained", {"course": "1", "measure": "share", "people": "3"}, "Write which share"),
        ("city_trained", {"course": "1", "people": "0"}, "Write a whole number from 1 to 100000."),
        ("member_for", {"months": ""}, "Write a whole number from 1 to 1200."),
        ("city_in", {}, "Choose a region, a country or a size"),
        ("city_in", {"countries": ["Atlantis"]}, "Choose from the list."),
        ("city_in", {"regions": ["mars"]}, "Choose from the list."),
        ("role", {"role": "king"}, "Choose a role."),
        ("declared", {"text_en": " "}, "Write what the person states"),
        ("declared", {"text_en": "Yes", "words": "نعم"}, "Choose the language of these words."),
        ("group", {"how": "at_least"}, "Write how many of the parts are needed at least."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_saved(
    ada: FlaskClient, kind: str, fields: dict[str, Any], said: str
) -> None:
    answer = add(ada, kind, **fields)
    assert answer.status_code == 422
    assert said in words_of(answer)
    assert ruled().draft is None


def test_a_statement_keeps_its_key_with_its_words_and_loses_it_with_others(ada: FlaskClient) -> None:
    assert add(ada, "declared", text_en="We have a plan.", text_fr="Nous avons un plan.").status_code == 303
    first = rule().of[1]
    assert isinstance(first, Declared)
    assert first.text.strings() == {"en": "We have a plan.", "fr": "Nous avons un plan."}
    change = {"kind": "declared", "text_en": "We have a plan.", "text_fr": "", "language": "ar", "words": "لدينا خطة."}
    assert send(ada, "/parts/1", **{"seen": seen(), **change}).status_code == 303
    second = rule().of[1]
    assert (second.key, second.text.strings()) == (first.key, {"en": "We have a plan.", "ar": "لدينا خطة."})
    change["text_en"] = "We have a plan and a budget."
    assert send(ada, "/parts/1", **{"seen": seen(), **change}).status_code == 303
    assert rule().of[1].key != first.key


def test_groups_are_made_changed_and_filled(ada: FlaskClient, scene: Scene) -> None:
    assert add(ada, "group", how="at_least", n="2").status_code == 303
    assert "To put right Nothing stands here yet." in page(ada)
    for course in (scene.first, scene.second):
        assert add(ada, "certified", under="1", course=str(course.id)).status_code == 303
    assert rule().of[1] == AtLeast(of=(Certified(scene.first.id), Certified(scene.second.id)), n=2)
    assert "At least 2 of these 2" not in page(ada)
    form = {"seen": seen(), "kind": "group", "how": "any"}
    assert send(ada, "/parts/1", **(form)).status_code == 303
    assert "One of these:" in page(ada)


def test_buttons_move_wrap_and_remove_parts_and_undo_takes_it_back(ada: FlaskClient, scene: Scene) -> None:
    add(ada, "certified", course=str(scene.second.id))
    answer = press(ada, "1", "up")
    assert answer.status_code == 303
    assert answer.location.endswith("#part-1")
    assert rule() == All(of=(Certified(scene.second.id), Completed(scene.first.id)))
    press(ada, "0", "remove")
    assert rule() == All(of=(Completed(scene.first.id),))
    assert "Undo the last change" in page(ada)
    assert send(ada, "/undoing", seen=seen()).status_code == 303
    assert rule() == All(of=(Certified(scene.second.id), Completed(scene.first.id)))
    assert "Do it again" in page(ada)
    send(ada, "/draft/removal", seen=seen())
    assert ruled().draft is None
    for place, way in (("0", "sideways"), ("9", "up"), ("0", "")):
        assert press(ada, place, way).status_code == 409
    assert press(ada, "nowhere", "up").status_code == 404


def test_who_presses_a_button_on_an_old_page_is_told_who_changed_what(
    app: Flask, ada: FlaskClient, scene: Scene
) -> None:
    old = seen()
    add(signed_in(app.test_client(), scene.omar), "certified", course=str(scene.second.id))
    answer = send(ada, "/parts/0/arrangement", seen=old, way="remove")
    assert answer.status_code == 409
    words = words_of(answer)
    assert "Omar Haddad changed this rule at" in words
    assert "Your change was not made, and theirs is kept." in words
    assert len(rule().of) == 2


def test_what_was_filled_in_on_an_old_page_is_kept_and_saved_where_it_belongs(
    app: Flask, ada: FlaskClient, scene: Scene
) -> None:
    form = sent(ada.get(f"{EDITOR}/parts/0").get_data(as_text=True)) | {"min_score": ["80"]}
    omar = signed_in(app.test_client(), scene.omar)
    add(omar, "certified", course=str(scene.second.id))
    press(omar, "1", "up")
    answer = send(ada, "/parts/0", **(form))
    assert answer.status_code == 409
    assert "What you filled in is still here and not saved yet." in words_of(answer)
    html = answer.get_data(as_text=True)
    again = sent(html)
    assert (again["min_score"], again["place"]) == (["80"], ["1"])
    assert send(ada, f"/parts/{again['place'][0]}", **(again)).status_code == 303
    assert rule() == All(of=(Certified(scene.second.id), Completed(scene.first.id, 80.0)))


def test_a_part_that_somebody_removed_meanwhile_can_be_added_anew(app: Flask, ada: FlaskClient, scene: Scene) -> None:
    form = sent(ada.get(f"{EDITOR}/parts/0").get_data(as_text=True)) | {"min_score": ["80"]}
    press(signed_in(app.test_client(), scene.omar), "0", "remove")
    answer = send(ada, "/parts/0", **(form))
    assert answer.status_code == 409
    assert "Where it belongs" in words_of(answer)
    again = sent(answer.get_data(as_text=True)) | {"under": ["whole"]}
    assert send(ada, "/parts/new", **(again)).status_code == 303
    assert rule() == All(of=(Completed(scene.first.id, 80.0),))


def test_the_live_count_of_a_changed_statement_counts_who_stated_it(ada: FlaskClient, scene: Scene) -> None:
    add(ada, "declared", text_en="We have a plan.")
    key = rule().of[1].key
    with unit_of_work():
        db.session.add(Declaration(person_id=scene.hedi.id, key=key, holds=True, at=NOW - DAY))
    fields = "text_en=We+have+a+plan.&text_fr=Nous+avons+un+plan."
    piece = ada.get(f"{EDITOR}/count?kind=declared&place=1&{fields}").get_data(as_text=True)
    assert "This alone is met today by <strong>1 practitioner in 1 city</strong>" in piece
    # A form that no longer fits what stands there counts what was filled in.
    assert ada.get(f"{EDITOR}/count?kind=declared&place=0&{fields}").status_code == 200


def test_a_conflict_keeps_a_statements_translations_and_its_key(app: Flask, ada: FlaskClient, scene: Scene) -> None:
    add(ada, "declared", text_en="We have a plan.", language="ar", words="لدينا خطة.")
    key = rule().of[1].key
    form = sent(ada.get(f"{EDITOR}/parts/1").get_data(as_text=True))
    omar = signed_in(app.test_client(), scene.omar)
    press(omar, "1", "up")
    answer = send(ada, "/parts/1", **form | {"text_ar": ["لدينا خطة جديدة."]})
    assert answer.status_code == 409
    again = sent(answer.get_data(as_text=True))
    assert again["text_ar"] == ["لدينا خطة جديدة."]
    assert send(ada, f"/parts/{again['place'][0]}", **again).status_code == 303
    changed = rule().of[0]
    assert (changed.key, changed.text.strings()["ar"]) == (key, "لدينا خطة جديدة.")
    # Also where the statement is gone meanwhile.
    form = sent(ada.get(f"{EDITOR}/parts/0").get_data(as_text=True))
    press(omar, "0", "remove")
    again = sent(send(ada, "/parts/0", **form).get_data(as_text=True))
    assert send(ada, "/parts/new", **again | {"under": ["whole"]}).status_code == 303
    assert rule().of[1].text.strings() == {"en": "We have a plan.", "ar": "لدينا خطة جديدة."}


def test_a_rule_that_grows_too_deep_is_said_so_beside_what_was_filled_in(ada: FlaskClient, scene: Scene) -> None:
    while press(ada, "0", "into-any").status_code == 303:
        pass
    assert "Nobody could read this rule any more." in words_of(press(ada, "0", "into-any"))
    deepest = "-".join("0" * 6)
    answer = add(ada, "group", under=f"{deepest}-0")
    assert answer.status_code == 422
    assert "Nobody could read this rule any more." in words_of(answer)
    page(ada)
    page(ada, "/subjects")


def test_a_count_before_saving_saves_nothing(ada: FlaskClient, scene: Scene) -> None:
    fields = {"course": str(scene.second.id), "count": "y"}
    answer = add(ada, "certified", **fields)
    assert answer.status_code == 200
    words = words_of(answer)
    assert "This alone is met today by 1 practitioner in 1 city" in words
    assert "With it, the whole rule is met by 1 practitioner in 1 city" in words
    assert ruled().draft is None
    piece = ada.get(f"{EDITOR}/count?kind=certified&course={scene.second.id}").get_data(as_text=True)
    assert "1 practitioner in 1 city" in piece
    assert "Once it is filled in" in ada.get(f"{EDITOR}/count?kind=certified&course=").get_data(as_text=True)


def test_a_new_part_on_an_old_page_is_not_counted_in_another_rule(app: Flask, ada: FlaskClient, scene: Scene) -> None:
    add(ada, "group", how="any")
    form = sent(ada.get(f"{EDITOR}/parts/new?kind=certified&under=1").get_data(as_text=True))
    filled = form | {"course": [str(scene.second.id)], "count": ["y"]}
    press(signed_in(app.test_client(), scene.omar), "1", "remove")  # and with it the group it was to stand in
    answer = send(ada, "/parts/new", **filled)
    assert answer.status_code == 409
    assert "Omar Haddad changed this rule" in words_of(answer) and "This alone is met" not in words_of(answer)
    again = sent(answer.get_data(as_text=True))
    counted = send(ada, "/parts/new", **again | {"under": ["whole"], "count": ["y"]})
    assert counted.status_code == 200 and "This alone is met today by 1 practitioner" in words_of(counted)


def test_an_empty_score_is_explained_as_it_is_meant(ada: FlaskClient, scene: Scene) -> None:
    said = {kind: page(ada, f"/parts/new?kind={kind}&under=whole") for kind in ("passed", "completed")}
    own = "Leave it empty to ask for the pass mark of the quiz itself."
    any_completion = "Leave it empty where any completion counts."
    assert {kind: (own in words, any_completion in words) for kind, words in said.items()} == {
        "passed": (True, False), "completed": (False, True),
    }  # fmt: skip


def test_the_preview_says_which_cities_gain_and_lose(ada: FlaskClient, scene: Scene) -> None:
    add(ada, "certified", course=str(scene.second.id))
    words = page(ada, "/preview")
    assert "0 cities could apply that cannot today, 1 city no longer could." in words
    assert "Of people, 0 come in and 1 falls out." in words
    assert "Ghent Belgium Loses 1" in words
    assert "Hold a valid certificate in “The city’s part” New" in words


def test_examples_are_proposed_and_anybody_can_be_looked_at(ada: FlaskClient, scene: Scene) -> None:
    add(ada, "certified", course=str(scene.second.id))
    words = page(ada, "/subjects")
    assert "Somebody who meets it, as before Hedi Jaziri Sfax" in words
    assert "Somebody who gains: meets the draft, not the rule in force There is nobody like that today." in words
    assert "Somebody who loses: meets the rule in force, not the draft Lena Maes Ghent 1 step away" in words
    assert words.count("Lena Maes") == 1
    assert "Somebody far off Nadia Ben Amor Sfax 2 steps away" in words
    assert "Lena Maes" in page(ada, "/subjects?q=lena")
    send(ada, "/draft/removal", seen=seen())
    words = page(ada, "/subjects")
    assert "Somebody who meets it Hedi Jaziri Sfax" in words
    assert "Somebody one step away Nadia Ben Amor Sfax 1 step away" in words
    assert "gains" not in words and "loses" not in words
    add(ada, "certified", course=str(scene.second.id))
    assert "Nobody and no city has these words" in page(ada, "/subjects?q=zzz")
    assert "1 step" not in page(ada, f"/subjects?person={scene.hedi.id}")
    assert "1 of its 2 practitioners meet it." in page(ada, f"/subjects?city={scene.sfax.id}")
    page(ada, "/subjects?person=99999", 404)
    page(ada, "/subjects?city=99999", 404)


def test_who_is_out_of_reach_is_no_steps_away(ada: FlaskClient, scene: Scene) -> None:
    add(ada, "city_in", countries=["BE"])
    for asked in (f"person={scene.hedi.id}", f"city={scene.sfax.id}"):
        words = page(ada, f"/subjects?{asked}")
        assert "Not open to this city" in words
        assert "step away" not in words and "steps away" not in words


def test_before_opening_a_version_is_put_in_force_at_once(ada: FlaskClient, scene: Scene) -> None:
    add(ada, "certified", course=str(scene.second.id))
    words = page(ada, "/versions/new")
    assert "Put this rule in force" in words
    assert "Everybody can read this on the page of the call." in words
    form = {"seen": seen(), "at_once": "y", "reason": "", "approved_by": "the board", "approved_on": "2026-11-20"}
    answer = send(ada, "/versions/new", **(form))
    assert answer.status_code == 422
    assert "Say why: everybody can read it in the change log of the call." in words_of(answer)
    answer = send(ada, "/versions/new", **(form | {"reason": "The board asked."}))
    assert answer.location.endswith("/versions/2")
    words = page(ada, "/versions/2")
    assert "In force" in words
    assert "Decided on by the board, 20 November 2026" in words
    versions = page(ada, "/versions")
    assert "Rule 2 In force Ada Okafor" in versions
    assert "Rule 1 Former" in versions
    assert send(ada, "/versions/1/draft", seen=seen()).status_code == 303
    assert rule() == All(of=(Completed(scene.first.id),))


def test_a_draft_that_changed_meanwhile_keeps_what_was_typed_about_the_version(
    app: Flask, ada: FlaskClient, scene: Scene
) -> None:
    add(ada, "certified", course=str(scene.second.id))
    form = {"seen": seen(), "at_once": "y", "reason": "Of the audit.", "approved_by": "the board"}
    add(signed_in(app.test_client(), scene.omar), "member_for", months="12")
    answer = send(ada, "/versions/new", **form | {"approved_on": "2026-11-20"})
    assert answer.status_code == 409
    assert "Somebody changed this rule while you had it open." in words_of(answer)
    again = sent(answer.get_data(as_text=True))
    kept = {name: again[name] for name in ("reason", "approved_by", "approved_on", "seen")}
    assert kept == {
        "reason": ["Of the audit."], "approved_by": ["the board"], "approved_on": ["2026-11-20"], "seen": [seen()],
    }  # fmt: skip
    assert send(ada, "/versions/new", **again).status_code == 303


def test_a_rule_with_a_fault_keeps_what_was_typed_about_the_version(ada: FlaskClient) -> None:
    add(ada, "group", how="any")
    answer = send(ada, "/versions/new", seen=seen(), at_once="y", reason="Of the audit.")
    assert answer.status_code == 422
    assert "Something has to be put right first." in words_of(answer)
    assert sent(answer.get_data(as_text=True))["reason"] == ["Of the audit."]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-11-20", "20 November 2026 is over before the call opens"),
        ("2029-01-30", ""),
        ("2029-01-31", "A certificate in “The city’s part” is valid for 24 months. Even one from the day on which"),
    ],
)
def test_a_day_until_which_no_certificate_can_last_is_said(ada: FlaskClient, scene: Scene, day: str, said: str) -> None:
    """The call closes on 31 January 2027 at 17:00 UTC."""
    add(ada, "certified", course="The city’s part (schools)", valid_on=day)
    words = page(ada)
    assert said in words if said else "Choose a later day" not in words and "Choose an earlier day" not in words
    answer = send(ada, "/versions/new", seen=seen(), at_once="y", reason="A day")
    assert answer.status_code == (422 if day == "2029-01-31" else 303)


@opened
def test_a_day_that_is_over_is_said(ada: FlaskClient, scene: Scene) -> None:
    add(ada, "certified", course="The city’s part (schools)", valid_on="2026-11-19")
    assert "19 November 2026 is over, so this only asks for a certificate that is valid now." in page(ada)


def test_a_call_that_opens_while_its_form_stands_open_keeps_what_was_typed(ada: FlaskClient, scene: Scene) -> None:
    add(ada, "certified", course=str(scene.second.id))
    with clock.at(scene.call.opens_at):
        form = {"seen": seen(), "at_once": "y", "reason": "Because of the audit."}
        answer = send(ada, "/versions/new", **(form))
        assert answer.status_code == 409
        words = words_of(answer)
        assert "The call opened meanwhile" in words
        assert "Because of the audit." in words
        assert "Propose it" in words
        answer = send(ada, "/versions/new", **(form | {"at_once": ""}))
    assert answer.status_code == 303
    assert ruled().waiting == 2


@opened
def test_after_opening_another_person_approves_what_was_proposed(app: Flask, ada: FlaskClient, scene: Scene) -> None:
    add(ada, "certified", course=str(scene.second.id))
    answer = send(ada, "/versions/new", seen=seen(), reason=" ")
    assert answer.status_code == 422
    assert "Say why: everybody can read it in the change log of the call." in words_of(answer)
    send(ada, "/versions/new", seen=seen(), reason="A certificate shows more.")
    words = page(ada, "/versions/2")
    assert "You wrote this rule, so another administrator approves or dismisses it." in words
    assert "Approve rule 2" not in words
    assert send(ada, "/versions/2/approval").status_code == 403
    omar = signed_in(app.test_client(), scene.omar)
    assert "A new rule of “Local Innovation Grant 2027” waits" in words_of(omar.get("/notices"))
    words = page(omar, "/versions/2")
    assert "In force: rule 1" in words
    assert "Proposed: rule 2" in words
    assert "Ghent Belgium Loses 1" in words
    assert "A certificate shows more." in words
    assert send(omar, "/versions/2/approval").status_code == 303
    assert "Approved by Omar Haddad" in page(omar, "/versions/2")
    assert "Your new rule of “Local Innovation Grant 2027” is approved and in force" in words_of(ada.get("/notices"))
    again = send(omar, "/versions/2/approval")
    assert again.status_code == 409
    assert "Somebody else has decided on this rule." in words_of(again)


@opened
def test_what_is_dismissed_says_why(app: Flask, ada: FlaskClient, scene: Scene) -> None:
    add(ada, "certified", course=str(scene.second.id))
    send(ada, "/versions/new", seen=seen(), reason="A certificate shows more.")
    omar = signed_in(app.test_client(), scene.omar)
    answer = send(omar, "/versions/2/dismissal", why="")
    assert answer.status_code == 422
    assert "Say why, for whoever proposed it." in words_of(answer)
    assert send(omar, "/versions/2/dismissal", why="Too hard.").status_code == 303
    assert "Omar Haddad dismissed it on" in page(ada, "/versions/2")
    assert "Your new rule of “Local Innovation Grant 2027” is dismissed: “Too hard.”" in words_of(ada.get("/notices"))
    assert "Dismissed: Too hard." in page(ada, "/versions")
    assert ruled().in_force.number == 1  # type: ignore[union-attr]


@opened
def test_its_author_takes_a_proposal_back(app: Flask, ada: FlaskClient, scene: Scene) -> None:
    add(ada, "certified", course=str(scene.second.id))
    send(ada, "/versions/new", seen=seen(), reason="A certificate shows more.")
    assert "Take rule 2 back" in page(ada, "/versions/2")
    omar = signed_in(app.test_client(), scene.omar)
    assert "Take rule 2 back" not in page(omar, "/versions/2")
    refused = send(omar, "/versions/2/taking-back")
    assert refused.status_code == 403
    assert "Only who proposed a rule can take it back." in words_of(refused)
    assert send(ada, "/versions/2/taking-back").status_code == 303
    words = page(ada, "/versions/2")
    assert "Ada Okafor took it back on" in words
    assert "Start the next rule from this one" in words
    assert "Rule 2 Taken back" in page(ada, "/versions")


@opened
def test_a_closed_call_offers_no_rule_to_put_in_force(app: Flask, ada: FlaskClient, scene: Scene) -> None:
    add(ada, "certified", course=str(scene.second.id))
    form = {"seen": seen(), "reason": "Because of the audit."}
    with clock.at(scene.call.closes_at):
        words = page(ada, "/versions/new")
        assert "The call has closed, so the rule that was in force then stays." in words
        assert "Propose it" not in words
        assert "The call has closed" in words_of(send(ada, "/versions/new", **form))
    send(ada, "/versions/new", **form)
    omar = signed_in(app.test_client(), scene.omar)
    with clock.at(scene.call.closes_at):
        words = page(omar, "/versions/2")
        assert "Approve rule 2" not in words
        assert "Dismiss rule 2" in words
        assert "The call has closed" in words_of(send(omar, "/versions/2/approval"))


def test_suggestions_are_the_titles_of_what_is_published(ada: FlaskClient) -> None:
    assert ada.get(f"{EDITOR}/choices/courses").get_json() == [
        "The city’s part (prevention)",
        "The city’s part (schools)",
    ]
    assert ada.get(f"{EDITOR}/choices/kings").status_code == 404


def test_a_call_that_is_not_there_is_said_so(ada: FlaskClient) -> None:
    assert ada.get("/administration/grants/nothing/rule").status_code == 404
