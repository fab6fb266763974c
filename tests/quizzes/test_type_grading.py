"""True or false, number, matching and ordering: graded as worked out by hand, and what they say of themselves."""

from __future__ import annotations

import pytest

from app.core.text import Text
from app.quizzes.types import (
    AcceptedAnswer,
    AcceptedNumber,
    Choice,
    Content,
    Labelled,
    Matching,
    MatchingAnswer,
    MultipleChoice,
    MultipleChoiceAnswer,
    Number,
    NumberAnswer,
    OrderCredit,
    Ordering,
    OrderingAnswer,
    Prompt,
    Said,
    ShortAnswer,
    ShortAnswerAnswer,
    SingleChoice,
    SingleChoiceAnswer,
    TrueFalse,
    TrueFalseAnswer,
    Unit,
    fits,
    grade,
    marks_hash,
)
from tests.factories import a_choice_question, text


def said(parts: tuple[Text | str, ...], language: str = "en") -> list[str]:
    return [part if isinstance(part, str) else part.best(language, "en") for part in parts]


# --- true or false --------------------------------------------------------------------------------


def test_true_or_false_earns_all_or_nothing_with_the_feedback_of_what_was_said() -> None:
    question = TrueFalse(text("Rivers flow uphill."), False, None, text("Look again."), text("They do not."))
    right, wrong = (grade(question, TrueFalseAnswer(value), "en") for value in (False, True))
    assert (right.fraction, said(right.feedback)) == (1.0, ["They do not."])
    assert (wrong.fraction, said(wrong.feedback)) == (0.0, ["Look again."])
    assert question.read({"value": ["false"]}) == TrueFalseAnswer(False)
    assert question.read({"value": ["maybe"]}) is None and question.read({}) is None
    assert said(question.right("en")) == ["False"] and said(question.given(TrueFalseAnswer(True))) == ["True"]
    assert [(s.key, s.words, s.fraction) for s in question.scored("en")] == [("true", "True", 0), ("false", "False", 1)]
    assert question.said(TrueFalseAnswer(True), "en") == (Said("", "true", fraction=0.0),)
    assert question.options() == () and question.faults() == [] and question.teaches
    assert marks_hash(question) != marks_hash(TrueFalse(question.stem, True))


# --- number ---------------------------------------------------------------------------------------


def a_number(*answers: AcceptedNumber, units: tuple[Unit, ...] = (), penalty: float = 0.0) -> Number:
    return Number(text("How much?"), answers, units, penalty)


@pytest.mark.parametrize(
    ("typed", "fraction"),
    [
        ("12", 1), ("11.5", 1), ("12.5", 1), ("12,5", 1), ("11.499999", 0.5), ("12.500001", 0.5), ("13", 0.5),
        ("13.01", 0),
        ("١٢", 1), ("1.2e1", 1), ("-12", 0), ("twelve", 0), ("", 0),
    ],
)  # fmt: skip
def test_a_number_is_right_within_its_tolerance_both_ends_counted(typed: str, fraction: float) -> None:
    question = a_number(AcceptedNumber(12, 0.5), AcceptedNumber(12, 1, fraction=0.5))
    assert grade(question, NumberAnswer(typed), "en").fraction == fraction


@pytest.mark.parametrize(
    ("accepted", "right", "wrong"),
    [
        (AcceptedNumber(0.1 + 0.2), "0.3", "0.3000001"),
        (AcceptedNumber(0.3, 0.1), "0.4", "0.40001"),
        (AcceptedNumber(0.3, 0.1), "0.2", "0.19999"),
        (AcceptedNumber(200, 0.05, relative=True), "210", "210.001"),
        (AcceptedNumber(200, 0.05, relative=True), "190", "189.999"),
        (AcceptedNumber(-200, 0.05, relative=True), "-210", "-189.9"),
        (AcceptedNumber(0, 0.1, relative=True), "0", "0.01"),
        (AcceptedNumber(6.02e23, 0.01, relative=True), "6.0×10^23", "6.1e23"),
        (AcceptedNumber(1e-9), "0.000000001", "0"),
    ],
)
def test_floats_do_not_make_right_numbers_wrong(accepted: AcceptedNumber, right: str, wrong: str) -> None:
    question = a_number(accepted)
    assert grade(question, NumberAnswer(right), "en").fraction == 1
    assert grade(question, NumberAnswer(wrong), "en").fraction == 0


