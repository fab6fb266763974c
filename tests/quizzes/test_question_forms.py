"""What trainers type becomes content and comes back as it was."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.text import Text
from app.quizzes.types import AcceptedAnswer, Choice, Content, MultipleChoice, ShortAnswer, SingleChoice
from app.quizzes.types.editor import FORMS
from app.quizzes.types.editor.keys import free_letter
from tests.factories import a_choice_question, text

from .studio import MULTIPLE, SHORT, SINGLE

# Characters that a text box can send, line ends apart, which it makes its own.
letters = st.characters(exclude_categories=("Cs",), exclude_characters="\0\r")
words = st.text(letters, min_size=1, max_size=40).map(str.strip).filter(bool)
maybe = st.one_of(st.just(""), words)
shares = st.sampled_from(["", "25", "33.33333", "50", "0.5"])
lines = words.map(lambda typed: " ".join("".join(c if c.isprintable() else " " for c in typed).split())).filter(bool)


@st.composite
def single(draw: Any) -> dict[str, str]:
    count = draw(st.integers(2, 6))
    fields = {"type": "single_choice", "stem": draw(words), "feedback": draw(maybe)}
    right = draw(st.integers(0, count - 1))
    for n in range(count):
        fields |= {f"choices-{n}-text": draw(words), f"choices-{n}-feedback": draw(maybe)}
        if n != right:
            fields[f"choices-{n}-earns"] = draw(shares)
    return fields | {"right": str(right)}


@st.composite
def multiple(draw: Any) -> dict[str, str]:
    fields = {"type": "multiple_choice", "stem": draw(words), "feedback": draw(maybe)}
    partial = draw(st.booleans())
    if partial:
        fields["partial"] = "y"
    for n in range(draw(st.integers(2, 6))):
        fields |= {f"choices-{n}-text": draw(words), f"choices-{n}-feedback": draw(maybe)}
        right = n == 0 or draw(st.booleans())
        if right:
            fields[f"choices-{n}-right"] = "y"
        if partial:
            fields[f"choices-{n}-earns"] = draw(shares if right else st.sampled_from(["", "-25", "−50"]))
    return fields


@st.composite
def short(draw: Any) -> dict[str, str]:
    fields = {"type": "short_answer", "stem": draw(words), "feedback": draw(maybe)}
    if draw(st.booleans()):
        fields["case_matters"] = "y"
    for n in range(draw(st.integers(1, 6))):
        fields |= {
            f"answers-{n}-text": draw(lines), f"answers-{n}-earns": draw(shares),
            f"answers-{n}-language": draw(st.sampled_from(["en", "fr", "xx"])),
            f"answers-{n}-feedback": draw(maybe),
        }  # fmt: skip
    return fields


def read(app: Flask, fields: dict[str, str], former: Content | None = None) -> Content:
    """The content of what was posted."""
    with app.test_request_context(method="POST", data=fields):
        form = FORMS[fields["type"]](meta={"csrf": False})
        form.languages = ("en", "fr")
        assert form.validate(), form.errors
        return form.content(former, "en")


def again(app: Flask, content: Content, former: Content | None) -> Content:
    """The content of the form that shows `content`, sent as it is."""
    with app.test_request_context():
        shown = FORMS[str(content.__struct_config__.tag)].showing(content, "en")
        fields: dict[str, str] = {}
        for field in shown:
            if field.type == "FieldList":
                for n, entry in enumerate(field.entries):
                    fields |= sent(entry.form, f"{field.name}-{n}-")
                    if entry.form.data.get("right"):
                        fields["right"] = str(n)
        fields |= sent(shown, "")
    return read(app, {"type": shown.type, **fields}, former)


def sent(form: Any, prefix: str) -> dict[str, str]:
    """What a browser sends of a form's own fields."""
    fields = {}
    for field in form:
        if field.type in ("FieldList", "CSRFTokenField") or field.data in (None, False):
            continue
        if prefix or field.short_name != "right":
            fields[prefix + field.short_name] = "y" if field.data is True else str(field.data)
    return fields


