"""Giving applications to reviewers, and what reviewers see and write."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person, PersonRole, PersonState, Role
from app.core import audit, clock
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants.appeals import queries as appeal_queries
from app.grants.decisions import services as decision_services
from app.grants.decisions.services import REFUSED, Decision
from app.grants.models import Application, ApplicationFile, ApplicationState, GrantCall, Review, ReviewState
from app.grants.reviews import conflicts as review_conflicts
from app.grants.reviews import services as review_services
from app.grants.reviews.conflicts import Conflict
from app.grants.reviews.errors import OwnInterest
from app.messages.models import Notice
from tests.factories import a_city, a_person
from tests.grants.committee import LIST, Committee, browser, words
from tests.grants.factories import DAY, NOW, a_review, moved

WRITTEN = {"points.need": "4", "points.idea": "5", "remark.need": "Clear.", "comment": "A good one.", "version": "1"}


def reviews() -> dict[tuple[int, int], Review]:
    db.session.rollback()
    rows = db.session.scalars(sa.select(Review)).all()
    return {(row.application_id, row.person_id): row for row in rows}


def test_reviews_are_given_evenly_as_the_page_showed(app: Flask, committee: Committee) -> None:
    client = browser(app, committee.ada)
    people = "&".join(f"person={person.id}" for person in (committee.rosa, committee.theo, committee.mona))
    answer = client.get(f"{LIST}/reviewers?{people}&each=2")
    assert "Give 6 reviews" in words(answer)
    pairs = [part.split('"')[0] for part in answer.get_data(as_text=True).split('name="pair" value="')[1:]]
    assert client.post(f"{LIST}/reviewers", data={"pair": pairs}).status_code == 303
    counts = [
        sum(person == who.id for _one, person in reviews()) for who in (committee.rosa, committee.theo, committee.mona)
    ]
    assert counts == [2, 2, 2]
    notices = db.session.scalars(sa.select(Notice).where(Notice.kind == "review_assigned")).all()
    assert len(notices) == 6
    assert "asked to review the application of" in words(browser(app, committee.rosa).get("/notices"))


def test_giving_twice_gives_once(app: Flask, committee: Committee) -> None:
    pairs = {"pair": [f"{committee.of_sfax.id}:{committee.rosa.id}"]}
    client = browser(app, committee.ada)
    client.post(f"{LIST}/reviewers", data=pairs)
    client.post(f"{LIST}/reviewers", data=pairs)
    assert len(reviews()) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Notice)) == 1


def test_a_person_is_found_by_name_or_address_and_needs_an_account_in_use(app: Flask, committee: Committee) -> None:
    a_person("Rosalind Gone", state=PersonState.LEFT)
    client = browser(app, committee.ada)
    found = words(client.get(f"{LIST}/reviewers?q=rosa"))
    assert "Rosa Prado" in found and "Rosalind" not in found
    assert "Rosa Prado" in words(client.get(f"{LIST}/reviewers?q={committee.rosa.email}"))


def test_who_has_few_reviews_is_suggested_first(app: Flask, committee: Committee) -> None:
    a_review(committee.of_sfax, committee.rosa, committee.ada)
    a_review(committee.of_ghent, committee.rosa, committee.ada)
    a_review(committee.of_ghent, committee.theo, committee.ada)
    said = words(browser(app, committee.ada).get(f"{LIST}/reviewers"))
    assert said.index("Theo Brandt") < said.index("Rosa Prado")
    assert "2 reviews to write" in said and "Mona" not in said


def conflict_between(application: Application, person: Person) -> Conflict | None:
    return review_conflicts.list_conflicts([application.id], [person.id]).get((application.id, person.id))


def test_whoever_has_to_do_with_the_city_has_a_conflict(committee: Committee) -> None:
    left_since = a_person("Left since it opened", city=committee.sfax)
    moved(left_since, committee.kumasi, NOW - 50 * DAY)
    left_before = a_person("Left before", city=committee.sfax)
    moved(left_before, committee.kumasi, NOW - 70 * DAY)
    wrote = a_person("Wrote for them", city=committee.ghent)
    with unit_of_work():
        row = db.session.get_one(Application, committee.of_sfax.id)
        row.endorsed_by_id = wrote.id
    assert conflict_between(committee.of_sfax, committee.amina) is Conflict.CITY
    assert conflict_between(committee.of_sfax, committee.salma) is Conflict.CITY
    assert conflict_between(committee.of_sfax, left_since) is Conflict.CITY
    assert conflict_between(committee.of_sfax, left_before) is None
    assert conflict_between(committee.of_kumasi, left_before) is Conflict.CITY
    assert conflict_between(committee.of_sfax, wrote) is Conflict.WORKED
    assert conflict_between(committee.of_sfax, committee.rosa) is None


def test_a_coordinator_from_elsewhere_has_a_conflict(committee: Committee) -> None:
    with unit_of_work():
        db.session.add(
            PersonRole(
                person_id=committee.rosa.id, role=Role.COORDINATOR, city_id=committee.sfax.id, from_at=NOW - 90 * DAY,
                to_at=NOW - 30 * DAY,
            )
        )  # fmt: skip
    assert conflict_between(committee.of_sfax, committee.rosa) is Conflict.COORDINATOR


def test_work_that_another_took_the_place_of_is_remembered(committee: Committee) -> None:
    with unit_of_work():
        audit.record("application.write", f"application:{committee.of_sfax.id}", actor_id=committee.rosa.id)
    assert conflict_between(committee.of_sfax, committee.rosa) is Conflict.WORKED
    assert conflict_between(committee.of_ghent, committee.rosa) is None


def test_only_what_can_be_reviewed_now_waits_for_a_review(app: Flask, committee: Committee) -> None:
    rosa = committee.rosa
    for one in (committee.of_sfax, committee.of_ghent, committee.of_kumasi):
        a_review(one, rosa, committee.ada)
    client = browser(app, rosa)
    assert "3 applications wait for your review." in words(client.get("/grants"))
    with unit_of_work():
        db.session.get_one(Application, committee.of_ghent.id).state = ApplicationState.REFUSED
    assert "2 applications wait for your review." in words(client.get("/grants"))
    with unit_of_work():
        db.session.get_one(Application, committee.of_ghent.id).state = ApplicationState.WITHDRAWN
    moved(rosa, committee.kumasi, NOW)
    assert "1 application waits for your review." in words(client.get("/grants"))
    with unit_of_work():
        db.session.get_one(GrantCall, committee.call.id).closes_at = NOW + DAY
    assert "for your review" not in words(client.get("/grants"))
    with clock.at(NOW + DAY):
        assert "1 application waits for your review." in words(client.get("/grants"))
    mine = reviews()[committee.of_sfax.id, rosa.id].id
    with unit_of_work():
        review_services.decline(review_id=mine, by=rosa.id, why="My sister.")
    with clock.at(NOW + DAY):
        assert "for your review" not in words(client.get("/grants"))


def test_who_is_left_out_is_said_with_the_reason(app: Flask, committee: Committee) -> None:
    people = f"person={committee.lena.id}&person={committee.rosa.id}&each=2"
    said = words(browser(app, committee.ada).get(f"{LIST}/reviewers?{people}"))
    assert "Lena Maes does not get Ghent: belongs to Ghent, or did since the call opened." in said
    assert "Ghent still lacks 1 reviewer. Choose more people." in said


def test_a_conflict_is_refused_whatever_is_sent(app: Flask, committee: Committee) -> None:
    client = browser(app, committee.ada)
    client.post(f"{LIST}/reviewers", data={"pair": [f"{committee.of_ghent.id}:{committee.lena.id}", "x", "9:9"]})
    assert reviews() == {}
    assert "Some were left out" in words(client.get(LIST))


def test_an_administrator_of_the_city_gives_its_application_to_nobody(committee: Committee) -> None:
    moved(committee.ada, committee.ghent, NOW - DAY)
    with unit_of_work():
        done = review_services.assign(
            call_id=committee.call.id, pairs=[(committee.of_ghent.id, committee.rosa.id)], by=committee.ada.id
        )
    assert (done.given, done.left_out) == (0, 1)


def test_whoever_could_read_a_review_gives_none(app: Flask, committee: Committee) -> None:
    pairs = [(committee.of_sfax.id, person.id) for person in (committee.ada, committee.mona)]
    a_review(committee.of_sfax, committee.rosa, committee.abel, comment="Only drafted.")
    a_review(committee.of_sfax, committee.theo, committee.abel, scores={"need": 1, "idea": 1}, comment="Theo says no.")
    people = f"person={committee.ada.id}&person={committee.mona.id}&application={committee.of_sfax.id}&each=4"
    said = words(browser(app, committee.abel).get(f"{LIST}/reviewers?{people}"))
    assert "Ada Okafor does not get Sfax: can read, as an administrator, a review that is handed in." in said
    assert "Give 1 review" in said and "Sfax still lacks 1 reviewer." in said
    with unit_of_work():
        done = review_services.assign(call_id=committee.call.id, pairs=pairs, by=committee.abel.id)
    assert (done.given, done.left_out) == (1, 1)  # Ada administers the network and may have seen what Theo says
    assert {review.person_id for review in reviews().values()} >= {committee.mona.id}
    assert committee.ada.id not in {review.person_id for review in reviews().values()}


def test_an_administrator_gives_a_review_as_long_as_none_is_handed_in(app: Flask, committee: Committee) -> None:
    a_review(committee.of_sfax, committee.rosa, committee.abel, comment="Only drafted.")
    with unit_of_work():
        done = review_services.assign(
            call_id=committee.call.id, pairs=[(committee.of_sfax.id, committee.ada.id)], by=committee.abel.id
        )
    assert (done.given, done.left_out) == (1, 0)


def test_a_review_is_saved_as_a_draft_and_handed_in_once_complete(app: Flask, committee: Committee) -> None:
    review = a_review(committee.of_sfax, committee.rosa, committee.ada)
    client, address = browser(app, committee.rosa), f"/reviews/{review.id}"
    assert "Street lamps that learn." in words(client.get(address))
    half = {**WRITTEN, "points.idea": ""}
    refused = words(client.post(address, data={**half, "action": "hand_in"}), 422)
    assert "Give your points before you hand in." in refused and "A good one." in refused
    assert client.post(address, data=half).status_code == 303
    (row,) = reviews().values()
    assert (row.state, row.scores, row.remarks) == (ReviewState.ASSIGNED, {"need": 4}, {"need": "Clear."})
    done = {**WRITTEN, "version": str(row.version_id), "action": "hand_in"}
    assert client.post(address, data=done).status_code == 303
    (row,) = reviews().values()
    assert (row.state, row.scores, row.submitted_at) == (ReviewState.SUBMITTED, {"need": 4, "idea": 5}, NOW)
    again = client.post(address, data={**done, "version": str(row.version_id)})
    assert again.status_code == 409
    assert "72.5%" in words(client.get(address))


@pytest.mark.parametrize("points", ["-1", "6", "4.5", "x", "9" * 400])
def test_points_outside_are_refused_and_nothing_typed_is_lost(app: Flask, committee: Committee, points: str) -> None:
    review = a_review(committee.of_sfax, committee.rosa, committee.ada)
    answer = browser(app, committee.rosa).post(f"/reviews/{review.id}", data={**WRITTEN, "points.need": points})
    assert "A good one." in words(answer, 422)
    assert next(iter(reviews().values())).scores == {}


def test_two_windows_of_one_reviewer_lose_nothing(app: Flask, committee: Committee) -> None:
    review = a_review(committee.of_sfax, committee.rosa, committee.ada)
    client, address = browser(app, committee.rosa), f"/reviews/{review.id}"
    client.post(address, data=WRITTEN)
    answer = client.post(address, data={**WRITTEN, "comment": "From the other window."})
    said = words(answer, 409)
    assert "saved in another window" in said and "From the other window." in said
    assert next(iter(reviews().values())).comment == "A good one."
    version = str(next(iter(reviews().values())).version_id)
    assert f'name="version" type="hidden" value="{version}"' in answer.get_data(as_text=True)


def test_what_was_typed_after_handing_in_in_another_window_is_given_back(app: Flask, committee: Committee) -> None:
    review = a_review(committee.of_sfax, committee.rosa, committee.ada)
    client, address = browser(app, committee.rosa), f"/reviews/{review.id}"
    done = {**WRITTEN, "action": "hand_in"}
    assert client.post(address, data=done).status_code == 303
    said = words(client.post(address, data={**WRITTEN, "comment": "On second thoughts."}), 409)
    assert "You handed in this review on" in said and "It was not saved." in said and "On second thoughts." in said
    said = words(client.post(address, data=done), 409)  # pressed twice: nothing is lost
    assert "You handed in this review on" in said and "It was not saved." not in said
    assert next(iter(reviews().values())).comment == "A good one."


def test_reviewers_see_nothing_of_each_other_before_handing_in(app: Flask, committee: Committee) -> None:
    mine = a_review(committee.of_sfax, committee.rosa, committee.ada)
    a_review(
        committee.of_sfax,
        committee.theo,
        committee.ada,
        scores={"need": 1, "idea": 1},
        comment="Theo does not like it.",
    )
    a_review(committee.of_sfax, committee.mona, committee.ada, comment="Mona only drafts.")
    client, address = browser(app, committee.rosa), f"/reviews/{mine.id}"
    for page in (address, "/reviews", "/notices"):
        said = client.get(page).get_data(as_text=True)
        assert "Theo" not in said and "Mona" not in said
    client.post(address, data={**WRITTEN, "action": "hand_in"})
    said = words(client.get(address))
    assert "Theo does not like it." in said and "Mona" not in said


def test_an_administrator_who_reviews_sees_the_others_once_they_handed_in(app: Flask, committee: Committee) -> None:
    mine = a_review(committee.of_sfax, committee.ada, committee.abel)
    a_review(committee.of_sfax, committee.theo, committee.abel, scores={"need": 1, "idea": 1}, comment="Theo says no.")
    client = browser(app, committee.ada)
    for page in (LIST, f"{LIST}/{committee.of_sfax.id}"):
        said = words(client.get(page))
        assert "Theo" not in said and "20.0%" not in said and "17.5%" not in said
        assert "You review this application yourself." in said
    client.post(f"/reviews/{mine.id}", data={**WRITTEN, "action": "hand_in"})
    assert "Theo says no." in words(client.get(f"{LIST}/{committee.of_sfax.id}"))


def test_a_reviewer_who_moves_into_the_city_loses_the_application(app: Flask, committee: Committee) -> None:
    review = a_review(committee.of_sfax, committee.rosa, committee.ada)
    client, address = browser(app, committee.rosa), f"/reviews/{review.id}"
    (file_id,) = files_of(committee.of_sfax)
    assert client.get(f"{address}/files/{file_id}").status_code == 200
    moved(committee.rosa, committee.sfax, NOW - DAY)
    assert client.get(address).status_code == 404
    assert client.get(f"{address}/files/{file_id}").status_code == 404
    assert client.post(address, data=WRITTEN).status_code == 404
    assert client.post(f"{address}/conflict", data={"why": "I moved."}).status_code == 404
    assert "Nothing to review" in words(client.get("/reviews"))
    said = words(browser(app, committee.ada).get(f"{LIST}/{committee.of_sfax.id}"))
    assert "Can no longer review it: belongs to Sfax, or did since the call opened." in said


def test_declaring_a_conflict_takes_the_application_away(app: Flask, committee: Committee) -> None:
    review = a_review(committee.of_sfax, committee.rosa, committee.ada, comment="A draft.")
    client, address = browser(app, committee.rosa), f"/reviews/{review.id}"
    assert "Say in a sentence what the conflict is." in words(
        client.post(f"{address}/conflict", data={"why": " "}), 422
    )
    assert client.post(f"{address}/conflict", data={"why": "My sister leads it."}).status_code == 303
    assert client.get(address).status_code == 404
    (row,) = reviews().values()
    assert (row.state, row.declined_why, row.comment) == (ReviewState.DECLINED, "My sister leads it.", "")
    assert "My sister leads it." in words(browser(app, committee.ada).get(f"{LIST}/{committee.of_sfax.id}"))
    with unit_of_work():
        pair = [(committee.of_sfax.id, committee.rosa.id)]
        assert review_services.assign(call_id=committee.call.id, pairs=pair, by=committee.ada.id).given == 0


def test_nothing_of_a_review_changes_after_the_decision(app: Flask, committee: Committee) -> None:
    review = a_review(committee.of_sfax, committee.rosa, committee.ada)
    with unit_of_work():
        decided = {committee.of_sfax.id: Decision(REFUSED, None, "Too dear.")}
        decision_services.decide(call_id=committee.call.id, decisions=decided, by=committee.ada.id)
    client, address = browser(app, committee.rosa), f"/reviews/{review.id}"
    typed = {**WRITTEN, "points.need": "lots"}
    for sent, status in ((WRITTEN, 409), (typed, 422)):
        said = words(client.post(address, data=sent), status)
        assert "can no longer be written" in said and "It was not saved." in said and "see the fields" not in said
        assert f"Need {sent['points.need']} Clear. Idea 5 A good one." in said
    assert client.post(f"{address}/conflict", data={"why": "Late."}).status_code == 409
    assert "can no longer be written" in words(client.get(address))
    taken_back = f"{LIST}/{committee.of_sfax.id}/reviews/{review.id}/removal"
    assert browser(app, committee.ada).post(taken_back).status_code == 409
    assert next(iter(reviews().values())).scores == {}


def test_a_review_can_be_taken_back_until_it_is_handed_in(app: Flask, committee: Committee) -> None:
    given = a_review(committee.of_sfax, committee.rosa, committee.ada)
    done = a_review(committee.of_sfax, committee.theo, committee.ada, scores={"need": 1, "idea": 1})
    client, address = browser(app, committee.ada), f"{LIST}/{committee.of_sfax.id}/reviews"
    assert client.post(f"{address}/{given.id}/removal").status_code == 303
    assert client.post(f"{address}/{done.id}/removal").status_code == 409
    assert client.post(f"{LIST}/{committee.of_ghent.id}/reviews/{done.id}/removal").status_code == 404
    assert [row.id for row in reviews().values()] == [done.id]


def test_who_no_longer_reviews_is_told_and_loses_nothing_typed(app: Flask, committee: Committee) -> None:
    given = a_review(committee.of_sfax, committee.rosa, committee.ada)
    client, address = browser(app, committee.rosa), f"/reviews/{given.id}"
    removal = f"{LIST}/{committee.of_sfax.id}/reviews/{given.id}/removal"
    assert browser(app, committee.ada).post(removal).status_code == 303
    told = words(client.get("/notices"))
    assert "You no longer review the application of Sfax for “Local Innovation Grant 2027”." in told
    typed = {**WRITTEN, "points.need": "lots"}
    for action in ("save", "hand_in"):
        said = words(client.post(address, data={**typed, "action": action}), 409)
        assert "This review was taken back" in said and "It was not saved." in said
        assert "Need lots Clear. Idea 5 A good one." in said
    said = words(client.get(address), 404)
    assert "This review was taken back" in said and "What you typed" not in said
    for why in ("My sister leads it.", ""):
        assert "This review was taken back" in words(client.post(f"{address}/conflict", data={"why": why}), 409)
    for stranger in (committee.theo, committee.ada):
        assert "taken back" not in words(browser(app, stranger).post(address, data=WRITTEN), 404)


def test_each_who_gets_a_review_is_told_also_of_one_that_was_taken_back_before(
    app: Flask, committee: Committee
) -> None:
    client = browser(app, committee.ada)
    for hours, person in enumerate((committee.rosa, committee.theo, committee.rosa)):
        with clock.at(NOW + timedelta(hours=hours)):
            client.post(f"{LIST}/reviewers", data={"pair": f"{committee.of_sfax.id}:{person.id}"})
            (review,) = reviews().values()
            client.post(f"{LIST}/{committee.of_sfax.id}/reviews/{review.id}/removal")
    assert reviews() == {}
    rows = db.session.execute(sa.select(Notice.kind, Notice.person_id).order_by(Notice.id)).all()
    kinds = ("review_assigned", "review_released")
    assert rows == [(k, p.id) for p in (committee.rosa, committee.theo, committee.rosa) for k in kinds]


def test_a_reviewer_whose_account_is_closed_is_marked(app: Flask, committee: Committee) -> None:
    a_review(committee.of_sfax, committee.rosa, committee.ada)
    client, page = browser(app, committee.ada), f"{LIST}/{committee.of_sfax.id}"
    assert "Rosa Prado To be written" in words(client.get(page))
    with unit_of_work():
        db.session.get_one(Person, committee.rosa.id).state = PersonState.LEFT
    said = words(client.get(page))
    assert "Rosa Prado has left; choose somebody else" in said and "To be written" not in said


def test_an_older_page_takes_back_no_declared_conflict(app: Flask, committee: Committee) -> None:
    declared = a_review(committee.of_sfax, committee.rosa, committee.ada)
    handed_in = a_review(committee.of_sfax, committee.theo, committee.ada)
    client, address = browser(app, committee.ada), f"{LIST}/{committee.of_sfax.id}/reviews"
    browser(app, committee.rosa).post(f"/reviews/{declared.id}/conflict", data={"why": "My sister leads it."})
    browser(app, committee.theo).post(f"/reviews/{handed_in.id}", data={**WRITTEN, "action": "hand_in"})
    said = words(client.post(f"{address}/{declared.id}/removal"), 409)
    assert "Rosa Prado declared a conflict of interest meanwhile; nobody can take that back." in said
    assert "Theo Brandt handed in this review meanwhile" in words(client.post(f"{address}/{handed_in.id}/removal"), 409)
    assert {row.state for row in reviews().values()} == {ReviewState.DECLINED, ReviewState.SUBMITTED}
    assert conflict_between(committee.of_sfax, committee.rosa) is Conflict.DECLARED


def test_another_reviewers_page_is_not_found(app: Flask, committee: Committee) -> None:
    review = a_review(committee.of_sfax, committee.rosa, committee.ada)
    for stranger in (committee.theo, committee.salma, committee.ada, a_person(city=a_city())):
        assert browser(app, stranger).get(f"/reviews/{review.id}").status_code == 404


@pytest.mark.parametrize("before", [0 * DAY, 11 * DAY])
def test_what_a_city_takes_back_is_closed_to_reviewers_and_stays_in_their_list(
    app: Flask, committee: Committee, before: timedelta
) -> None:
    """While the call is open the city may submit it again, of which they are told."""
    review, (file,) = (
        a_review(committee.of_sfax, committee.rosa, committee.ada, comment="Mine."),
        files_of(committee.of_sfax),
    )
    with unit_of_work():
        db.session.get_one(Application, committee.of_sfax.id).state = ApplicationState.WITHDRAWN
    with clock.at(NOW - before):
        client = browser(app, committee.rosa)
        assert "Taken back by the city Sfax Local Innovation Grant 2027 Given to you" in words(client.get("/reviews"))
        said = words(client.get(f"/reviews/{review.id}"))
        assert ("Sfax has taken its application back. You are told if it submits it again" in said) == bool(before)
        assert ("Sfax took its application back and did not submit it again" in said) != bool(before)
        assert "What the city wrote" not in said and "Declare a conflict" not in said and "Hand in" not in said
        assert client.get(f"/reviews/{review.id}/files/{file}").status_code == 404
        said = words(client.post(f"/reviews/{review.id}", data={**WRITTEN, "comment": "Typed."}), 409)
        assert "It was not saved." in said and "Typed." in said and "What the city wrote" not in said
        assert client.post(f"/reviews/{review.id}/conflict", data={"why": "Late."}).status_code == 409
        assert "waits for your review" not in words(client.get("/grants"))
    assert next(iter(reviews().values())).comment == "Mine."


def test_a_draft_of_a_city_is_not_there_for_reviewers(app: Flask, committee: Committee) -> None:
    review = a_review(committee.of_sfax, committee.rosa, committee.ada)
    with unit_of_work():
        db.session.get_one(Application, committee.of_sfax.id).state = ApplicationState.DRAFT
    client = browser(app, committee.rosa)
    assert client.get(f"/reviews/{review.id}").status_code == 404
    assert client.post(f"/reviews/{review.id}", data=WRITTEN).status_code in (404, 409)
    assert "Nothing to review" in words(client.get("/reviews"))


def test_a_file_comes_only_with_its_own_application(app: Flask, committee: Committee) -> None:
    review = a_review(committee.of_sfax, committee.rosa, committee.ada)
    (own,), (other,) = files_of(committee.of_sfax), files_of(committee.of_ghent)
    client = browser(app, committee.rosa)
    answer = client.get(f"/reviews/{review.id}/files/{own}")
    assert answer.data == b"The papers of Sfax"
    decided = browser(app, committee.ada).get(f"{LIST}/{committee.of_sfax.id}/files/{own}")
    for one in (answer, decided):
        assert one.headers["Content-Disposition"] == "attachment; filename=papers.pdf"
        assert one.headers["Cache-Control"] == "private, no-store"
        assert one.headers["Content-Length"] == str(len(b"The papers of Sfax"))
    assert client.get(f"/reviews/{review.id}/files/{other}").status_code == 404


def files_of(application: Application) -> list[int]:
    return list(
        db.session.scalars(sa.select(ApplicationFile.id).where(ApplicationFile.application_id == application.id))
    )


def test_the_list_of_calls_says_what_waits_for_a_review(app: Flask, committee: Committee) -> None:
    review = a_review(committee.of_sfax, committee.rosa, committee.ada)
    client = browser(app, committee.rosa)
    assert "1 application waits for your review." in words(client.get("/grants"))
    client.post(f"/reviews/{review.id}", data={**WRITTEN, "action": "hand_in"})
    assert "for your review" not in words(client.get("/grants"))


@pytest.mark.parametrize("state", ApplicationState)
def test_a_review_is_still_to_hand_in_while_the_application_waits(
    committee: Committee, state: ApplicationState
) -> None:
    a_review(committee.of_sfax, committee.ada, committee.abel)
    a_review(committee.of_ghent, committee.ada, committee.abel, scores={"need": 1, "idea": 1})
    with unit_of_work():
        for row in (committee.of_sfax, committee.of_ghent):
            db.session.get_one(Application, row.id).state = state
    waits = {committee.of_sfax.id} if state is ApplicationState.SUBMITTED else set()
    asked = sa.select(Application.id).where(review_conflicts.has_to_review(committee.ada.id))
    assert set(db.session.scalars(asked)) == waits
    assert review_conflicts.list_kept(committee.call.id, committee.ada.id) == waits


def test_who_declared_a_conflict_finds_every_door_closed(app: Flask, committee: Committee) -> None:
    """On the application's page, in the files for the committee, in assigning, deciding and answering an appeal."""
    a_review(committee.of_sfax, committee.theo, committee.abel, scores={"need": 1, "idea": 1}, comment="Theo says no.")
    mine = a_review(committee.of_sfax, committee.ada, committee.abel)
    client, page = browser(app, committee.ada), f"{LIST}/{committee.of_sfax.id}"
    assert client.post(f"/reviews/{mine.id}/conflict", data={"why": "My sister leads it."}).status_code == 303
    db.session.rollback()
    assert conflict_between(committee.of_sfax, committee.ada) is Conflict.DECLARED
    assert conflict_between(committee.of_ghent, committee.ada) is None
    said = words(client.get(page))
    assert "You declared a conflict of interest here" in said and "Theo" not in said
    assert "17.5" not in client.get("/administration/grants/local/applications.csv").text
    assert review_conflicts.list_kept(committee.call.id, committee.ada.id) == {committee.of_sfax.id}
    decision = {"outcome": "refused", "amount": "", "reason": "No."}
    for action in ("send", "draft"):
        assert client.post(f"{page}/decision", data={**decision, "action": action}).status_code == 403
    client.post(f"{LIST}/reviewers", data={"pair": [f"{committee.of_sfax.id}:{committee.rosa.id}"]})
    assert (committee.of_sfax.id, committee.rosa.id) not in reviews()
    row = db.session.get_one(Application, committee.of_sfax.id)
    assert dict(appeal_queries.list_owners(row)).keys() == {committee.abel.id}
    with pytest.raises(OwnInterest), unit_of_work():
        review_services.refuse_own(committee.of_sfax.id, committee.ada.id)


def test_nothing_is_reviewed_as_long_as_the_call_is_open(app: Flask, committee: Committee) -> None:
    with unit_of_work():
        db.session.get_one(GrantCall, committee.call.id).closes_at = NOW + DAY
    pairs = {"pair": [f"{committee.of_sfax.id}:{committee.rosa.id}"]}
    assert browser(app, committee.ada).post(f"{LIST}/reviewers", data=pairs).status_code == 303  # that may be early
    (review,) = reviews().values()
    client, address = browser(app, committee.rosa), f"/reviews/{review.id}"
    assert "You can review it after 22 November, 11:00 Tunis time." in words(client.get("/reviews"))
    said = words(client.get(address))
    assert "review it after 22 November, 11:00 Tunis time." in said and "Hand in for good" not in said
    assert "Declare a conflict" in said
    for action in ("save", "hand_in"):
        answer = client.post(address, data={**WRITTEN, "action": action})
        said = words(answer, 409)
        assert "Review it after 22 November, 11:00 Tunis time." in said and "Idea 5 A good one." in said
    assert next(iter(reviews().values())).scores == {}
    with clock.at(NOW + DAY):
        assert browser(app, committee.rosa).post(address, data={**WRITTEN, "action": "hand_in"}).status_code == 303
