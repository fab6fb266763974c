"""What practitioners see of the types: what is rendered is read back, several stand on a page, and no key is told."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from flask import Flask, render_template_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.text import Text
from app.quizzes.queries import Asked
from app.quizzes.types import (
    Answer,
    Content,
    Criterion,
    Essay,
    EssayAnswer,
    Labelled,
    Level,
    Matching,
    MatchingAnswer,
    Number,
    NumberAnswer,
    Ordering,
    OrderingAnswer,
    Prompt,
    TrueFalse,
    Unit,
)
from tests.factories import text
from tests.pages import Page, read_page

from . import generated as some
from .test_type_grading import a_matching, a_number, an_ordering

PAGE = """{% import "ui.html" as ui with context %}{% import "quizzes/_stem.html" as question with context %}
{% set sitting = {"questions": [1]} %}
<form>{% include "quizzes/types/" ~ type_name(asked.content) ~ ".html" %}</form>"""


class AskedSecond(Asked):
    """A question that shares its page with another."""

    __slots__ = ()

    @property
    def prefix(self) -> str:
        return "q2-"


def page(app: Flask, content: Content, answer: Answer | None = None, order: Any = None, language: str = "en") -> str:
    asked = AskedSecond(
        number=2, content=content, source_language="en", marks=1.0, order=order or content.options(), answer=answer,
        sequence=0, flagged=False, fraction=None, feedback=(),
    )  # fmt: skip
    with app.test_request_context():
        return render_template_string(PAGE, asked=asked, language=language)


def fields(page: Page) -> dict[str, list[str]]:
    """What a browser sends of the page."""
    found: dict[str, list[str]] = {}
    for element in page.all("input"):
        if element.attributes.get("type", "text") in ("radio", "checkbox") and "checked" not in element.attributes:
            continue
        found.setdefault(element.attributes["name"], []).append(element.attributes.get("value", "on"))
    for select in page.all("select"):
        options = [option for option in page.all("option") if select in option.parents]
        chosen = next((option for option in options if "selected" in option.attributes), options[0])
        found.setdefault(select.attributes["name"], []).append(chosen.attributes.get("value", chosen.text))
    return found


def read(content: Content, found: dict[str, list[str]]) -> Any:
    assert all(name.startswith("q2-") for name in found)
    return content.read({name.removeprefix("q2-"): values for name, values in found.items()})


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_is_rendered_is_read_back(the_app: Flask, language: str) -> None:
    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(st.data())
    def there_and_back(data: st.DataObject) -> None:
        content = data.draw(some.contents)
        order = tuple(data.draw(st.permutations(content.options())))
        answer: Any = data.draw(some.good_answers(content))
        read_page_again = read_page(page(the_app, content, answer, order, language))
        assert read_page_again.faults == []
        back = read(content, fields(read_page_again))
        if isinstance(content, Matching):  # matches that read the same are one
            assert content.grade(back, language) == content.grade(answer, language)
            assert back.chosen.keys() == answer.chosen.keys()
        elif isinstance(answer, NumberAnswer | some.ShortAnswerAnswer):
            assert back is None if not answer.text.strip() else back.text == " ".join(answer.text.split())
        elif hasattr(answer, "choices"):
            assert set(back.choices) == set(answer.choices)
        elif hasattr(answer, "spots"):
            assert set(back.spots) == set(answer.spots)
        else:
            assert back == answer
        empty = read_page(page(the_app, content, None, order, language))
        assert read(content, fields(empty)) is None
        ids = [element.attributes["id"] for element in empty.elements if "id" in element.attributes]
        assert len(ids) == len(set(ids)) and all(id.startswith("q2-") for id in ids)
        labelled = {element.attributes.get("for") for element in empty.all("label")}
        assert {element.attributes["id"] for element in empty.all("select")} <= labelled

    there_and_back()


SECRETS = ("secret-one", "secret-two", "secret-three")


def test_no_key_of_a_match_or_an_item_is_in_the_page(the_app: Flask) -> None:
    words = ("Plan", "Ask", "Build")
    things = tuple(Labelled(key, text(word)) for key, word in zip(SECRETS, words, strict=True))
    ordering = Ordering(text("?"), things)
    prompts = tuple(Prompt(key, text(word * 2), key) for key, word in zip(SECRETS, words, strict=True))
    matching = Matching(text("?"), prompts, things)
    answers: list[tuple[Content, Answer]] = [
        (ordering, OrderingAnswer(dict.fromkeys(SECRETS, 1))),
        (matching, MatchingAnswer({key: key for key in SECRETS})),
    ]
    for content, answer in answers:
        for said in (None, answer):
            assert "secret" not in page(the_app, content, said)


def test_the_same_question_by_other_keys_is_the_same_page(the_app: Flask) -> None:
    words = ("Plan", "Ask", "Build")
    pages = set()
    for right in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        things = tuple(Labelled("abc"[n], text(words[place])) for n, place in enumerate(right))
        pages.add(page(the_app, Ordering(text("?"), things)))
    assert len(pages) == 1


def test_an_order_is_shown_as_it_was_given_and_the_rest_after_it(the_app: Flask) -> None:
    html = page(the_app, an_ordering(), OrderingAnswer({"d": 1, "b": 2}), order=("a", "b", "c", "d"))
    places = [html.index(f">{word}</label>") for word in ("Open", "Ask", "Plan", "Build")]
    assert places == sorted(places)
    assert html.count(" selected") == 2
    assert '<script type="module" src="' in html


def test_what_is_no_number_is_said_beside_it(the_app: Flask) -> None:
    question = a_number(some.AcceptedNumber(5), units=(Unit("m"), Unit("km", 1000)))
    for typed, said in (("five", True), ("5", False), ("5 km", False)):
        html = page(the_app, question, NumberAnswer(typed, "m"))
        assert ("This is not read as a number" in html) is said
        assert ('aria-describedby="q2-text-hint q2-text-error"' in html) is said
    assert "<option selected>m</option>" in html
    assert "As 1250.5 or 1.2e6" in html and "As 1250,5 or" in page(the_app, question, language="fr")
    assert "<select" not in page(the_app, Number(text("?"), question.answers))


def test_matches_in_another_language_are_marked_and_those_alike_are_one(the_app: Flask) -> None:
    html = page(the_app, a_matching(), language="fr")
    both = [html.count(f'lang="fr">{words}</option>') for words in ("Le Maroc", "Au Maroc")]
    assert sorted(both) == [0, 3]  # once for each prompt
    assert 'dir="rtl"' in page(the_app, TrueFalse(Text.of({"ar": "الأنهار"}, "ar"), True), language="ar")


def test_no_key_of_a_choice_in_a_gap_or_of_a_place_is_in_the_page(the_app: Flask) -> None:
    choices = tuple(
        some.Choice(key, text(word), float(n == 0)) for n, (key, word) in enumerate(zip(SECRETS, "XYZ", strict=True))
    )
    gaps = some.Gaps(text("A [[1]]"), (some.Gap("1", choices=choices),), "en")
    spots = tuple(
        some.Spot(key, text(word), some.Shape.CIRCLE, (n * 99, 9, n * 99, 20), float(n == 0))
        for n, (key, word) in enumerate(zip(SECRETS, "XYZ", strict=True))
    )
    places = some.HotSpot(text("?"), some.Picture("a" * 64, text("A square")), 10, 10, spots)
    answers: list[tuple[Content, Answer]] = [
        (gaps, some.GapsAnswer({"1": SECRETS[0]})),
        (places, some.HotSpotAnswer(SECRETS[:1])),
    ]
    for content, answer in answers:
        for said in (None, answer):
            assert "secret" not in page(the_app, content, said)
    reordered = msgspec.structs.replace(places, spots=spots[::-1])
    assert page(the_app, reordered) == page(the_app, places)


def test_an_essay_shows_what_was_written_and_never_what_is_for_those_who_mark(the_app: Flask) -> None:
    essay = Essay(
        text("Begin?"), guidance=text("secret guidance"), fewest=10, starter=text("Aim: <here>"),
        feedback=text("secret"),
        rubric=(Criterion("a", text("secret rubric"), (Level("a", text("secret level"), 1.0),)),),
        hints=(text("secret hint"),),
    )  # fmt: skip
    fresh, written = page(the_app, essay), page(the_app, essay, EssayAnswer("\nOne <b>two</b>\nthree"))
    for html in (fresh, written):
        assert "secret" not in html
        assert read_page(html).faults == []
        assert 'name="q2-text"' in html and 'maxlength="20000"' in html and "Write at least 10 words." in html
    assert "Aim: &lt;here&gt;</textarea>" in fresh and "Words: 0" in fresh
    assert "\n\nOne &lt;b&gt;two&lt;/b&gt;\nthree</textarea>" in written and "Words: 3" in written
