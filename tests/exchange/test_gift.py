"""The GIFT reader, piece by piece."""

from __future__ import annotations

from time import process_time

import pytest

from app.core.text import Text
from app.exchange import gift
from app.exchange.naming import Keys
from app.exchange.parsed import ParsedQuestion
from app.quizzes.types import (
    Essay,
    Matching,
    MultipleChoice,
    MultipleChoiceAnswer,
    Number,
    ShortAnswer,
    ShortAnswerAnswer,
    SingleChoice,
    SingleChoiceAnswer,
    TrueFalse,
)


def read(text: str, language: str = "en") -> list[ParsedQuestion]:
    questions, faults = gift.read(text, file="x.gift", language=language)
    assert faults == []
    return questions


def one(text: str, language: str = "en") -> ParsedQuestion:
    (question,) = read(text, language)
    return question


def stem(text: str) -> str:
    return one(text).content.stem.best("en", "en")


def refused(text: str) -> list[str]:
    questions, faults = gift.read(text, file="x.gift", language="en")
    assert questions == []
    return [str(fault) for fault in faults]


def test_single_choice_with_weights_and_feedback() -> None:
    content = one("Who?{~a mouse#No. ~%50%half a man =a man # Yes! ####Think.}").content
    assert isinstance(content, SingleChoice)
    assert [(c.key, c.text.best("en", "en"), c.fraction) for c in content.choices] == [
        ("a", "a mouse", 0),
        ("b", "half a man", 0.5),
        ("c", "a man", 1),
    ]
    assert [c.feedback.best("en", "en") if c.feedback else None for c in content.choices] == ["No.", None, "Yes!"]
    assert content.feedback is not None and content.feedback.best("en", "en") == "Think."
    assert content.grade(SingleChoiceAnswer("b"), "en").fraction == 0.5


def test_several_answers_earn_their_shares() -> None:
    content = one("Which?{~%33.33333%a ~%33.33333%b ~%33.33333%c ~%-100%d}").content
    assert isinstance(content, MultipleChoice) and content.partial
    assert content.grade(MultipleChoiceAnswer(("a", "b", "c")), "en").fraction == 1
    assert content.grade(MultipleChoiceAnswer(("a", "b", "c", "d")), "en").fraction == 0


def words(text: Text | None) -> str | None:
    return text.best("en", "en") if text else None


@pytest.mark.parametrize(
    ("answer", "truth", "true_said", "false_said"),
    [
        ("T", True, None, None),
        ("TRUE#Wrong.", True, None, "Wrong."),
        ("FALSE#Wrong.#Right.", False, "Wrong.", "Right."),
        ("F# #Right.", False, None, "Right."),
        ("F", False, None, None),
    ],
)
def test_true_and_false(answer: str, truth: bool, true_said: str | None, false_said: str | None) -> None:
    """The first feedback is for the wrong answer, as Moodle has it, whichever that is."""
    content = one(f"Is it?{{{answer}}}").content
    assert isinstance(content, TrueFalse)
    assert (content.truth, words(content.true_feedback), words(content.false_feedback)) == (
        truth,
        true_said,
        false_said,
    )


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("#3", [(3, 0, 1, None)]),
        ("#-1", [(-1, 0, 1, None)]),
        ("#3.1415:0.0005#Good.", [(3.1415, 0.0005, 1, "Good.")]),
        ("#3.141..3.142", [(3.1415, 0.0005, 1, None)]),
        ("#-5..5", [(0, 5, 1, None)]),
        ("#-3.142..-3.141", [(-3.1415, 0.0005, 1, None)]),
        ("#1e3:.5", [(1000, 0.5, 1, None)]),
        (
            "#\n=1822:0 #All.\n=%50%1822:2\n=%0%1800..1900#Near.",
            [(1822, 0, 1, "All."), (1822, 2, 0.5, None), (1850, 50, 0, "Near.")],
        ),
    ],
)  # fmt: skip
def test_numbers(answers: str, expected: list[tuple[float, float, float, str | None]]) -> None:
    content = one(f"How many?{{{answers}####In all.}}").content
    assert isinstance(content, Number)
    assert [(a.value, a.tolerance, a.fraction, words(a.feedback)) for a in content.answers] == expected
    assert words(content.feedback) == "In all."


def test_what_is_said_to_any_other_number_is_told_as_left_out() -> None:
    for other in ("~#Completely wrong", "=%0%*#Completely wrong"):
        question = one(f"How many?{{#\n=3:2\n{other}}}")
        assert isinstance(question.content, Number) and len(question.content.answers) == 1
        assert question.left_out == ("What it says to any other number is left out: “Completely wrong”",)
    assert "x.gift:1: any number at all would earn marks" in refused("How many?{#=3 =%50%*}")