@pytest.mark.parametrize(
    ("typed", "unit", "fraction"),
    [
        ("1500", "m", 1), ("1.5", "km", 1), ("1.51", "km", 1), ("1.52", "km", 0.5), ("150000", "cm", 1),
        ("1.5 km", "", 1), ("km 1.5", "", 1), ("1.5km", "km", 1), ("1,5 km", "km", 1),
        ("1500", "", 0.9), ("1500", "km", 0.9), ("1500 km", "", 0.9), ("1.5 km", "m", 0), ("1500 m", "km", 0.9),
        ("1.5", "", 0), ("1.5", "m", 0), ("1500 miles", "", 0), ("1700", "m", 0.5), ("1700", "", 0.45),
    ],
)  # fmt: skip
def test_units_convert_and_a_wrong_one_costs_its_penalty(typed: str, unit: str, fraction: float) -> None:
    question = a_number(
        AcceptedNumber(1500, 10), AcceptedNumber(1500, 250, fraction=0.5),
        units=(Unit("m"), Unit("km", 1000), Unit("cm", 0.01)), penalty=0.1,
    )  # fmt: skip
    assert fits(question, NumberAnswer(typed, unit))
    assert grade(question, NumberAnswer(typed, unit), "en").fraction == pytest.approx(fraction)


def test_units_that_look_alike_are_one_and_capitals_are_not() -> None:
    question = a_number(AcceptedNumber(5), units=(Unit("m²"), Unit("Mg", 1000), Unit("mg", 0.001)), penalty=1)
    assert grade(question, NumberAnswer("5 m2"), "en").fraction == 1
    assert grade(question, NumberAnswer("5000 mg"), "en").fraction == 1
    assert grade(question, NumberAnswer("5000 Mg"), "en").fraction == 0
    assert grade(question, NumberAnswer("5"), "en").fraction == 0  # a penalty of the whole mark


def test_a_number_is_read_in_the_language_of_the_attempt() -> None:
    question = a_number(AcceptedNumber(1250))
    assert [grade(question, NumberAnswer("1,250"), language).fraction for language in ("en", "fr")] == [1, 0]
    assert [grade(question, NumberAnswer("1.250"), language).fraction for language in ("en", "es")] == [0, 1]


def test_what_a_number_says_of_itself() -> None:
    question = a_number(
        AcceptedNumber(1500, 10.5, feedback=text("Yes.")), AcceptedNumber(1500, 0.1, relative=True, fraction=0.5),
        units=(Unit("km", 1000), Unit("m")), penalty=0.25,
    )  # fmt: skip
    assert said(question.right("en")) == ["1500 m, from 1489.5 to 1510.5"]
    assert said(question.right("fr")) == ["1500 m, from 1489,5 to 1510,5"]
    assert [s.words for s in question.scored("fr")] == ["1500 ± 10,5 m", "1500 m ± 10%"]
    assert said(question.given(NumberAnswer("1,5 km"))) == ["1,5 km"]
    assert said(question.given(NumberAnswer("1,5", "km"))) == ["1,5 km"]
    assert said(question.given(NumberAnswer("1,5 km", "km"))) == ["1,5 km"]
    assert said(question.given(NumberAnswer("1.5 km", "m"))) == ["1.5 km m"]
    assert question.said(NumberAnswer("1500"), "en") == (Said("", "1", fraction=0.75),)
    assert question.said(NumberAnswer("1 600", "m"), "en") == (Said("", "2", fraction=0.5),)
    assert question.said(NumberAnswer("a lot", "m"), "en") == (Said("", "", "a lot m"),)
    assert question.teaches and question.best == 1
    assert said(grade(question, NumberAnswer("1500 m"), "en").feedback) == ["Yes."]
    assert "25%" in " ".join(str(rule) for rule in question.rules())
    assert not question.understood(NumberAnswer("a lot"), "en") and question.understood(NumberAnswer("2 m"), "en")


