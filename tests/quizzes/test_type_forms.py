"""What trainers type of true or false, number, matching and ordering becomes content and comes back as it was."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.text import Text
from app.quizzes.types import (
    AcceptedNumber,
    Content,
    Labelled,
    Matching,
    Number,
    OrderCredit,
    Ordering,
    Prompt,
    TrueFalse,
    Unit,
)
from app.quizzes.types.editor import FORMS
from tests.factories import text

from . import generated as some
from .studio import MATCHING, NUMBER, ORDERING, TRUE_FALSE
from .test_question_forms import again, flat, lines, maybe, read, words

LABELS = "abcdefghijklmnop"


@st.composite
def true_false(draw: Any) -> dict[str, str]:
    said = {name: draw(maybe) for name in ("feedback", "true_feedback", "false_feedback")}
    return {"type": "true_false", "stem": draw(words), "truth": draw(st.sampled_from(["true", "false"])), **said}


@st.composite
def number(draw: Any) -> dict[str, str]:
    fields = {"type": "number", "stem": draw(words), "feedback": draw(maybe), "unit_penalty": draw(shares)}
    for n in range(draw(st.integers(1, 4))):
        fields |= {
            f"answers-{n}-value": draw(values), f"answers-{n}-tolerance": draw(tolerances),
            f"answers-{n}-earns": draw(shares), f"answers-{n}-feedback": draw(maybe),
        }  # fmt: skip
        if draw(st.booleans()):
            fields[f"answers-{n}-relative"] = "y"
    for n, (name, factor) in enumerate(draw(st.sampled_from([(), (("m", "1"), ("km", "1000")), (("€", "1"),)]))):
        fields |= {f"units-{n}-name": name, f"units-{n}-factor": factor}
    return fields


@st.composite
def matching(draw: Any) -> dict[str, str]:
    fields = {"type": "matching", "stem": draw(words), "feedback": draw(maybe)}
    matches = draw(st.lists(lines, min_size=1, max_size=4))
    for n in range(draw(st.integers(2, 6))):
        fields |= {f"pairs-{n}-prompt": draw(maybe), f"pairs-{n}-match": draw(st.sampled_from(matches))}
    if draw(st.booleans()):
        fields["all_or_nothing"] = "y"
    return fields


@st.composite
def ordering(draw: Any) -> dict[str, str]:
    fields = {"type": "ordering", "stem": draw(words), "credit": draw(st.sampled_from(list(OrderCredit)))}
    return fields | {f"items-{n}-text": draw(maybe) for n in range(draw(st.integers(2, 6)))}


shares = st.sampled_from(["", "25", "33.33333", "100"])
tolerances = st.sampled_from(["", "0.5", "0,07", "7"])
values = st.sampled_from(["0", "1,5", "-3", "1e3", "12.5", "1 250", "١٢"]) | some.numbers.map(repr)


@pytest.mark.parametrize("strategy", [true_false, number, matching, ordering])
def test_what_is_typed_becomes_content_and_comes_back(the_app: Flask, strategy: Any) -> None:
    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(strategy())
    def there_and_back(fields: dict[str, str]) -> None:
        content = read(the_app, fields)
        assert again(the_app, content, content) == content
        assert content.stem.best("en", "en") == fields["stem"]

    there_and_back()


@pytest.mark.parametrize(
    "content",
    [
        TrueFalse(text("So?"), True, text("All."), None, text("No.", fr="Non.")),
        Number(
            text("How much?", fr="Combien ?"),
            (AcceptedNumber(0.1 + 0.2, 1 / 3, True, 1.0, text("Yes.", fr="Oui.")), AcceptedNumber(1e22, 1e-9)),
            (Unit("m"), Unit("ft", 0.3048)),
            0.125,
        ),
        Matching(
            text("Which?"),
            (Prompt("x", text("One", fr="Un"), "q"), Prompt("y", text("Two"), "p")),
            (Labelled("p", text("P", fr="Pé")), Labelled("zz", text("Q2")), Labelled("q", text("Q"))),
            True,
        ),
        Ordering(text("?"), (Labelled("z", text("One", fr="Un")), Labelled("b", text("Two"))), OrderCredit.POSITION),
    ],
)
def test_an_import_is_not_changed_by_being_looked_at(the_app: Flask, content: Content) -> None:
    assert again(the_app, content, content) == content


def test_what_was_typed_is_what_is_meant(the_app: Flask) -> None:
    assert read(the_app, TRUE_FALSE) == TrueFalse(
        text("A city can prevent what a state cannot."), True, None, text("Yes: it is nearer.")
    )
    assert read(the_app, NUMBER) == Number(
        text("How far is the next clinic?"),
        (AcceptedNumber(1500.0, 0.05, True, 1.0, text("As the crow flies.")),),
        (Unit("m"), Unit("km", 1000.0)),
        0.2,
    )
    assert read(the_app, MATCHING) == Matching(
        text("Who does what?"),
        (Prompt("a", text("Budget"), "a"), Prompt("b", text("Patrols"), "b"), Prompt("c", text("By-laws"), "a")),
        (Labelled("a", text("The council")), Labelled("b", text("The police")), Labelled("c", text("The press"))),
    )
    assert read(the_app, ORDERING) == Ordering(
        text("What comes first?"),
        (Labelled("a", text("Listen")), Labelled("b", text("Plan")), Labelled("c", text("Act"))),
        OrderCredit.PAIRS,
    )
    for fields in (TRUE_FALSE, NUMBER, MATCHING, ORDERING):
        assert read(the_app, fields).faults() == []


def said(french: Text) -> tuple[str | None, list[str]]:
    return french.strings().get("fr"), french.outdated("en")


def test_translations_and_keys_stay_with_their_rows(the_app: Flask) -> None:
    former = Ordering(text("?"), (Labelled("a", text("Listen", fr="Écouter")), Labelled("b", text("Act", fr="Agir"))))
    fields = {
        **ORDERING, "items-0-key": "b", "items-0-text": "Act", "items-1-key": "a", "items-1-text": "Listen well",
        "items-2-key": "", "items-2-text": "Rest",
    }  # fmt: skip
    content = read(the_app, fields, former)
    assert isinstance(content, Ordering)
    assert [item.key for item in content.items] == ["b", "a", "c"]
    assert [said(item.text) for item in content.items] == [("Agir", []), ("Écouter", ["fr"]), (None, [])]


def test_a_match_that_is_reworded_in_one_row_becomes_another(the_app: Flask) -> None:
    former = Matching(
        text("Who does what?"),
        (Prompt("a", text("Budget"), "x"), Prompt("b", text("By-laws"), "x"), Prompt("c", text("Patrols"), "y")),
        (Labelled("x", text("The council", fr="Le conseil")), Labelled("y", text("The police", fr="La police"))),
    )
    rows = [("a", "x", "Budget", "The mayor"), ("b", "x", "By-laws", "The council"), ("c", "y", "Patrols", "Officers")]
    fields = {"type": "matching", "stem": "Who does what?"}
    for n, values_of in enumerate(rows):
        fields |= {
            f"pairs-{n}-{name}": value
            for name, value in zip(("key", "match_key", "prompt", "match"), values_of, strict=True)
        }
    content = read(the_app, fields, former)
    assert isinstance(content, Matching)
    assert [(prompt.key, prompt.match) for prompt in content.prompts] == [("a", "a"), ("b", "x"), ("c", "y")]
    matches = {match.key: said(match.text) for match in content.matches}
    assert matches == {"x": ("Le conseil", []), "y": ("La police", ["fr"]), "a": (None, [])}


def test_two_former_matches_in_the_same_words_become_one(the_app: Flask) -> None:
    former = Matching(
        text("?"),
        (Prompt("a", text("One"), "x"), Prompt("b", text("Two"), "y"), Prompt("c", text("Three"), "z")),
        (Labelled("x", text("Same")), Labelled("y", text("Same")), Labelled("z", text("Other"))),
    )
    content = again(the_app, former, former)
    assert isinstance(content, Matching)
    assert [prompt.match for prompt in content.prompts] == ["x", "x", "z"]
    assert [match.key for match in content.matches] == ["x", "z"]


@pytest.mark.parametrize(
    ("fields", "name", "message"),
    [
        ({**TRUE_FALSE, "truth": ""}, "truth", "Say whether the statement is true."),
        ({**TRUE_FALSE, "truth": "perhaps"}, "truth", "Say whether the statement is true."),
        ({**TRUE_FALSE, "stem": ""}, "stem", "Write the question."),
        ({**NUMBER, "answers-0-value": "many"}, "answers", "Write a number, as 1250.5 or 1.2e6."),
        ({**NUMBER, "answers-0-value": "nan"}, "answers", "Write a number, as 1250.5 or 1.2e6."),
        ({**NUMBER, "answers-0-value": "1e999"}, "answers", "Write a number, as 1250.5 or 1.2e6."),
        ({**NUMBER, "answers-0-value": ""}, "answers", "Write the accepted number, or remove it."),
        ({**NUMBER, "answers-0-tolerance": "-1"}, "answers", "A tolerance is not less than nothing."),
        ({**NUMBER, "answers-0-earns": "-1"}, "answers", "Write a number from 0 to 100."),
        ({**NUMBER, "units-1-factor": "0"}, "units", "A unit is worth more than nothing."),
        ({**NUMBER, "units-1-factor": ""}, "units", "Write what one of it is worth"),
        ({**NUMBER, "units-1-name": ""}, "units", "Name the unit, or take out what it is worth."),
        ({**NUMBER, "unit_penalty": "200"}, "unit_penalty", "Write a number from 0 to 100."),
        ({**MATCHING, "pairs-0-match": ""}, "pairs", "Write what this belongs to, or remove it."),
        ({**MATCHING, "pairs-0-match": "x" * 301}, "pairs", "Keep this under 300 characters."),
        ({**ORDERING, "credit": "some"}, "credit", "Not a valid choice"),
        ({**ORDERING} | {f"items-{n}-text": f"No. {n}" for n in range(21)}, "items", "At most 20."),
    ],
)
def test_limits_are_said_where_they_are_passed(the_app: Flask, fields: dict[str, str], name: str, message: str) -> None:
    with the_app.test_request_context(method="POST", data=fields):
        form = FORMS[fields["type"]](meta={"csrf": False})
        assert not form.validate()
        assert message in str([str(error) for error in flat(form.errors[name])])
        form.content(None, "en")  # what a page that comes back with its faults asks


@pytest.mark.parametrize("fields", [TRUE_FALSE, NUMBER, MATCHING, ORDERING])
def test_faults_are_shown_beside_a_field_that_there_is(the_app: Flask, fields: dict[str, str]) -> None:
    empty = {"type": fields["type"], "stem": "?", "truth": "true", "credit": "all"}
    with the_app.test_request_context(method="POST", data=empty):
        form = FORMS[fields["type"]](meta={"csrf": False})
        faults = form.content(None, "en").faults()
        form.put_beside(faults)
        assert len(flat([form[fault.part].errors for fault in faults])) >= len(faults)
        assert bool(faults) is (fields is not TRUE_FALSE)


@pytest.mark.parametrize("name", sorted(FORMS))
@pytest.mark.parametrize("command", ["add", "up 0", "down 0", "remove 0", "remove 99", "nonsense", ""])
def test_rows_come_and_go_in_every_form(the_app: Flask, name: str, command: str) -> None:
    with the_app.test_request_context(method="POST", data={"stem": "Kept?"}):
        form = FORMS[name](meta={"csrf": False}).rearranged(command)
        assert form.stem.data == "Kept?"
        assert len(form.entries) == (1 if command == "add" and form.rows else 0)
    with the_app.test_request_context():
        assert len(FORMS[name].blank().entries) == FORMS[name].first_rows
