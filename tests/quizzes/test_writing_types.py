"""What trainers type of gaps, places, essays, hints and pictures becomes content and comes back as it was."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.text import Text
from app.quizzes.types import (
    AcceptedAnswer,
    Choice,
    Content,
    Criterion,
    Essay,
    Gap,
    Gaps,
    HotSpot,
    Level,
    Picture,
    Shape,
    SingleChoice,
    Spot,
    type_name,
)
from app.quizzes.types.editor import FORMS, KnownPicture, QuestionForm
from tests.factories import a_choice_question, text

from .generated import gaps_questions, maybe_texts, texts

A, B = "a" * 64, "b" * 64
LIBRARY = {
    A: KnownPicture(A, "square.webp", text("A square", fr="Une place"), 800, 600),
    B: KnownPicture(B, "line.webp", None, 400, 100),
}


def form_of(app: Flask, fields: dict[str, str], *, valid: bool = True) -> QuestionForm:
    with app.test_request_context(method="POST", data=fields):
        form = FORMS[fields["type"]](meta={"csrf": False})
        form.languages, form.library = ("en", "fr"), LIBRARY
        assert form.validate() == valid, form.errors
        return form


def read(app: Flask, fields: dict[str, str], former: Content | None = None) -> Any:
    return form_of(app, fields).content(former, "en")


def again(app: Flask, content: Content) -> Any:
    """The content of the form that shows `content`, sent as it is."""
    with app.test_request_context():
        fields = sent(FORMS[type_name(content)].showing(content, "en"))
    return read(app, {"type": type_name(content), **fields}, content)


def sent(form: Any) -> dict[str, str]:
    """What a browser sends of a form, with all that its rows hold."""
    found: dict[str, str] = {}
    for field in form:
        if field.type == "FieldList":
            for entry in field.entries:
                found |= sent(entry.form)
        elif field.type == "FormField":
            found |= sent(field.form)
        elif field.data not in (None, False) and field.type != "CSRFTokenField":
            found[field.name] = "y" if field.data is True else str(field.data)
    return found


GAPS = {
    "type": "gaps", "stem": "In [[1]], [[2]] says [[word]].", "feedback": "",
    "gaps-0-key": "[[1]]", "gaps-0-answers-0-text": "1990", "gaps-0-answers-0-language": "en",
    "gaps-0-answers-1-text": "19*", "gaps-0-answers-1-earns": "50", "gaps-0-answers-1-language": "en",
    "gaps-0-answers-2-text": "mille", "gaps-0-answers-2-language": "fr",
    "gaps-1-chosen": "y", "gaps-1-weight": "2", "gaps-1-answers-0-text": "a law", "gaps-1-answers-0-right": "y",
    "gaps-1-answers-1-text": "a plan", "gaps-1-answers-1-earns": "25", "gaps-1-answers-1-feedback": "Not quite.",
    "gaps-2-key": "word", "gaps-2-answers-0-text": "no", "accents_matter": "y",
}  # fmt: skip
SPOTS = {
    "type": "hot_spot", "stem": "Where is the crossing?", "picture-media": A, "picture-alternative": "",
    "spots-0-name": "Left, by the trees", "spots-0-shape": "rectangle", "spots-0-points": "10,20 110,220",
    "spots-0-right": "y", "spots-1-name": "The middle", "spots-1-shape": "circle", "spots-1-points": "500 300; 500,350",
    "spots-1-feedback": "A car would not stop there.",
}  # fmt: skip
ESSAY = {
    "type": "essay", "stem": "How would you begin?", "fewest": "100", "most": "300", "guidance": "Look for names.",
    "starter": "Aim:", "rubric-0-text": "Names who is heard", "rubric-0-levels-0-text": "All",
    "rubric-0-levels-0-points": "2", "rubric-0-levels-1-text": "None", "rubric-0-levels-1-points": "0",
}  # fmt: skip


def test_gaps_are_read(the_app: Flask) -> None:
    assert read(the_app, GAPS) == Gaps(
        stem=text("In [[1]], [[2]] says [[word]]."),
        gaps=(
            Gap("1", {"en": (AcceptedAnswer("1990"), AcceptedAnswer("19*", 0.5)), "fr": (AcceptedAnswer("mille"),)}),
            # A row without a name is for the gap of the text that has none.
            Gap("2", choices=(
                Choice("a", text("a law"), 1.0), Choice("b", text("a plan"), 0.25, text("Not quite.")),
            ), weight=2.0),
            Gap("word", {"en": (AcceptedAnswer("no"),)}),
        ),
        source_language="en",
        accents_matter=True,
    )  # fmt: skip
    assert read(the_app, GAPS).faults() == []


def test_places_are_read(the_app: Flask) -> None:
    assert read(the_app, SPOTS) == HotSpot(
        stem=text("Where is the crossing?"),
        picture=Picture(A, text("A square", fr="Une place")),
        width=800,
        height=600,
        spots=(
            Spot("a", text("Left, by the trees"), Shape.RECTANGLE, (10, 20, 110, 220), 1.0),
            Spot("b", text("The middle"), Shape.CIRCLE, (500, 300, 500, 350), 0.0, text("A car would not stop there.")),
        ),
    )


def test_right_places_share_the_mark_where_part_of_it_is_given(the_app: Flask) -> None:
    several = read(the_app, SPOTS | {"several": "y", "partial": "y", "spots-1-right": "y"})
    assert [spot.fraction for spot in several.spots] == [0.5, 0.5]
    costs = read(the_app, SPOTS | {"several": "y", "partial": "y", "spots-1-earns": "−25"})
    assert [spot.fraction for spot in costs.spots] == [1.0, -0.25]


def test_an_essay_is_read_with_its_levels_from_the_least(the_app: Flask) -> None:
    assert read(the_app, ESSAY) == Essay(
        stem=text("How would you begin?"),
        rubric=(
            Criterion(
                "a", text("Names who is heard"), (Level("b", text("None"), 0.0), Level("a", text("All"), 2.0))
            ),
        ),
        guidance=text("Look for names."),
        fewest=100,
        most=300,
        starter=text("Aim:"),
    )  # fmt: skip


pictures = st.sampled_from([(), (Picture(A, text("A square", fr="Une place")),), (Picture(B, text("Two lines")),)])
hints = st.lists(texts(), max_size=3).map(tuple)


@st.composite
def drawn(draw: Any) -> Content:
    """A question of one of the types, in English, with translations."""
    shared = {"feedback": draw(maybe_texts), "hints": draw(hints), "pictures": draw(pictures)}
    kind = draw(st.sampled_from(["gaps", "hot_spot", "essay"]))
    if kind == "gaps":
        content: Any = draw(gaps_questions())
        return msgspec.structs.replace(content, gaps=tuple(map(_rounded, content.gaps)), **shared)  # type: ignore[no-any-return]
    if kind == "hot_spot":
        shapes = st.sampled_from(
            [(Shape.RECTANGLE, (0, 1, 20, 30)), (Shape.CIRCLE, (5, 5, 5, 9)), (Shape.POLYGON, (0, 0, 9, 0, 9, 9, 4, 7))]
        )
        several = draw(st.booleans())
        partial = several and draw(st.booleans())
        fractions = [1.0, 0.0, *draw(st.lists(st.sampled_from([0.0, -0.25] if partial else [0.0]), max_size=3))]
        spots = tuple(
            Spot("abcdef"[n], draw(texts()), *draw(shapes), fraction, draw(maybe_texts))
            for n, fraction in enumerate(fractions)
        )
        picture = Picture(A, draw(texts()))
        return HotSpot(draw(texts()), picture, 800, 600, spots, several, partial, **shared)
    points = st.lists(st.sampled_from([0.0, 0.5, 2.0, 10.0]), min_size=1, max_size=4).map(sorted)
    rubric = tuple(
        Criterion(
            "abc"[n], draw(texts()), tuple(Level("wxyz"[m], draw(texts()), p) for m, p in enumerate(draw(points)))
        )
        for n in range(draw(st.integers(0, 3)))
    )
    lengths = draw(st.sampled_from([(None, None), (10, None), (None, 200), (10, 200)]))
    return Essay(draw(texts()), tuple(rubric), draw(maybe_texts), *lengths, draw(maybe_texts), **shared)


def _rounded(gap: Gap) -> Gap:
    """The gap with shares that a form can say, in percent."""

    def rounded(answers: Any) -> Any:
        return tuple(msgspec.structs.replace(one, fraction=round(one.fraction, 4)) for one in answers)

    accepted = {tag: rounded(answers) for tag, answers in gap.accepted.items()}
    return msgspec.structs.replace(gap, accepted=accepted, choices=rounded(gap.choices))


def test_what_is_shown_and_sent_again_is_the_same(the_app: Flask) -> None:
    @settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
    @given(drawn())
    def there_and_back(content: Content) -> None:
        assert again(the_app, content) == content

    there_and_back()


# --- hints and pictures, in a question of any type ------------------------------------------------

CHOICE = {"type": "single_choice", "stem": "?", "choices-0-text": "x", "choices-1-text": "y", "right": "0"}


def test_hints_keep_their_translations_wherever_they_move(the_app: Flask) -> None:
    former = msgspec.structs.replace(
        a_choice_question(), hints=(text("First", fr="Premier"), text("Second", fr="Deuxième"))
    )
    moved = {"hints-0-place": "1", "hints-0-text": "Second", "hints-1-place": "0", "hints-1-text": "First of all"}
    found = read(the_app, CHOICE | moved | {"hints-2-text": "", "hints-3-text": "New"}, former).hints
    assert [hint.strings() for hint in found] == [
        {"en": "Second", "fr": "Deuxième"}, {"en": "First of all", "fr": "Premier"}, {"en": "New"},
    ]  # fmt: skip
    assert found[0].outdated("en") == [] and found[1].outdated("en") == ["fr"]


def test_a_picture_shows_what_the_library_says_unless_something_else_was_typed(the_app: Flask) -> None:
    chosen = {"pictures-0-media": A, "pictures-1-media": A, "pictures-1-alternative": "Where the cars turn"}
    assert read(the_app, CHOICE | chosen).pictures == (
        Picture(A, text("A square", fr="Une place")),
        Picture(A, text("A square", fr="Une place").with_phrase("en", "Where the cars turn", "en")),
    )


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"pictures-0-media": B}, "pictures-0-alternative", "Say what the picture shows"),
        ({"pictures-0-media": "c" * 64}, "pictures-0-media", "Choose a picture of the library."),
        ({"pictures-0-alternative": "A square"}, "pictures-0-media", "Choose a picture of the library."),
        ({f"hints-{n}-text": "Look" for n in range(11)}, "hints", "At most 10"),
        ({"hints-0-text": "x" * 1001}, "hints-0-text", "Keep this under 1000 characters."),
    ],
)
def test_what_is_wrong_with_a_picture_or_hint_stands_beside_it(
    the_app: Flask, fields: dict[str, str], field: str, words: str
) -> None:
    form = form_of(the_app, CHOICE | fields, valid=False)
    list_name, _dash, rest = field.partition("-")
    shown = form[list_name]
    if rest:
        place, _dash, name = rest.partition("-")
        shown = shown.entries[int(place)].form[name]
    assert any(str(error).startswith(words) for error in shown.errors)


@pytest.mark.parametrize(
    ("fields", "path", "words"),
    [
        (GAPS | {"gaps-0-key": "Öl"}, ["gaps", 0, "key"], "Use small letters"),
        (GAPS | {"gaps-0-weight": "0"}, ["gaps", 0, "weight"], "Write a number from 0.01 to 100."),
        (GAPS | {"gaps-0-answers-0-text": "", "gaps-0-answers-0-feedback": "x"}, ["gaps", 0, "answers", 0, "text"],
         "Write the accepted answer, or remove it."),
        (GAPS | {f"gaps-0-answers-{n}-text": "x" for n in range(21)}, ["gaps", 0, "answers"], "At most 20 answers"),
        (SPOTS | {"spots-0-points": "10,20 110"}, ["spots", 0, "points"], "Write two numbers for each corner"),
        (SPOTS | {"spots-0-points": "here"}, ["spots", 0, "points"], "Write two numbers for each corner"),
        (SPOTS | {"spots-0-points": "1,1 " * 31}, ["spots", 0, "points"], "At most 30 corners."),
        (SPOTS | {"spots-0-name": ""}, ["spots", 0, "name"], "Say what is there"),
        (SPOTS | {"spots-0-shape": "star"}, ["spots", 0, "shape"], "Not a valid choice"),
        (SPOTS | {"several": "y", "spots-1-earns": "50"}, ["spots"], "A place that earns something is right"),
        (SPOTS | {"picture-media": "c" * 64}, ["picture", "media"], "Choose a picture of the library."),
        (ESSAY | {"fewest": "many"}, ["fewest"], "Write a whole number from 1 to 5000."),
        (ESSAY | {"rubric-0-text": ""}, ["rubric", 0, "text"], "Say what is looked for"),
        (ESSAY | {"rubric-0-levels-0-points": ""}, ["rubric", 0, "levels", 0, "points"], "Say how many points"),
        (ESSAY | {"rubric-0-levels-0-points": "−1"}, ["rubric", 0, "levels", 0, "points"], "Write a number from 0"),
        (ESSAY | {"rubric-0-levels-0-text": ""}, ["rubric", 0, "levels", 0, "text"], "Say what an answer"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_the_field(
    the_app: Flask, fields: dict[str, str], path: list[str | int], words: str
) -> None:
    field: Any = form_of(the_app, fields, valid=False)
    for step in path:
        field = field.entries[step] if isinstance(step, int) else getattr(field, "form", field)[step]
    assert any(str(error).startswith(words) for error in field.errors)


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        (GAPS | {"stem": "No gap"}, ["stem"]),
        (GAPS | {"gaps-2-answers-0-text": ""}, ["gaps"]),
        (SPOTS | {"picture-media": ""}, ["picture", "media"]),
        (SPOTS | {"spots-0-right": ""}, ["spots"]),
        (ESSAY | {"most": "5"}, ["most"]),
    ],
)
def test_faults_stand_beside_the_field_too(the_app: Flask, fields: dict[str, str], part: list[str]) -> None:
    form = form_of(the_app, {name: value for name, value in fields.items() if value})
    with the_app.test_request_context():
        faults = form.content(None, "en").faults()
        assert faults
        form.put_beside(faults)
        field: Any = form
        for step in part:
            field = getattr(field, "form", field)[step]
        assert field.errors


# --- without scripts ------------------------------------------------------------------------------


def rearranged(app: Flask, fields: dict[str, str], command: str) -> Any:
    with app.test_request_context(method="POST", data=fields):
        form = FORMS[fields["type"]](meta={"csrf": False})
        form.languages, form.library = ("en",), LIBRARY
        changed = form.rearranged(command)
        assert changed.library is LIBRARY
        return changed


def answers_of(form: Any, gap: int) -> list[str]:
    return [entry.form.text.data or "" for entry in form.gaps.entries[gap].form.answers.entries]


@pytest.mark.parametrize(
    ("command", "first"),
    [
        ("gaps-0-answers add", ["1990", "19*", "mille", ""]),
        ("gaps-0-answers remove 1", ["1990", "mille"]),
        ("gaps-0-answers up 1", ["19*", "1990", "mille"]),
        ("gaps-0-answers down 2", ["1990", "19*", "mille"]),
        ("gaps-9-answers add", ["1990", "19*", "mille"]),
        ("gaps-x-answers add", ["1990", "19*", "mille"]),
        ("gaps-0-answers remove 7", ["1990", "19*", "mille"]),
        ("gaps-0 add", ["1990", "19*", "mille"]),
        ("stem add", ["1990", "19*", "mille"]),
        ("gaps-0-key add", ["1990", "19*", "mille"]),
        (f"gaps-{'9' * 5000}-answers add", ["1990", "19*", "mille"]),
        ("9", ["1990", "19*", "mille"]),
        ("  ", ["1990", "19*", "mille"]),
    ],
)
def test_rows_within_rows_come_go_and_move(the_app: Flask, command: str, first: list[str]) -> None:
    form = rearranged(the_app, GAPS, command)
    assert answers_of(form, 0) == first
    assert answers_of(form, 1) == ["a law", "a plan"]


def test_rows_come_with_what_belongs_in_them(the_app: Flask) -> None:
    assert answers_of(rearranged(the_app, GAPS, "add"), 3) == [""]
    assert answers_of(rearranged(the_app, GAPS, "up 1"), 0) == ["a law", "a plan"]
    assert len(rearranged(the_app, CHOICE, "hints add").hints.entries) == 1
    assert len(rearranged(the_app, CHOICE, "pictures add").pictures.entries) == 1
    assert len(rearranged(the_app, ESSAY, "add").rubric.entries[1].form.levels.entries) == 2
    full = CHOICE | {f"pictures-{n}-media": A for n in range(5)}
    assert len(rearranged(the_app, full, "pictures add").pictures.entries) == 5


def test_a_row_is_made_for_each_gap_of_the_text(the_app: Flask) -> None:
    fields = {"type": "gaps", "stem": "[[b]] and [[a]], [[b]]", "gaps-0-key": "", "gaps-1-key": "a"}
    form = rearranged(the_app, fields, "read")
    assert [entry.form.key.data for entry in form.gaps.entries] == ["a", "b"]


# --- translations ----------------------------------------------------------------------------------


def test_translations_stay_with_what_they_were_made_from(the_app: Flask) -> None:
    former = Gaps(
        text("[[1]] and [[2]]", fr="[[1]] et [[2]]"),
        (
            Gap("1", choices=(Choice("a", text("law", fr="loi"), 1.0), Choice("b", text("plan", fr="projet")))),
            Gap("2", accepted={"en": (AcceptedAnswer("x", 1.0, text("Yes.", fr="Oui.")),)}),
        ),
        "en",
    )
    with the_app.test_request_context():
        fields = sent(FORMS["gaps"].showing(former, "en"))
    fields |= {"gaps-0-answers-1-text": "a plan", "type": "gaps"}
    made = read(the_app, fields, former)
    assert made.gaps[1] == former.gaps[1]
    assert made.gaps[0].choices[0] == former.gaps[0].choices[0]
    assert made.gaps[0].choices[1].text.strings() == {"en": "a plan", "fr": "projet"}
    assert made.gaps[0].choices[1].text.outdated("en") == ["fr"]


def test_a_picture_that_is_no_longer_in_the_library_keeps_its_size(the_app: Flask) -> None:
    former = read(the_app, SPOTS)
    with the_app.test_request_context(method="POST", data=SPOTS | {"spots-0-key": "a", "spots-1-key": "b"}):
        form = FORMS["hot_spot"](meta={"csrf": False})
        form.library = {A: KnownPicture(A, "gone", former.picture.alternative)}
        assert form.validate()
        assert form.content(former, "en") == former


def test_one_choice_stays_what_it_was_with_hints_and_pictures(the_app: Flask) -> None:
    content = SingleChoice(
        text("?"), (Choice("a", text("x"), 1.0), Choice("b", text("y"))),
        hints=(text("Look"),), pictures=(Picture(A, Text({})),),
    )  # fmt: skip
    with the_app.test_request_context():
        fields = sent(FORMS["single_choice"].showing(content, "en"))
    fields = {name: value for name, value in fields.items() if not name.endswith("-right")} | {"right": "0"}
    decorates = {A: KnownPicture(A, "line.webp", Text({}))}
    with the_app.test_request_context(method="POST", data=fields):
        form = FORMS["single_choice"](meta={"csrf": False})
        form.library = decorates
        assert form.validate()
        assert form.content(content, "en") == content