@pytest.mark.parametrize("answer", [
    NumberAnswer("nan"), NumberAnswer("-inf"), NumberAnswer("1e999"), NumberAnswer("9" * 101),
    NumberAnswer("5", "mile"), NumberAnswer("1e999 km"),
])  # fmt: skip
def test_numbers_without_end_and_units_that_there_are_not_are_refused(answer: NumberAnswer) -> None:
    assert not fits(a_number(AcceptedNumber(5), units=(Unit("m"), Unit("km", 1000))), answer)


@pytest.mark.parametrize(
    ("question", "part", "words"),
    [
        (a_number(), "answers", "there is no accepted number"),
        (a_number(AcceptedNumber(float("nan"))), "answers", "is no number"),
        (a_number(AcceptedNumber(1, -1)), "answers", "is no number"),
        (a_number(AcceptedNumber(1, fraction=0.5)), "answers", "no accepted number earns the whole mark"),
        (a_number(AcceptedNumber(1), penalty=2), "unit_penalty", "from nothing to the whole mark"),
        (a_number(AcceptedNumber(1), units=(Unit("m"), Unit("m", 2))), "units", "the same name"),
        (a_number(AcceptedNumber(1), units=(Unit("1m"),)), "units", "cannot begin with a digit"),
        (a_number(AcceptedNumber(1), units=(Unit("m"), Unit("km", -1))), "units", "more than nothing"),
        (a_number(AcceptedNumber(1), units=(Unit("km", 1000),)), "units", "which is worth 1, is missing"),
    ],
)
def test_faults_of_a_number(question: Number, part: str, words: str) -> None:
    (fault,) = question.faults()
    assert fault.part == part and words in str(fault)
    assert grade(question, NumberAnswer("7"), "en").fraction == 0


# --- matching -------------------------------------------------------------------------------------


def a_matching(all_or_nothing: bool = False) -> Matching:
    """Two capitals in one country, one in another; a distractor; one match twice in the same words."""
    return Matching(
        text("Where is it?"),
        (Prompt("a", text("Rabat"), "x"), Prompt("b", text("Tunis"), "y"), Prompt("c", text("Casablanca"), "x")),
        (
            Labelled("x", text("Morocco", fr="Le Maroc")),
            Labelled("y", text("Tunisia", fr="La Tunisie")),
            Labelled("z", text("Morocco ", fr="Au Maroc")),
            Labelled("d", text("Egypt", fr="L’Égypte")),
        ),
        all_or_nothing,
    )


@pytest.mark.parametrize(
    ("chosen", "share", "whole"),
    [
        ({"a": "x", "b": "y", "c": "x"}, 1, 1),
        ({"a": "z", "b": "y", "c": "x"}, 1, 1),  # z reads as x does
        ({"a": "x", "b": "y", "c": "d"}, 2 / 3, 0),
        ({"a": "x", "b": "y"}, 2 / 3, 0),
        ({"b": "y"}, 1 / 3, 0),
        ({"a": "y", "b": "x", "c": "d"}, 0, 0),
        ({}, 0, 0),
    ],
)
def test_each_match_earns_its_share_or_all_the_mark(chosen: dict[str, str], share: float, whole: float) -> None:
    assert grade(a_matching(), MatchingAnswer(chosen), "en").fraction == pytest.approx(share)
    assert grade(a_matching(all_or_nothing=True), MatchingAnswer(chosen), "en").fraction == whole


def test_matches_that_read_the_same_in_the_language_of_the_attempt_count_as_one() -> None:
    question = Matching(
        text("Who?"),
        (Prompt("a", text("One"), "x"), Prompt("b", text("Two"), "y")),
        (Labelled("x", text("Crew", fr="Équipe")), Labelled("y", text("Team", fr="Équipe"))),
    )
    swapped = MatchingAnswer({"a": "y", "b": "x"})
    assert [grade(question, swapped, language).fraction for language in ("en", "fr")] == [0, 1]
    assert [len(question.offered(("y", "x"), language)) for language in ("en", "fr")] == [2, 1]
    assert question.chose(swapped, "a", "x", "fr") and not question.chose(swapped, "a", "x", "en")


