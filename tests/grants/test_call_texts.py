"""A call in several languages: each text beside its original, and two who translate the same."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from app.core import clock
from app.core.text import string_hash
from app.core.transactions import unit_of_work
from app.courses.translation.texts import fingerprint
from app.extensions import db
from app.grants import services
from app.grants.calls import queries as call_queries
from app.grants.calls import services as call_services
from app.grants.calls.questionnaire import Choice, Criterion, Question, QuestionKind, Questionnaire, Report
from app.grants.calls.texts import languages_left, languages_of, places
from app.grants.models import ChangeKind, GrantCall
from app.grants.rules import Declared
from tests.factories import a_person, text
from tests.grants.calls import FACTS, drafted, published, read, stands, words
from tests.grants.factories import DAY, NOW
from tests.grants.test_call_items import an_application

FRENCH = "/administration/grants/safer-streets/languages/fr"
ASKED = Questionnaire(
    questions=(
        Question(
            "where", QuestionKind.CHOICE, text("Where?"), help=text("One is enough."),
            choices=(Choice("north", text("North")), Choice("south", text("South"))),
        ),
    ),
    criteria=(Criterion("clear", text("Clear")),),
    reports=(Report("final", text("The final report"), 12),),
)  # fmt: skip


def asking(call: GrantCall) -> GrantCall:
    with unit_of_work():
        row = db.session.get_one(GrantCall, call.id, populate_existing=True)
        row.questionnaire = ASKED
        db.session.flush()
    return row


def sent(call: GrantCall, **words: str) -> dict[str, str]:
    """The form of the French texts as the page shows it, with words typed in: `where_title="Où ?"`."""
    typed = {key.replace("_", "."): value for key, value in words.items()}
    form: dict[str, str] = {}
    for place in places(call):
        there = place.text.phrases.get("fr")
        said = there.string if there else ""
        form |= {
            f"text.{place.key}": typed.get(place.key, said),
            f"shown.{place.key}": fingerprint(said),
            f"source.{place.key}": string_hash(place.text.best("en", "en")),
        }
    return form


def test_every_text_is_translated_and_nothing_else_changes(desk: FlaskClient) -> None:
    call = asking(drafted(1))
    assert languages_left(call, None, ("en", "fr")) == ["fr"]
    french = {
        "title": "Des rues plus sûres", "summary": "Pour commencer.", "where_title": "Où ?",
        "where_help": "Un seul suffit.", "where_north": "Nord", "where_south": "Sud", "clear_title": "Clarté",
        "final_title": "Le rapport final",
    }  # fmt: skip
    assert desk.post(FRENCH, data=sent(call, **french)).status_code == 303
    now = stands(call)
    assert now.title == text("Safer streets", fr="Des rues plus sûres")
    assert now.questionnaire == Questionnaire(
        questions=(
            Question(
                "where", QuestionKind.CHOICE, text("Where?", fr="Où ?"),
                help=text("One is enough.", fr="Un seul suffit."),
                choices=(Choice("north", text("North", fr="Nord")), Choice("south", text("South", fr="Sud"))),
            ),
        ),
        criteria=(Criterion("clear", text("Clear", fr="Clarté")),),
        reports=(Report("final", text("The final report", fr="Le rapport final"), 12),),
    )  # fmt: skip
    assert languages_left(now, None, ("en", "fr")) == []
    assert "Où ?" in read(desk, "/administration/grants/safer-streets/questions/preview?language=fr")
    version = now.version_id
    assert desk.post(FRENCH, data=sent(now)).status_code == 303
    assert stands(call).version_id == version


def test_a_text_whose_original_changed_is_out_of_date_until_somebody_says_it_fits(desk: FlaskClient) -> None:
    call = drafted(1)
    desk.post(FRENCH, data=sent(call, title="Des rues plus sûres"))
    with unit_of_work():
        row = db.session.get_one(GrantCall, call.id, populate_existing=True)
        row.title = row.title.with_phrase("en", "Safer streets!", "en")
        db.session.flush()
    said = read(desk, FRENCH)
    assert "Out of date" in said and "The original changed since. It still fits." in said
    assert desk.post(FRENCH, data={**sent(stands(call)), "fits": "title"}).status_code == 303
    assert stands(call).title == text("Safer streets!", fr="Des rues plus sûres")


def test_of_two_who_translate_the_same_the_second_sees_both(desk: FlaskClient) -> None:
    call = drafted(1)
    mine, theirs = sent(call, title="Le mien", summary="À moi"), sent(call, title="Le leur")
    desk.post(FRENCH, data=theirs)
    answer = desk.post(FRENCH, data=mine)
    assert answer.status_code == 409
    said = words(answer.text)
    assert "Nothing of yours is lost" in said and "What is saved now Le leur" in said
    assert "Le mien" in answer.text and "À moi" in answer.text
    assert stands(call).title == text("Safer streets", fr="Le leur")
    again = {**mine, "shown.title": fingerprint("Le leur")}
    assert desk.post(FRENCH, data=again).status_code == 303
    assert stands(call).title == text("Safer streets", fr="Le mien")


def test_a_translation_of_what_the_original_no_longer_says_is_not_saved(desk: FlaskClient) -> None:
    call = drafted(1)
    form = sent(call, title="Des rues plus sûres")
    answer = desk.post(FRENCH, data={**form, "source.title": string_hash("Streets")})
    assert answer.status_code == 409
    assert "The original changed meanwhile." in words(answer.text)
    too_long = desk.post(FRENCH, data={**form, "text.title": "x" * 5001})
    assert "At most 5000 characters." in words(too_long.text)
    assert stands(call).title == text("Safer streets")


def test_an_empty_translation_is_taken_out_and_unknown_texts_are_passed_over(desk: FlaskClient) -> None:
    call = drafted(1)
    desk.post(FRENCH, data=sent(call, title="Des rues plus sûres"))
    desk.post(FRENCH, data={**sent(stands(call), title=" "), "text.gone.title": "x", "text.": "y"})
    assert stands(call).title == text("Safer streets")


def test_a_statement_of_the_rule_is_left_until_it_is_translated_with_the_rule(desk: FlaskClient) -> None:
    call = drafted(1)
    desk.post(FRENCH, data=sent(call, title="Des rues plus sûres", summary="Pour commencer.", plan_title="Votre plan"))
    languages = FRENCH.rpartition("/")[0]
    assert "Up to date" in read(desk, languages)
    for french, left in ((None, True), ("Je vis ici", False)):
        stated = text("I live here", **({"fr": french} if french else {}))
        with unit_of_work():
            services.set_rule(call_id=call.id, rule=Declared("lives", stated, "en"), by=1, reason="Who lives here")
        listed = read(desk, languages)
        assert ("1 statement of the rule is left." in listed and "1 of 4 texts left" in listed) == left
        assert ("Up to date" in listed) != left
        one = read(desk, FRENCH)
        assert "Statements of the rule They are translated where the rule is written" in one
        assert f"Open the rule I live here {'Missing' if left else 'Up to date Je vis ici'}" in one
        assert (
            "Some texts have no translation yet" in read(desk, languages.replace("languages", "publishing"))
        ) == left


def test_any_language_can_be_added_and_none_that_is_not_one(desk: FlaskClient) -> None:
    call = drafted(1)
    assert "Another language" in read(desk, "/administration/grants/safer-streets/languages")
    added = desk.get("/administration/grants/safer-streets/languages?add=AR")
    assert added.location == "/administration/grants/safer-streets/languages/ar"
    desk.post(added.location, data={"text.title": "شوارع أكثر أمانا", "source.title": string_hash("Safer streets")})
    assert languages_of(stands(call), ("en", "fr")) == ["ar", "fr"]
    assert 'dir="rtl"' in desk.get(added.location).text
    for bad in ("en", "xx", "FR", "fr_FR", "x" * 60):
        assert desk.get(f"/administration/grants/safer-streets/languages/{bad}").status_code == 404
        assert desk.post(f"/administration/grants/safer-streets/languages/{bad}").status_code == 404


def test_once_somebody_has_submitted_a_question_gets_a_missing_translation_only(desk: FlaskClient) -> None:
    call = published(1)
    desk.post(FRENCH, data=sent(call, plan_title="Votre plan"))
    an_application(call, a_person(), submitted=True)
    answer = desk.post(FRENCH, data=sent(stands(call), plan_title="Autre chose"))
    assert answer.status_code == 409
    assert "what was asked stays as it is" in words(answer.text)
    assert desk.post(FRENCH, data=sent(stands(call), title="Des rues plus sûres")).status_code == 303  # it was missing
    assert call_queries.has_submissions(call.id) and stands(call).questionnaire.questions[0].title == text(
        "Your plan", fr="Votre plan"
    )
    assert call_queries.get_desk("safer-streets", NOW).submitted == 1


def test_what_a_published_call_says_in_a_language_changes_with_a_reason_that_everyone_reads(
    desk: FlaskClient, app: Flask
) -> None:
    call = asking(published(1))
    first = sent(call, title="Rues sûres", summary="Pour commencer.", where_title="Où ?", where_north="Nord")
    assert desk.post(FRENCH, data=first).status_code == 303  # nothing of it was there
    assert [change.kind for change in call_queries.list_changes(call.id)] == [ChangeKind.PUBLISHED]
    other = sent(stands(call), title="Des rues plus sûres", summary="", where_title="À quel endroit ?", where_north="N")
    refused = desk.post(FRENCH, data=other)
    assert refused.status_code == 422
    assert "say why you change it" in words(refused.text)
    assert "À quel endroit ?" in refused.text and "Des rues plus sûres" in refused.text
    assert stands(call).title == text("Safer streets", fr="Rues sûres")
    too_long = desk.post(FRENCH, data={**other, "why": "x" * 1001})
    assert too_long.status_code == 422 and "Des rues plus sûres" in too_long.text
    with clock.at(FACTS.closes_at + DAY):
        assert desk.post(FRENCH, data={**other, "why": "A mistake"}).status_code == 303
        said = read(app.test_client(), "/grants/safer-streets/changes")
    assert stands(call).title == text("Safer streets", fr="Des rues plus sûres")
    assert "Title: “Des rues plus sûres”. Before: “Rues sûres”." in said
    assert "Summary: “nothing”. Before: “Pour commencer.”." in said
    assert "The translation of what the call says changed: French" in said
    assert "The translation of what is asked changed: French" in said
    assert "What the call says changed" not in said and "What is asked changed" not in said
    assert said.count("Changed: “Where?”") == 1 and said.count("Why A mistake") == 2


def test_while_a_call_is_withdrawn_its_translations_change_with_a_reason_too(desk: FlaskClient) -> None:
    call = published(1)
    assert desk.post(FRENCH, data=sent(call, title="Rues sûres")).status_code == 303
    with unit_of_work():
        call_services.withdraw(call_id=call.id, why="The fund is late", by=1)
    other = sent(stands(call), title="Des rues plus sûres")
    assert desk.post(FRENCH, data=other).status_code == 422
    assert desk.post(FRENCH, data={**other, "why": "A mistake"}).status_code == 303
    assert stands(call).title == text("Safer streets", fr="Des rues plus sûres")
    assert call_queries.list_changes(call.id)[-1].why == "A mistake"


def test_that_a_translation_still_fits_and_what_a_draft_says_needs_no_reason(desk: FlaskClient) -> None:
    call = drafted(1)
    for title in ("Rues sûres", "Des rues plus sûres"):
        assert desk.post(FRENCH, data=sent(stands(call), title=title)).status_code == 303
    with unit_of_work():
        row = db.session.get_one(GrantCall, call.id, populate_existing=True)
        row.title = row.title.with_phrase("en", "Safer streets!", "en")
        row.published_at = NOW
    assert desk.post(FRENCH, data={**sent(stands(call)), "fits": "title"}).status_code == 303
    assert call_queries.list_changes(call.id) == []
