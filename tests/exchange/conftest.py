"""Questions that formats are asked about."""

from __future__ import annotations

import pytest

from app.quizzes.types import (
    AcceptedAnswer,
    AcceptedNumber,
    Choice,
    Content,
    Criterion,
    Essay,
    Gap,
    Gaps,
    Labelled,
    Level,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    Picture,
    Prompt,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
    Unit,
)

from .made_questions import HOT_SPOT, text


@pytest.fixture
def every_loss() -> dict[str, Content]:
    """A question of each type with all that a format may be unable to say of it, by the name of the type."""
    right, wrong = Choice("a", text("A"), 1.0), Choice("b", text("B"))
    picture = Picture("0" * 64, text("A bridge"))
    rubric = (Criterion("c", text("Clear"), (Level("l", text("No"), 0.0), Level("m", text("Yes"), 2.0))),)
    accepted = {"en": (AcceptedAnswer("Été"),)}
    return {
        "single": SingleChoice(text("Which?"), (right, wrong), None, (text("Think."),), (picture,)),
        "multiple": MultipleChoice(text("Which?"), (right, wrong)),
        "true_false": TrueFalse(text("Is it?"), True, hints=(text("Think."),)),
        "short": ShortAnswer(text("When?"), accepted, "en", case_matters=True, accents_matter=True),
        "number": Number(
            text("How far?"), (AcceptedNumber(5.0, 0.05, relative=True),), (Unit("m"), Unit("cm", 0.01)), 0.1
        ),
        "matching": Matching(
            text("Match."),
            (Prompt("p", text("x"), "a"), Prompt("q", text("y"), "b")),
            (Labelled("a", text("A")), Labelled("b", text("B"))),
            all_or_nothing=True,
        ),
        "essay": Essay(text("Write."), rubric, text("Look for x."), 10, 500, text("I think")),
        "ordering": Ordering(text("Order."), (Labelled("a", text("A")), Labelled("b", text("B")))),
        "gaps": Gaps(text("It is [[a]]."), (Gap("a", accepted, weight=0.5),), "en", True, True),
        "hot_spot": HOT_SPOT,
    }