def test_what_a_matching_says_of_itself() -> None:
    question = a_matching()
    assert said(question.right("en")) == ["Rabat → Morocco", "Tunis → Tunisia", "Casablanca → Morocco"]
    assert said(question.right("fr"), "fr")[1] == "Tunis → La Tunisie"
    assert said(question.given(MatchingAnswer({"c": "d"}))) == ["Casablanca → Egypt"]
    assert [(said((s.words,))[0], round(s.fraction, 3)) for s in question.scored("en")] == [
        ("Rabat → Morocco", 0.333), ("Tunis → Tunisia", 0.333), ("Casablanca → Morocco", 0.333), ("Egypt", 0.0),
    ]  # fmt: skip
    parts = question.parts("en")
    assert [part.key for part in parts] == ["a", "b", "c"]
    assert [(one.key, one.right) for one in parts[0].foreseen] == [("x", True), ("y", False), ("d", False)]
    assert question.said(MatchingAnswer({"b": "d", "a": "z"}), "en") == (
        Said("a", "x", fraction=1 / 3), Said("b", "d", fraction=0.0),
    )  # fmt: skip
    assert a_matching(True).said(MatchingAnswer({"a": "x"}), "en") == (Said("a", "x", fraction=1.0),)
    assert question.faults() == [] and not question.teaches


def test_in_arabic_the_arrow_points_the_other_way() -> None:
    question = Matching(
        text("?"), (Prompt("a", text("Rabat", ar="الرباط"), "x"),), (Labelled("x", text("Morocco", ar="المغرب")),)
    )
    assert said(question.right("ar"), "ar") == ["الرباط ← المغرب"]


@pytest.mark.parametrize(
    "chosen", [{"q": "x"}, {"a": "q"}, {"a": ""}, {"a": "a"}, {"a": "x", "q": "x"}, {"": ""}]
)  # fmt: skip
def test_matches_that_there_are_not_are_refused(chosen: dict[str, str]) -> None:
    assert not fits(a_matching(), MatchingAnswer(chosen))


@pytest.mark.parametrize(
    ("prompts", "matches", "words"),
    [
        ("ax", "xy", "at least two pairs"), ("ax bq", "xy", "something has no match"),
        ("ax bx", "x", "only one match"), ("ax ay", "xy", "two have the same key"),
    ],
)  # fmt: skip
def test_faults_of_a_matching(prompts: str, matches: str, words: str) -> None:
    question = Matching(
        text("?"),
        tuple(Prompt(key, text(f"Prompt {key}"), match) for key, match in prompts.split()),
        tuple(Labelled(key, text(f"Match {key}")) for key in matches),
    )
    (fault,) = question.faults()
    assert fault.part == "pairs" and words in str(fault)


def test_the_marks_of_a_matching_hang_on_its_pairs() -> None:
    question = a_matching()
    again = Matching(text("Other words"), question.prompts[::-1], question.matches)
    assert marks_hash(question) == marks_hash(again)
    assert marks_hash(question) != marks_hash(a_matching(all_or_nothing=True))
    other = (Prompt("a", text("Rabat"), "y"), *question.prompts[1:])
    assert marks_hash(question) != marks_hash(Matching(question.stem, other, question.matches))


# --- ordering -------------------------------------------------------------------------------------


def an_ordering(credit: OrderCredit = OrderCredit.ALL, words: str = "Plan Ask Build Open") -> Ordering:
    return Ordering(
        text("In which order?"),
        tuple(Labelled(key, text(word)) for key, word in zip("abcd", words.split(), strict=True)),
        credit,
    )


@pytest.mark.parametrize(
    ("places", "whole", "position", "pairs"),
    [
        ("a1 b2 c3 d4", 1, 1, 1),
        ("b1 a2 c3 d4", 0, 2 / 4, 5 / 6),  # only the pair a, b is wrong
        ("d1 a2 b3 c4", 0, 0, 3 / 6),  # all in order but d, which is before each of the three
        ("d1 c2 b3 a4", 0, 0, 0),
        ("a1 b2 c3", 0, 3 / 4, 3 / 6),  # the three pairs with d earn nothing
        ("a1", 0, 1 / 4, 0),
        ("a1 b1 c1 d1", 0, 1 / 4, 0),  # the same place for all is in no order
        ("a1 b2 c2 d4", 0, 3 / 4, 5 / 6),
        ("", 0, 0, 0),
    ],
)
def test_orders_earn_as_a_whole_by_position_and_by_pairs(
    places: str, whole: float, position: float, pairs: float
) -> None:
    answer = OrderingAnswer({place[0]: int(place[1]) for place in places.split()})
    for credit, fraction in zip(OrderCredit, (whole, position, pairs), strict=True):
        assert grade(an_ordering(credit), answer, "en").fraction == pytest.approx(fraction)