def test_pairs_and_distractors() -> None:
    content = one(
        "Match.{\n=[html]<b>Canada</b> -> Ottawa\n= Italy->Rome &amp; a -> b\n=Québec->Ottawa\n=->Oslo####Done.}"
    ).content
    assert isinstance(content, Matching)
    assert [(p.key, words(p.text), p.match) for p in content.prompts] == [
        ("a", "Canada", "a"),
        ("b", "Italy", "b"),
        ("c", "Québec", "a"),
    ]
    assert [(m.key, words(m.text)) for m in content.matches] == [("a", "Ottawa"), ("b", "Rome & a -> b"), ("c", "Oslo")]
    assert words(content.feedback) == "Done."


def test_an_essay() -> None:
    content = one("Write.{####Thank you.}").content
    assert isinstance(content, Essay)
    assert words(content.feedback) == "Thank you."


def test_short_answers_keep_their_wildcards() -> None:
    content = one("[markdown]Which *animal*?{=Frog#Good! =%50%c*t# [html]<b>Near</b> =%0%*#No.}").content
    assert isinstance(content, ShortAnswer)
    assert content.stem.best("en", "en") == "Which animal?"
    assert content.grade(ShortAnswerAnswer("frog"), "en").fraction == 1
    assert content.grade(ShortAnswerAnswer("cat"), "en").fraction == 0.5
    (said,) = content.grade(ShortAnswerAnswer("cow"), "en").feedback
    assert said.best("en", "en") == "No."


def test_an_answer_alone_is_a_short_answer() -> None:
    content = one("The number after zero? {One}").content
    assert isinstance(content, ShortAnswer)
    assert content.answers["en"][0].text == "One"


def test_words_after_the_answers_leave_a_blank() -> None:
    assert stem("Grant is {~buried =entombed} in the tomb.") == "Grant is _____ in the tomb."
    assert stem("[markdown]{=Asia} is *large*.") == "_____ is large."
    assert stem("Two and two are {=four =4}.") == "Two and two are _____."
    assert stem("Grant is {~buried =entombed}\n") == "Grant is"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"a \~ b \= c \# d \{ e \} f \: g", "a ~ b = c # d { e } f : g"),
        (r"one\ntwo", "one\ntwo"),
        (r"one\n\ntwo", "one\n\ntwo"),
        (r"back \\ slash \\n", r"back \ slash \n"),
        (r"C\:\\temp and \d", r"C:\temp and \d"),
        ("wrapped\n  over lines", "wrapped over lines"),
        ("List<String> and a < b", "List<String> and a < b"),
        ("<?php echo 1; ?> and", "<?php echo 1; ?> and"),
        ("Fish &amp; chips", "Fish & chips"),
        ("[plain]Fish &amp; <b>chips</b>", "Fish &amp; <b>chips</b>"),
        ("[unknown] as it is", "[unknown] as it is"),
        ("[html]<p>One <b>bold</b>\nword.</p><p>Two<br>lines.</p>", "One bold word.\n\nTwo\nlines."),
        (
            "[html]<p>List\\:</p><ul><li>a</li><li>b<ol><li>c</li><li>d</li></ol></li></ul><p>End</p>",
            "List:\n\n- a\n- b\n  1. c\n  2. d\n\nEnd",
        ),
        (
            '[html]See <a href\\="https\\://example.org/">this</a>, <a href\\="http\\://x.y">http\\://x.y</a>.',
            "See this (https://example.org/), http://x.y.",
        ),
        ("[html]<pre>\\nif x\\:\\n    y\\n</pre>", "if x:\n    y"),
        ("[markdown]One *two*\n- a\n- b", "One two\n\n- a\n- b"),
        ("[html]a<!-- not said -->b&nbsp;c", "ab\N{NO-BREAK SPACE}c"),
        ("[html]<p>a</p><![><p>b</p>", "a\n\nb"),
    ],
)
def test_what_is_written_and_what_is_meant(written: str, meant: str) -> None:
    assert stem(f"{written}{{T}}") == meant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Only words", "x.gift:1: this is a text without a question; if it is one, its answers go in { }"),
        ("Match{=a -> b\n=c}", "x.gift:2: a pair has no ->"),
        ("Match{=a -> b\n=c ->}", "x.gift:2: nothing stands after ->"),
        ("How many?{#\n=three}", "x.gift:2: 'three' is no number; one is written as 3.14"),
        ("How many?{#3,5}", "x.gift:1: '3,5' is no number"),
        ("How many?{#3:-1}", "x.gift:1: '3:-1' is no number"),
        ("How many?{#5..1}", "x.gift:1: '5..1' is no number"),
        ("How many?{#nan}", "x.gift:1: 'nan' is no number"),
        ("How many?{#1e999}", "x.gift:1: '1e999' is no number"),
        ("How many?{#=}", "x.gift:1: an answer has no text"),
        ("Name?{=" + "a" * 501 + "}", "x.gift:1: an accepted answer has from 1 to 500 characters"),
        ("\n\nWhich?{=a =b ~c}", "x.gift:3: 2 choices are marked with =, where one is right"),
        ("Which?{~a ~b}", "x.gift:1: no choice is right"),
        ("Which?{~%50%a ~b}", "x.gift:1: the right choices together earn less than the whole mark"),
        ("Which?{=a ~}", "x.gift:1: an answer has no text"),
        ("Which?{a ~b =c}", "x.gift:1: words stand before the first answer"),
        ("Which?{=a\n\n~b}", "x.gift:1: the answers are not closed with } before the next blank line"),
        ("Which? a}", "x.gift:1: a } stands alone"),
        ("Which?{=a ~b} or {=c ~d}", "x.gift:1: a second {"),
        ("::Title Which?{=a ~b}", "x.gift:1: the title is not closed with ::"),
        ("{=a ~b}", "x.gift:1: the question has no text"),
        ("Which?{\n=%150%a\n~b}", "x.gift:2: a weight lies between -100 and 100 percent, not at 150"),
        ("Which?\n{=a\n~[html]<img src\\='x'>}", "x.gift:3: it holds <img>, which plain text cannot show"),
        ("[html]Is <table><tr><td>x</td></tr></table>?{T}", "x.gift:1: it holds <table>, which"),
        (r"[html]Is x<sup>2</sup> or $$\\frac{T}", "x.gift:1: it holds <sup>, which"),
        ("Is $$x$$?{T}", "x.gift:1: it holds a formula, which plain text cannot show"),
        (r"Is \\(x\\)?{T}", "x.gift:1: it holds a formula, which plain text cannot show"),
        ("Is it?{T#[html]<video src\\='x'></video>}", "x.gift:1: it holds <video>"),
    ],
)
def test_what_is_refused_is_said_with_its_line(text: str, expected: str) -> None:
    assert any(expected in fault for fault in refused(text)), refused(text)