@pytest.mark.parametrize("strategy", [single, multiple, short])
def test_what_is_typed_becomes_content_and_comes_back(the_app: Flask, strategy: Any) -> None:
    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(strategy())
    def there_and_back(fields: dict[str, str]) -> None:
        content = read(the_app, fields)
        assert again(the_app, content, content) == content
        assert content.stem.best("en", "en") == fields["stem"]

    there_and_back()


def test_an_import_with_partial_credit_is_not_changed_by_being_looked_at(the_app: Flask) -> None:
    choices = (Choice("x", text("All"), 1.0), Choice("y", text("Half"), 0.3333333), Choice("z", text("None"), -0.5))
    for content in (
        SingleChoice(text("Which?"), choices),
        MultipleChoice(text("Which?"), choices, partial=True),
    ):
        assert again(the_app, content, content) == content


def test_translations_stay_with_what_they_were_made_from(the_app: Flask) -> None:
    former = SingleChoice(
        text("Which step?", fr="Quelle étape ?"),
        (
            Choice("a", text("First", fr="Première"), 1.0, text("Yes.", fr="Oui.")),
            Choice("b", text("Last", fr="Dernière")),
        ),
    )
    fields = {
        **SINGLE, "stem": "Which step first?", "feedback": "", "choices-0-key": "b", "choices-0-text": "Last",
        "choices-0-feedback": "", "choices-1-key": "a", "choices-1-text": "First", "choices-1-feedback": "Indeed.",
        "right": "1",
    }  # fmt: skip
    content = read(the_app, fields, former)
    assert isinstance(content, SingleChoice)
    assert [(choice.key, choice.fraction) for choice in content.choices] == [("b", 0.0), ("a", 1.0)]
    assert content.stem.strings()["fr"] == "Quelle étape ?" and content.stem.outdated("en") == ["fr"]
    assert content.choices[0].text == former.choices[1].text
    assert content.choices[1].text.outdated("en") == []
    said = content.choices[1].feedback
    assert said and said.strings() == {"en": "Indeed.", "fr": "Oui."} and said.outdated("en") == ["fr"]


def test_answers_in_another_language_have_their_own_feedback(the_app: Flask) -> None:
    fields = {
        **SHORT, "answers-1-text": "passage piéton", "answers-1-language": "fr", "answers-1-feedback": "Oui.",
        "answers-2-text": "elsewhere", "answers-2-language": "de",
    }  # fmt: skip
    content = read(the_app, fields)
    assert isinstance(content, ShortAnswer)
    assert [answer.text for answer in content.answers["en"]] == ["zebra*", "elsewhere"]  # German is not the course's
    assert content.answers["fr"][0].feedback == Text.of({"fr": "Oui."}, "fr")


def test_an_answer_that_is_left_alone_stays_made_from_what_it_was_made_from(the_app: Flask) -> None:
    made = (AcceptedAnswer("passage", source_hash="of zebra"), AcceptedAnswer("ailleurs", source_hash="of elsewhere"))
    former = ShortAnswer(
        text("Where?"), {"en": (AcceptedAnswer("zebra"), AcceptedAnswer("elsewhere")), "fr": made}, "en"
    )
    fields = {
        **SHORT, "answers-0-text": "zebra", "answers-1-text": "somewhere", "answers-2-text": "passage",
        "answers-2-language": "fr", "answers-2-place": "fr 0", "answers-3-text": "autre part",
        "answers-3-language": "fr", "answers-3-place": "fr 1",
    }  # fmt: skip
    content = read(the_app, fields, former)
    assert isinstance(content, ShortAnswer)
    assert [answer.source_hash for answer in content.answers["fr"]] == ["of zebra", None]
    assert again(the_app, former, former) == former