def test_what_an_ordering_says_of_itself() -> None:
    question = an_ordering(OrderCredit.POSITION)
    assert said(question.right("en")) == ["1. Plan", "2. Ask", "3. Build", "4. Open"]
    assert said(question.given(OrderingAnswer({"d": 1, "a": 3}))) == ["1. Open", "3. Plan"]
    assert [s.fraction for s in question.scored("en")] == [0.25] * 4
    assert [s.fraction for s in an_ordering().scored("en")] == [1.0] * 4
    assert [part.key for part in question.parts("en")] == ["a", "b", "c", "d"]
    assert [one.fraction for one in question.parts("en")[1].foreseen] == [0, 0.25, 0, 0]
    assert question.said(OrderingAnswer({"d": 1, "b": 2}), "en") == (
        Said("b", "2", fraction=0.25), Said("d", "1", fraction=0.0),
    )  # fmt: skip
    assert question.faults() == [] and not question.teaches
    assert marks_hash(question) != marks_hash(an_ordering())
    assert marks_hash(question) != marks_hash(Ordering(question.stem, question.items[::-1], question.credit))


@pytest.mark.parametrize(
    "places", [{"q": 1}, {"a": 0}, {"a": 5}, {"a": -1}, {"a": 2**70}, {"a": 1, "q": 1}]
)  # fmt: skip
def test_places_that_there_are_not_are_refused(places: dict[str, int]) -> None:
    assert not fits(an_ordering(), OrderingAnswer(places))


def test_two_may_share_a_place_for_a_while() -> None:
    assert fits(an_ordering(), OrderingAnswer({"a": 1, "b": 1}))


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ((Labelled("a", text("One")),), "at least two things"),
        ((Labelled("a", text("One")), Labelled("a", text("Two"))), "two have the same key"),
        ((Labelled("a", text("One")), Labelled("b", text(" One"))), "two read the same in en"),
        ((Labelled("a", text("One", fr="Un")), Labelled("b", text("A", fr="Un"))), "two read the same in fr"),
    ],
)
def test_faults_of_an_ordering(items: tuple[Labelled, ...], words: str) -> None:
    (fault,) = Ordering(text("?"), items).faults()
    assert fault.part == "items" and words in str(fault)


# --- keys and their aliases -----------------------------------------------------------------------


@pytest.mark.parametrize("keys", ["abcd", "dcba", "bdac"])
def test_the_order_that_items_are_shown_in_says_nothing_of_their_keys(keys: str) -> None:
    words = ("Plan", "Ask", "Build", "Open")
    items = tuple(Labelled(key, text(word)) for key, word in zip(keys, words, strict=True))
    question = Ordering(text("?"), items)
    said = {item.key: item.text.best("en", "en") for item in items}
    by_letters = Ordering(text("?"), tuple(Labelled(key, i.text) for key, i in zip("abcd", items, strict=True)))
    letters = dict(zip("abcd", words, strict=True))
    assert [said[key] for key in question.options()] == [letters[key] for key in by_letters.options()]
    shown = {alias: item.text for alias, item, _place in question.shown(question.options(), None)}
    other = Ordering(text("?"), tuple(Labelled(f"k{n}", item.text) for n, item in enumerate(items[::-1])))
    assert {alias: item.text for alias, item, _place in other.shown(other.options(), None)} == shown


def test_the_order_shown_is_the_same_whatever_the_right_one_is() -> None:
    orders = ("Plan Ask Build Open", "Open Build Ask Plan", "Ask Plan Open Build", "Build Open Plan Ask")
    shown = set()
    for words in orders:
        question = an_ordering(words=words)
        said = {item.key: item.text.best("en", "en") for item in question.items}
        shown.add(tuple(said[key] for key in question.options()))
    assert len(shown) == 1


