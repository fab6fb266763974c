"""Moodle's XML as Moodle writes it: read type by type, or refused with name, line and reason."""

from __future__ import annotations

import pytest
from flask import Flask

from app.config import ROOT
from app.core.text import Text
from app.exchange.moodle import FORMAT
from app.exchange.parsed import ParsedQuestion
from app.quizzes.types import (
    AcceptedAnswer,
    AcceptedNumber,
    Content,
    Essay,
    Gaps,
    Labelled,
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

from .made_questions import text

ATTACKS = ROOT.parent / "shared" / "corpus" / "attacks" / "xml"


@pytest.fixture(autouse=True)
def _context(app: Flask) -> None:
    """Words are translated in an application."""


def asked(kind: str, inner: str, stem: str = "<p>What <b>is</b> it?</p>", name: str = "The name") -> str:
    return f"""  <question type="{kind}">
    <name><text>{name}</text></name>
    <questiontext format="html">
      <text><![CDATA[{stem}]]></text>
    </questiontext>
    {inner}
  </question>
"""


def quiz(*questions: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{"".join(questions)}</quiz>\n'.encode()


def read(data: bytes) -> tuple[list[ParsedQuestion], list[str]]:
    questions, faults = FORMAT.read(data, file="x.xml", language="en")
    return questions, [str(fault) for fault in faults]


def one(kind: str, inner: str, stem: str = "<p>What <b>is</b> it?</p>") -> ParsedQuestion:
    (question,), faults = read(quiz(asked(kind, inner, stem)))
    assert faults == []
    return question


def refused(kind: str, inner: str, stem: str = "<p>What <b>is</b> it?</p>") -> str:
    questions, (fault,) = read(quiz(asked(kind, inner, stem)))
    assert questions == []
    return fault


def answer(fraction: str, words: str, feedback: str = "", more: str = "") -> str:
    said = f'<feedback format="html"><text>{feedback}</text></feedback>' if feedback else ""
    return f'<answer fraction="{fraction}" format="html"><text>{words}</text>{said}{more}</answer>'


def words(text: Text | None) -> str | None:
    return text.best("en", "en") if text else None


def said(content: Content) -> list[tuple[str, str | None, float, str | None]]:
    assert isinstance(content, SingleChoice | MultipleChoice)
    return [(choice.key, words(choice.text), choice.fraction, words(choice.feedback)) for choice in content.choices]


STEM = text("What is it?")


def test_what_all_questions_have() -> None:
    question = one(
        "truefalse",
        """<generalfeedback format="markdown"><text>Read *on*.</text></generalfeedback>
        <defaultgrade>2.5000000</defaultgrade><penalty>1.0000000</penalty><hidden>0</hidden><idnumber>77</idnumber>
        <answer fraction="0" format="moodle_auto_format"><text>true</text>
          <feedback format="html"><text>&lt;p&gt;No.&lt;/p&gt;</text></feedback></answer>
        <answer fraction="100"><text>false</text><feedback format="moodle_auto_format"><text>Yes,
so.</text></feedback></answer>
        <hint format="html"><text>One.</text></hint><hint format="html"><text></text></hint>
        <hint><text>Two.</text></hint>
        <tags><tag><text>water</text></tag><tag><text> fire </text></tag><tag><text>water</text></tag></tags>""",
    )
    assert question.content == TrueFalse(
        STEM, False, text("Read on."), text("No."), text("Yes,\nso."), (text("One."), text("Two."))
    )
    assert (question.key, question.marks, question.tags, question.line) == ("the-name", 2.5, ("water", "fire"), 3)
    assert question.left_out == ()


def test_categories_hold_until_the_next() -> None:
    def category(path: str) -> str:
        return f'<question type="category"><category><text>{path}</text></category></question>'

    true = answer("100", "true") + answer("0", "false")
    questions, faults = read(
        quiz(
            asked("truefalse", true),
            category("$course$/top/Default for Course 1/Water &amp; fire"),
            asked("truefalse", true, name=""),
            category("$system$/top"),
            asked("truefalse", "<idnumber>Q-9</idnumber>" + true, name=""),
        )
    )
    assert faults == []
    assert [(question.category, question.key) for question in questions] == [
        ("", "the-name"),
        ("Default for Course 1/Water & fire", "question-2"),
        ("", "question-q-9"),
    ]


def test_choices() -> None:
    answers = answer("100", "&lt;p&gt;Rome&lt;/p&gt;", "Yes") + answer("33.33333", "Paris") + answer("-50", "Bern")
    single = one("multichoice", "<single>true</single>" + answers)
    expected = [("a", "Rome", 1.0, "Yes"), ("b", "Paris", 0.3333333, None), ("c", "Bern", -0.5, None)]
    assert isinstance(single.content, SingleChoice) and said(single.content) == expected
    several = one("multichoice", "<single>false</single>" + answers)
    assert isinstance(several.content, MultipleChoice) and several.content.partial and said(several.content) == expected
    whole = one("multichoiceset", answer("100", "x") + answer("50", "y") + answer("0", "z"))
    assert isinstance(whole.content, MultipleChoice) and not whole.content.partial
    assert [choice.fraction for choice in whole.content.choices] == [1.0, 1.0, 0.0]


def test_what_is_left_out_is_told() -> None:
    answers = answer("100", "x") + answer("0", "y")
    usual = "<correctfeedback><text>Your answer is correct.</text></correctfeedback><penalty>0.3333333</penalty>"
    assert one("multichoice", usual + "<shuffleanswers>true</shuffleanswers>" + answers).left_out == ()
    own = "<incorrectfeedback><text>No!</text></incorrectfeedback><penalty>0.25</penalty>"
    assert one("multichoice", own + "<shuffleanswers>0</shuffleanswers>" + answers).left_out == (
        "What it says to right, to partly right or to wrong answers as a whole is left out.",
        "That its answers keep their order is left out: the quiz says whether they are shuffled.",
        "Its penalty for wrong tries is left out: the quiz has one for all.",
    )


def test_short_answers() -> None:
    answers = answer("100", "  United   Nations ", "Yes") + answer("50", "UN*") + answer("-10", "&lt;b&gt;")
    content = one("shortanswer", "<usecase>1</usecase>" + answers).content
    assert content == ShortAnswer(
        STEM,
        {
            "en": (
                AcceptedAnswer("United Nations", 1.0, text("Yes")),
                AcceptedAnswer("UN*", 0.5),
                AcceptedAnswer("<b>", 0),
            )
        },
        "en",
        case_matters=True,
    )


def test_numbers_and_units() -> None:
    answers = answer("100", "5.1", "Yes", "<tolerance>0.05</tolerance>") + answer("50", "-1e3") + answer("0", "*", "No")
    units = """<units><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit>
        <unit><multiplier>100</multiplier><unit_name>cm</unit_name></unit></units>"""
    numbers = (AcceptedNumber(5.1, 0.05, feedback=text("Yes")), AcceptedNumber(-1000.0, fraction=0.5))
    graded = "<unitgradingtype>1</unitgradingtype><unitpenalty>0.2</unitpenalty><showunits>2</showunits>"
    question = one("numerical", answers + units + graded)
    assert question.content == Number(STEM, numbers, (Unit("m"), Unit("cm", 0.01)), 0.2)
    assert question.left_out == ("What it says to any other number is left out: “No”",)
    optional = graded.replace("<unitgradingtype>1", "<unitgradingtype>0")
    assert one("numerical", answers + units + optional).content == Number(STEM, numbers, (Unit("m"), Unit("cm", 0.01)))
    none = graded.replace("<showunits>2", "<showunits>3")
    assert one("numerical", answers + units + none).content == Number(STEM, numbers)


def test_pairs_and_distractors() -> None:
    def pair(prompt: str, match: str) -> str:
        return f'<subquestion format="html"><text>{prompt}</text><answer><text>{match}</text></answer></subquestion>'

    inner = (
        pair("&lt;p&gt;Italy&lt;/p&gt;", "Rome &amp;amp; more")
        + pair("Lazio", "Rome &amp;amp; more")
        + pair("", "Oslo")
    )
    assert one("matching", inner).content == Matching(
        STEM,
        (Prompt("a", text("Italy"), "a"), Prompt("b", text("Lazio"), "a")),
        (Labelled("a", text("Rome & more")), Labelled("b", text("Oslo"))),
    )


@pytest.mark.parametrize(
    ("grading", "credit"),
    [
        ("ALL_OR_NOTHING", OrderCredit.ALL),
        ("ABSOLUTE_POSITION", OrderCredit.POSITION),
        ("RELATIVE_ALL_PREVIOUS_AND_NEXT", OrderCredit.PAIRS),
    ],
)
def test_orders(grading: str, credit: OrderCredit) -> None:
    items = answer("2.0000000", "second") + answer("1.0000000", "first") + answer("10.0000000", "last")
    inner = f"<selecttype>ALL</selecttype><gradingtype>{grading}</gradingtype>{items}"
    expected = (Labelled("a", text("first")), Labelled("b", text("second")), Labelled("c", text("last")))
    assert one("ordering", inner).content == Ordering(STEM, expected, credit)


def test_essays() -> None:
    inner = """<responseformat>editor</responseformat><minwordlimit>50</minwordlimit><maxwordlimit></maxwordlimit>
        <attachments>1</attachments><attachmentsrequired>0</attachmentsrequired>
        <graderinfo format="html"><text>&lt;p&gt;Look.&lt;/p&gt;</text></graderinfo>
        <responsetemplate format="html"><text>I think</text></responsetemplate>"""
    question = one("essay", inner)
    assert question.content == Essay(STEM, guidance=text("Look."), fewest=50, starter=text("I think"))
    assert question.left_out == ("That files may be handed in is left out.",)


def test_cloze() -> None:
    stem = """<p>[[A]] San Francisco: {1:MULTICHOICE:=California#OK~Arizona#<b>Wrong</b>}<br />Tucson:
{2:MCS:California~%100%Ari&#125;zona \\} \\~}</p><p>The capital is {:SHORTANSWER:%100%Paris#Yes!<br />
~%50%Mar&amp;seille#No, that is \\#2~*#Wrong.}.</p>"""
    question = one("cloze", "<penalty>0.3333333</penalty>", stem)
    content = question.content
    assert isinstance(content, Gaps)
    assert words(content.stem) == "[[A]] San Francisco: [[1]]\nTucson: [[2]]\n\nThe capital is [[3]]."
    first, second, third = content.gaps
    assert (first.key, first.weight, second.weight, third.weight, question.marks) == ("1", 1, 2, 1, 4)
    assert [(words(c.text), c.fraction, words(c.feedback)) for c in first.choices] == [
        ("California", 1.0, "OK"),
        ("Arizona", 0.0, "Wrong"),
    ]
    assert [(words(c.text), c.fraction) for c in second.choices] == [("California", 0.0), ("Ari}zona } ~", 1.0)]
    assert [(a.text, a.fraction, words(a.feedback)) for a in third.accepted["en"]] == [
        ("Paris", 1.0, "Yes!"),
        ("Mar&seille", 0.5, "No, that is #2"),
        ("*", 0.0, "Wrong."),
    ]
    assert not content.case_matters
    case = one("cloze", "<defaultgrade>3</defaultgrade>", "{1:SHORTANSWER_C:=Oslo} {1:SAC:=Rome}")
    assert isinstance(case.content, Gaps) and case.content.case_matters and case.marks == 3


@pytest.mark.parametrize(("kind", "tag"), [("gapselect", "selectoption"), ("ddwtos", "dragbox")])
def test_words_to_choose_or_drag_into_gaps(kind: str, tag: str) -> None:
    options = "".join(
        f"<{tag}><text>{words}</text><group>{group}</group></{tag}>"
        for words, group in (("quick", 1), ("fox", 2), ("slow", 1), ("dog", 2), ("fox", 2))
    )
    content = one(kind, options, "The [[1]] brown [[2]] jumps; the [[5]] [[X]] is not [[3]].").content
    assert isinstance(content, Gaps)
    assert words(content.stem) == "The [[1]] brown [[2]] jumps; the [[3]] [[X]] is not [[4]]."
    assert [[(words(c.text), c.fraction) for c in gap.choices] for gap in content.gaps] == [
        [("quick", 1.0), ("slow", 0.0)],
        [("fox", 1.0), ("dog", 0.0)],
        [("fox", 1.0), ("dog", 0.0)],
        [("quick", 0.0), ("slow", 1.0)],
    ]


FILE = '<file name="map.png" path="/" encoding="base64">iVBORw0KGgo=</file>'


@pytest.mark.parametrize(
    ("kind", "inner", "stem", "reason"),
    [
        ("description", "", "Words", ":3: “The name”: this is a text without a question"),
        ("calculated", "", "Words", ":3: “The name”: questions of the type “calculated” cannot be read"),
        ("essay", "", "<p> </p>", ":3: “The name”: the question has no text"),
        ("essay", "", '<img src="@@PLUGINFILE@@/map.png">', ":5: “The name”: it holds <img>, which plain text cannot"),
        ("essay", f"<generalfeedback><text>x</text>{FILE}</generalfeedback>", "Words",
         ":8: “The name”: it holds the file “map.png”, and files are not taken from here"),
        ("essay", "<generalfeedback><text><b>x</b></text></generalfeedback>", "Words",
         ":8: “The name”: <text> holds markup that is not escaped"),
        ("essay", "<defaultgrade>0</defaultgrade>", "Words", ":3: “The name”: its mark is from 0.01 to 100, not 0"),
        ("essay", "<defaultgrade>x</defaultgrade>", "Words", ":3: “The name”: its mark is from 0.01 to 100, not x"),
        ("essay", "<attachmentsrequired>1</attachmentsrequired>", "Words", ":3: “The name”: it asks for files"),
        ("multichoice", answer("100", "") + answer("0", "x"), "Words", ":8: “The name”: an answer has no text"),
        ("multichoice", answer("200", "x"), "Words", ":8: “The name”: a weight lies between -100 and 100 percent"),
        ("multichoice", answer("0", "x") + answer("0", "y"), "Words", ":3: “The name”: no choice is right"),
        ("multichoice", answer("100", "x"), "Words", ":3: “The name”: a choice question needs at least two choices"),
        ("truefalse", answer("100", "true") + answer("100", "false"), "Words", ":3: “The name”: one of its answers"),
        ("truefalse", answer("100", "yes") + answer("0", "no"), "Words", ":3: “The name”: one of its answers"),
        ("shortanswer", answer("100", ""), "Words", ":8: “The name”: an accepted answer has from 1 to 500 characters"),
        ("numerical", answer("100", "five"), "Words", ":8: “The name”: 'five', or its tolerance, is no number"),
        ("numerical", answer("100", "*"), "Words", ":8: “The name”: any number at all would earn marks"),
        ("numerical", "<units><unit><unit_name>m</unit_name><multiplier>0</multiplier></unit></units>", "Words",
         ":8: “The name”: a unit has a name, and a multiplier above nothing"),
        ("ordering", "<gradingtype>LONGEST_ORDERED_SUBSET</gradingtype>", "Words",
         ":3: “The name”: orders are not graded here as it asks: LONGEST_ORDERED_SUBSET"),
        ("ordering", "<selecttype>RANDOM</selecttype>", "Words", ":3: “The name”: it asks for some of its items only"),
        ("cloze", "", "Words", ":5: “The name”: there is no gap in its text"),
        ("cloze", "", "{1:NUMERICAL:=5:0.1}", ":5: “The name”: a gap of the kind NUMERICAL cannot be read"),
        ("cloze", "", "{1:MULTIRESPONSE:=5~=6}", ":5: “The name”: a gap of the kind MULTIRESPONSE cannot be read"),
        ("cloze", "", "[[x]] {1:SA:=5}", ":3: “The name”: [[x]] stands in the text, and no gap below is called so"),
        ("cloze", "", "{1:SA:=5", ":5: “The name”: a gap is not closed with }"),
        ("cloze", "", "{1:SA:=x} {1:SAC:=x}", ":5: “The name”: capitals matter in some of its gaps and not in others"),
        ("cloze", "", "{1:MC:=<img src=x>~b}", ":5: “The name”: it holds <img>, which plain text cannot show"),
        ("gapselect", "", "The [[1]]", ":3: “The name”: there is no choice 1 for the gap [[1]]"),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_with_its_name_and_line(kind: str, inner: str, stem: str, reason: str) -> None:
    assert refused(kind, inner, stem).startswith(f"x.xml{reason}")


def test_one_question_that_is_refused_does_not_hide_the_others() -> None:
    questions, faults = read(quiz(asked("x", "", name=""), asked("essay", "")))
    assert [type(question.content) for question in questions] == [Essay]
    assert faults == ["x.xml:3: question 1: questions of the type “x” cannot be read"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "x.xml:1: the file is empty"),
        (b"Which?{=a}", "x.xml:1: this is not XML that can be read: "),
        (b"<quiz>\n<question>\n", "x.xml:"),
        (b"<html/>", "x.xml:1: this is not Moodle’s XML of questions but <html>"),
        (b"<quiz/>", "x.xml:1: there is no question in the file"),
        (b'<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>', "x.xml:1: the file declares"),
        (b"<quiz>" + b" " * (32 * 1024 * 1024), "x.xml:1: a file of this kind may have at most 32 MB"),
    ],
)
def test_files_that_are_not_read(data: bytes, reason: str) -> None:
    questions, (fault,) = read(data)
    assert questions == [] and fault.startswith(reason)


@pytest.mark.skipif(not ATTACKS.exists(), reason=f"the collected attacks are not here: {ATTACKS}")
def test_attacks_are_refused() -> None:
    names = [path for path in sorted(ATTACKS.iterdir()) if path.suffix in (".xml", "")]
    assert names
    for path in names:
        questions, faults = read(path.read_bytes())
        assert questions == [] and faults, path.name