def test_one_question_that_is_refused_does_not_hide_the_others() -> None:
    questions, faults = gift.read("A?{T}\n\nWords\n\nB?{F}\n", file="x.gift", language="en")
    assert [question.line for question in questions] == [1, 5]
    assert [str(fault) for fault in faults] == [
        "x.gift:3: this is a text without a question; if it is one, its answers go in { }"
    ]


def test_keys_come_from_titles_then_ids_then_numbers() -> None:
    text = """\
::L’été à Tunis::A?{T}

::l'ete a tunis::B?{T}

// [id:77]
C?{T}

D?{T}

::？::E?{T}
"""
    assert [question.key for question in read(text)] == [
        "l-ete-a-tunis",
        "l-ete-a-tunis-2",
        "question-77",
        "question-4",
        "question-5",
    ]
    questions, _ = gift.read(text, file="x.gift", language="en", prefix="final-test")
    assert [question.key for question in questions][2:] == ["final-test-77", "final-test-4", "final-test-5"]
    assert len(one(f"::{'long ' * 40}::A?{{T}}").key) <= 60


def test_categories_and_tags_are_kept() -> None:
    text = """\
$CATEGORY: $course$/top/Unit 1: Topic
// [tag:fred] [tag:barney-wilma]
A?{T}

$CATEGORY: other

B?{T}
"""
    first, second = read(text)
    assert (first.category, first.tags, first.line) == ("Unit 1: Topic", ("fred", "barney-wilma"), 3)
    assert (second.category, second.tags, second.line) == ("other", (), 7)


def test_tags_may_hold_brackets_and_what_is_no_category_is_none() -> None:
    text = "$CATEGORY: $course$/top\n// [tag:a\\]b] [tag: c ] [tag:]\nA?{T}"
    (question,) = read(text)
    assert (question.category, question.tags) == ("", ("a]b", "c"))


def test_comments_stand_anywhere_on_lines_of_their_own() -> None:
    content = one("// before\nWho?{\n// within {\n=a // not one\n~b\n}\n// after").content
    assert isinstance(content, SingleChoice)
    assert content.choices[0].text.best("en", "en") == "a // not one"


def test_many_questions_of_one_title_are_told_apart_in_time() -> None:
    keys = Keys()
    begun = process_time()
    given = {keys.give("Same", number) for number in range(30_000)}
    assert len(given) == 30_000
    assert process_time() - begun < 30  # it took minutes while each tried all numbers before its own
