"""Every text of a question of every type is something to translate, and comes back where it belongs."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.text import Text
from app.courses.kinds import TranslationState
from app.quizzes.questions.translation import LABELS, RIGHT, former_strings, question_units, translated, untranslated
from app.quizzes.types import (
    AcceptedAnswer,
    AcceptedNumber,
    Choice,
    Content,
    Criterion,
    Essay,
    Gap,
    Gaps,
    HotSpot,
    Labelled,
    Level,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    Picture,
    Prompt,
    Shape,
    ShortAnswer,
    SingleChoice,
    Spot,
    TrueFalse,
    Unit,
    grade,
    marks_hash,
    texts,
    type_name,
)
from tests.factories import text

from . import generated as some
from .test_writing_types import drawn

MORE: dict[str, Any] = {
    "feedback": text("general"),
    "hints": (text("hint one"), text("hint two")),
    "pictures": (Picture("a" * 64, text("picture one")), Picture("b" * 64, Text({}))),
}
CHOICES = (Choice("x", text("choice x"), 1.0, text("on x")), Choice("y", text("choice y")))
ACCEPTED = {"en": (AcceptedAnswer("accepted one", 1.0, text("on one")), AcceptedAnswer("accepted two", 0.5))}
WHOLE: tuple[Content, ...] = (
    SingleChoice(text("stem"), CHOICES, **MORE),
    MultipleChoice(text("stem"), CHOICES, **MORE),
    TrueFalse(text("stem"), True, true_feedback=text("on true"), false_feedback=text("on false"), **MORE),
    ShortAnswer(text("stem"), ACCEPTED, "en", **MORE),
    Number(text("stem"), (AcceptedNumber(1.0, feedback=text("on 1")), AcceptedNumber(2.0)), (Unit("m"),), **MORE),
    Matching(
        text("stem"), (Prompt("p", text("prompt p"), "m"), Prompt("q", text("prompt q"), "n")),
        (Labelled("m", text("match m")), Labelled("n", text("match n"))), **MORE,
    ),
    Ordering(text("stem"), (Labelled("i", text("item i")), Labelled("j", text("item j"))), **MORE),
    Gaps(text("stem [[1]] [[2]]"), (Gap("1", ACCEPTED), Gap("2", choices=CHOICES)), "en", **MORE),
    HotSpot(
        text("stem"), Picture("c" * 64, text("the picture")), 10, 10,
        (Spot("s", text("spot s"), Shape.CIRCLE, (1, 1, 2, 2), 1.0, text("on s")),), **MORE,
    ),
    Essay(
        text("stem"), (Criterion("c", text("criterion c"), (Level("l", text("level l"), 1.0),)),),
        text("guidance"), starter=text("starter"), **MORE,
    ),
)  # fmt: skip
KEYS = {
    "single_choice": ["stem", "choice/x/text", "choice/x/feedback", "choice/y/text"],
    "multiple_choice": ["stem", "choice/x/text", "choice/x/feedback", "choice/y/text"],
    "true_false": ["stem", "true_feedback", "false_feedback"],
    "short_answer": ["stem", "answer/1/text", "answer/1/feedback", "answer/2/text"],
    "number": ["stem", "answer/1/feedback"],
    "matching": ["stem", "prompt/p/text", "prompt/q/text", "match/m/text", "match/n/text"],
    "ordering": ["stem", "item/i/text", "item/j/text"],
    "gaps": [
        "stem", "gap/1/answer/1/text", "gap/1/answer/1/feedback", "gap/1/answer/2/text", "gap/2/choice/x/text",
        "gap/2/choice/x/feedback", "gap/2/choice/y/text",
    ],
    "hot_spot": ["stem", "picture/alternative", "spot/s/name", "spot/s/feedback"],
    "essay": ["stem", "criterion/c/text", "criterion/c/level/l/text", "guidance", "starter"],
}  # fmt: skip


def units(content: Content, language: str = "fr") -> dict[str, Any]:
    return {unit.key: unit for unit in question_units(content, source="en", language=language)}


def test_there_is_an_example_of_every_type() -> None:
    assert {type(content) for content in WHOLE} == set(get_args(Content))


@pytest.mark.parametrize("content", WHOLE, ids=type_name)
def test_every_text_is_a_unit_with_a_name_of_its_own(app: Flask, content: Content) -> None:
    found = units(content)
    assert set(found) == {*KEYS[type_name(content)], "feedback", "hint/1", "hint/2", "picture/1/alternative"}
    labels = [unit.label for unit in found.values()]
    assert len(set(labels)) == len(labels) and all("%(" not in label for label in labels)
    sources = {unit.source for unit in found.values()}
    assert {phrase.string for said in texts(content) for phrase in said.phrases.values()} <= sources
    assert units(content, "en") == {}


def test_every_name_is_used(app: Flask) -> None:
    shapes = {
        key if key in LABELS else "/".join("#" if step not in _WORDS else step for step in key.split("/"))
        for content in WHOLE
        for key in units(content)
    }
    assert shapes == set(LABELS)
    assert set(RIGHT) <= set(LABELS)


_WORDS = {step for shape in LABELS for step in shape.split("/")} - {"#"}


@pytest.mark.parametrize("content", WHOLE, ids=type_name)
def test_a_whole_translation_goes_in_and_comes_back(app: Flask, content: Content) -> None:
    strings = {key: f"{unit.source} en français" for key, unit in units(content).items()}
    assert untranslated(content, "en", "fr")
    made = translated(content, source="en", language="fr", strings=strings)
    assert {key: unit.translation for key, unit in units(made).items()} == strings
    assert {unit.state for unit in units(made).values()} == {TranslationState.DONE}
    assert not untranslated(made, "en", "fr") and untranslated(made, "en", "ar")
    assert marks_hash(made) == marks_hash(content)
    assert {key: unit.source for key, unit in units(made).items()} == {k: u.source for k, u in units(content).items()}
    with pytest.raises(LookupError):
        translated(content, source="en", language="fr", strings={"stem/else": "x"})


@pytest.mark.parametrize("content", WHOLE, ids=type_name)
def test_one_string_at_a_time_leaves_the_others(app: Flask, content: Content) -> None:
    made = content
    for count, key in enumerate(units(content), 1):
        made = translated(made, source="en", language="fr", strings={key: f"{key} traduit"})
        done = {k for k, unit in units(made).items() if unit.state is TranslationState.DONE}
        assert len(done) == count and key in done
    for key in units(content):
        made = translated(made, source="en", language="fr", strings={key: ""})
    assert all(unit.translation is None for unit in units(made).values())
    assert made == content


def test_what_is_drawn_of_any_type_is_translated_and_back(the_app: Flask) -> None:
    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(some.contents | drawn(), st.data())
    def there_and_back(content: Content, data: st.DataObject) -> None:
        with the_app.test_request_context():
            found = units(content)
            chosen = data.draw(st.sets(st.sampled_from(sorted(found))))
            strings = {key: f"{found[key].source}!" for key in sorted(chosen)}
            made = translated(content, source="en", language="fr", strings=strings)
            after = units(made)
            assert {key: after[key].translation for key in chosen} == strings
            assert marks_hash(made) == marks_hash(content)
            before = {key: found[key].translation or "" for key in chosen}
            assert translated(made, source="en", language="fr", strings=before) == content

    there_and_back()


def test_a_text_with_gaps_says_what_must_stay_and_whether_it_did(app: Flask) -> None:
    content = WHOLE[7]
    assert units(content)["stem"].label == "Text with gaps: keep [[1]] [[2]]"
    strings = {key: f"{unit.source} x" for key, unit in units(content).items()}
    lost = translated(content, source="en", language="fr", strings=strings | {"stem": "phrase [[1]]"})
    assert untranslated(lost, "en", "fr")
    assert not untranslated(translated(content, source="en", language="fr", strings=strings), "en", "fr")


def test_a_gap_is_filled_with_what_was_accepted_in_translation(app: Flask) -> None:
    made: Any = translated(WHOLE[7], source="en", language="fr", strings={"gap/1/answer/2/text": "reçu"})
    answer = type(made).read(made, {"gap-1": ["recu"]})
    assert grade(made, answer, "fr").fraction == 0.25  # half of the first of two gaps
    assert grade(made, answer, "en").fraction == 0.0


def test_former_words_are_found_by_their_hash(app: Flask) -> None:
    content = WHOLE[7]
    changed = msgspec.structs.replace(content, stem=text("other [[1]] [[2]]"))
    made = translated(content, source="en", language="fr", strings={"stem": "phrase", "gap/1/answer/1/text": "reçu"})
    former = former_strings([content, changed], "en")
    stale = msgspec.structs.replace(made, stem=made.stem.with_phrase("en", "other [[1]] [[2]]", "en"))
    unit = units(stale)["stem"]
    assert unit.stale and former[unit.made_from] == "stem [[1]] [[2]]"
    assert {"other [[1]] [[2]]", "accepted one", "on one", "hint two"} <= set(former.values())


def test_a_language_need_not_accept_as_many_answers_but_some(app: Flask) -> None:
    asked = ShortAnswer(
        text("stem", fr="question"), {"en": (AcceptedAnswer("one", 1.0, text("on one")), AcceptedAnswer("two"))}, "en"
    )
    assert untranslated(asked, "en", "fr")

    def with_french(*answers: AcceptedAnswer) -> ShortAnswer:
        return msgspec.structs.replace(asked, answers={**asked.answers, "fr": answers})

    own = AcceptedAnswer("un", 1.0, text("on one", fr="sur un"))
    assert not untranslated(with_french(own), "en", "fr")
    assert untranslated(with_french(AcceptedAnswer("un", 1.0, text("on one"))), "en", "fr")  # its feedback is missing
    stale = msgspec.structs.replace(own, source_hash="0" * 16)
    assert untranslated(with_french(stale), "en", "fr")
    assert [unit.state for unit in units(with_french(own)).values() if unit.key == "answer/2/text"] == [
        TranslationState.MISSING
    ]
