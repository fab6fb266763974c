"""An example of each type, for the file to begin from."""

from __future__ import annotations

from flask_babel import gettext as _

from app.core.text import Text
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
    OrderCredit,
    Ordering,
    Prompt,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
    Unit,
)

from ..questions import OutgoingQuestion


def examples(language: str) -> list[OutgoingQuestion]:
    """One question of each type, in the language of the page, said to be in `language`."""

    def text(words: str) -> Text:
        return Text.of({language: words}, language)

    contents: dict[str, Content] = {
        "example-single": SingleChoice(
            text(_("A child is hurt at a crossing.\n\nWho should be heard first?")),
            (
                Choice("a", text(_("The neighbours")), 1.0, text(_("Yes: they see it every day."))),
                Choice("b", text(_("The press")), 0.0, text(_("Later: they were not there."))),
            ),
            text(_("Ask those who live with it.")),
        ),
        "example-multiple": MultipleChoice(
            text(_("Which of these are first steps?")),
            (
                Choice("a", text(_("Listening")), 0.5),
                Choice("b", text(_("Counting what happened")), 0.5),
                Choice("c", text(_("Buying cameras")), -0.5),
            ),
            partial=True,
        ),
        "example-true-false": TrueFalse(
            text(_("Good lighting makes a street safer.")), True, true_feedback=text(_("So it is."))
        ),
        "example-short": ShortAnswer(
            text(_("Which crossing has stripes?")),
            {language: (AcceptedAnswer(_("zebra*")), AcceptedAnswer(_("pedestrian crossing"), 0.5))},
            language,
        ),
        "example-number": Number(
            text(_("How long is a football pitch?")),
            (AcceptedNumber(105.0, 0.05, True),),
            (Unit("m"), Unit("km", 1000.0)),
            0.1,
        ),
        "example-matching": Matching(
            text(_("Who does what?")),
            (
                Prompt("a", text(_("Paints the stripes")), "a"),
                Prompt("b", text(_("Teaches children to cross")), "b"),
            ),
            (
                Labelled("a", text(_("Public works"))),
                Labelled("b", text(_("The school"))),
                Labelled("c", text(_("The museum"))),
            ),
        ),
        "example-ordering": Ordering(
            text(_("What comes first?")),
            (Labelled("a", text(_("Listen"))), Labelled("b", text(_("Plan"))), Labelled("c", text(_("Build")))),
            OrderCredit.POSITION,
        ),
        "example-gaps": Gaps(
            text(_("A [[1]] street is a street where children [[2]].")),
            (
                Gap("1", {language: (AcceptedAnswer(_("safe")), AcceptedAnswer(_("quiet")))}),
                Gap("2", {}, (Choice("a", text(_("play")), 1.0), Choice("b", text(_("hide")), 0.0))),
            ),
            language,
        ),
        "example-essay": Essay(
            text(_("What would you change in your street, and why?")),
            (
                Criterion(
                    "a",
                    text(_("Gives a reason")),
                    (Level("a", text(_("None")), 0.0), Level("b", text(_("A good one")), 2.0)),
                ),
            ),
            guidance=text(_("Any street will do.")),
            fewest=50,
            most=200,
        ),
    }  # fmt: skip
    tags = (_("example"),)
    return [OutgoingQuestion(key, content, language, 1.0, _("Examples"), tags) for key, content in contents.items()]