@pytest.mark.parametrize(
    ("fields", "content"),
    [({}, [1.0, 1.0, 0.0]), ({"partial": "y"}, [0.5, 0.5, 0.0])],
)
def test_right_choices_share_the_mark_equally(the_app: Flask, fields: dict[str, str], content: list[float]) -> None:
    made = read(the_app, {**MULTIPLE, **fields})
    assert isinstance(made, MultipleChoice)
    assert [choice.fraction for choice in made.choices] == content
    assert made.faults() == []


def test_a_new_choice_gets_a_key_that_none_had(the_app: Flask) -> None:
    former = a_choice_question()
    fields = {**SINGLE, "choices-0-key": "c", "choices-1-key": "", "choices-2-text": "Again", "choices-2-key": "c"}
    content = read(the_app, fields, former)
    assert isinstance(content, SingleChoice)
    assert [choice.key for choice in content.choices] == ["c", "d", "e"]
    assert free_letter(set("abcdefghijklmnopqrstuvwxyz")) == "aa"


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({**SINGLE, "stem": " \n"}, "stem", "Write the question."),
        ({**SINGLE, "stem": "x" * 4001}, "stem", "Keep this under 4000 characters."),
        ({**SINGLE, "choices-1-earns": "200"}, "choices", "Write a number from -100 to 100."),
        ({**SINGLE, "choices-1-earns": "nan"}, "choices", "Write a number from -100 to 100."),
        ({**SINGLE, "choices-1-text": ""} | {"choices-1-feedback": "Why?"}, "choices", "or remove it."),
        ({**SINGLE} | {f"choices-{n}-text": "One more" for n in range(2, 22)}, "choices", "At most 20."),
        ({**MULTIPLE, "partial": "y", "choices-0-earns": "-10"}, "choices", "A right choice earns more than nothing"),
        ({**MULTIPLE, "partial": "y", "choices-2-earns": "10"}, "choices", "A choice that earns something is right"),
        ({**SHORT, "answers-0-text": "x" * 501}, "answers", "Keep this under 500 characters."),
        ({**SHORT, "answers-0-earns": "-1"}, "answers", "Write a number from 0 to 100."),
    ],
)
def test_limits_are_said_where_they_are_passed(the_app: Flask, fields: dict[str, str], name: str, words: str) -> None:
    with the_app.test_request_context(method="POST", data=fields):
        form = FORMS[fields["type"]](meta={"csrf": False})
        assert not form.validate()
        assert words in str([str(error) for error in flat(form.errors[name])])


def flat(errors: Any) -> list[Any]:
    if isinstance(errors, dict):
        return [error for inner in errors.values() for error in flat(inner)]
    if isinstance(errors, list | tuple):
        return [error for inner in errors for error in flat(inner)]
    return [errors]


@pytest.mark.parametrize(
    ("command", "order"),
    [
        ("add", ["one", "two", "three", None]),
        ("up 1", ["two", "one", "three"]),
        ("up 0", ["one", "two", "three"]),
        ("down 0", ["two", "one", "three"]),
        ("down 2", ["one", "two", "three"]),
        ("remove 1", ["one", "three"]),
        ("remove 7", ["one", "two", "three"]),
        ("up ²", ["one", "two", "three"]),
        ("nonsense", ["one", "two", "three"]),
    ],
)
def test_rows_are_moved_as_they_were_typed(the_app: Flask, command: str, order: list[str | None]) -> None:
    fields = {"stem": "", "right": "1", "choices-0-earns": "a lot"}
    fields |= {f"choices-{n}-text": typed for n, typed in enumerate(["one", "two", "three"])}
    with the_app.test_request_context(method="POST", data=fields):
        form = FORMS["single_choice"](meta={"csrf": False}).rearranged(command)
        rows = [entry.form for entry in form.entries]
        assert [row.text.data or None for row in rows] == order
        assert [row.text.data for row in rows if row.right.data] == ([] if command == "remove 1" else ["two"])
        assert [row.earns.data for row in rows if row.text.data == "one"] == ["a lot"]