def test_fields_are_read_by_aliases_and_by_nothing_else() -> None:
    ordering, matching = an_ordering(), a_matching()
    aliases = [alias for alias, _item, _place in ordering.shown("abcd", None)]
    fields = {f"place-{alias}": [str(place)] for place, alias in enumerate(aliases, 1)}
    assert ordering.read({**fields, "sequence": ["3"]}) == OrderingAnswer({"a": 1, "b": 2, "c": 3, "d": 4})
    assert ordering.read({name: [""] for name in fields}) is None
    prompts = matching.prompt_aliases()
    offered = {match.key: alias for alias, match in matching.offered("xyzd", "en")}
    assert set(offered) == {"x", "y", "d"}
    assert matching.read({f"match-{prompts['b']}": [offered["y"]]}) == MatchingAnswer({"b": "y"})
    assert matching.read({f"match-{prompts['b']}": [""]}) is None
    guesses = {"place-a": ["1"]}, {next(iter(fields)): ["²"]}, {next(iter(fields)): ["9" * 5000]}
    for guess in guesses:
        answer = ordering.read(guess)
        assert answer is not None and not fits(ordering, answer)
    for field, value in (("match-b", offered["y"]), (f"match-{prompts['b']}", "y")):
        guessed = matching.read({field: [value]})
        assert guessed is not None and not fits(matching, guessed)


def test_translations_leave_the_aliases_as_they_are() -> None:
    source, translated = an_ordering(), an_ordering()
    items = tuple(Labelled(i.key, Text.of({"en": i.text.best("en", "en"), "fr": "Mot"}, "en")) for i in source.items)
    translated = Ordering(source.stem, items)
    assert [a for a, *_ in source.shown("abcd", None)] == [a for a, *_ in translated.shown("abcd", None)]


# --- what answers to the other types say to their parts -------------------------------------------


def test_what_choices_and_typed_answers_say() -> None:
    single = a_choice_question()
    assert single.said(SingleChoiceAnswer("b"), "en") == (Said("", "b", fraction=0.0),)
    assert single.said(SingleChoiceAnswer("never"), "en") == ()
    several = MultipleChoice(text("?"), (Choice("a", text("A"), 0.5), Choice("b", text("B"), -0.5)), partial=True)
    answer = MultipleChoiceAnswer(("b", "a"))
    assert several.said(answer, "en") == (Said("", "a", fraction=0.5), Said("", "b", fraction=-0.5))
    short = ShortAnswer(
        text("?"),
        {
            "en": (AcceptedAnswer("law"), AcceptedAnswer("rule*", 0.5)),
            "fr": (AcceptedAnswer("loi"), AcceptedAnswer("règle*", 0.5), AcceptedAnswer("code", 0.25)),
        },
        "en",
    )
    for language, words in (("en", ["law", "rule*", "code"]), ("fr", ["loi", "règle*", "code"])):
        (part,) = short.parts(language)
        assert [one.key for one in part.foreseen] == ["1", "2", "fr 3"] and part.open
        assert [one.words for one in part.foreseen] == words
    for typed, language, what in (
        ("loi", "fr", Said("", "1", fraction=1.0)),
        ("law", "fr", Said("", "1", fraction=1.0)),
        ("Règles", "fr", Said("", "2", fraction=0.5)),
        ("code", "fr", Said("", "fr 3", fraction=0.25)),
        ("loi", "en", Said("", "", "loi")),
    ):
        assert short.said(ShortAnswerAnswer(typed), language) == (what,)


def test_an_answer_of_another_type_never_fits() -> None:
    questions: list[Content] = [a_matching(), an_ordering(), a_number(AcceptedNumber(1)), TrueFalse(text("?"), True)]
    answers = [MatchingAnswer({}), OrderingAnswer({}), NumberAnswer("1"), TrueFalseAnswer(True)]
    for question in questions:
        assert [fits(question, answer) for answer in answers].count(True) == 1
    assert not fits(SingleChoice(text("?"), ()), TrueFalseAnswer(True))
