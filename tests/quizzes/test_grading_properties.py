"""What holds for the grading of every type, whatever the question and the answer."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.types import (
    ANSWER_TYPES,
    AcceptedNumber,
    Answer,
    Content,
    Gaps,
    GapsAnswer,
    HotSpot,
    HotSpotAnswer,
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
    fits,
    grade,
    marks_hash,
)
from tests.factories import text

from . import generated as some


@given(st.data())
def test_a_grade_is_from_0_to_what_the_best_answer_earns(data: st.DataObject) -> None:
    content = data.draw(some.contents)
    answer = data.draw(some.good_answers(content))
    assert fits(content, answer)
    for language in ("en", "ar", "xx"):
        fraction = grade(content, answer, language).fraction
        assert 0.0 <= fraction <= 1.0
        assert fraction <= max(content.best, 0.0) + 1e-6


@given(some.contents, some.bad_answers)
def test_answers_of_any_shape_are_refused_or_graded_and_never_a_fault_of_ours(content: Content, answer: Answer) -> None:
    of_type = isinstance(answer, ANSWER_TYPES[type(content)])
    assert isinstance(fits(content, answer), bool)
    if not of_type:
        assert not fits(content, answer)
        return
    typed: Any = answer
    assert 0.0 <= grade(content, typed, "en").fraction <= 1.0
    assert all(-1 <= said.fraction <= 1 for said in content.said(typed, "en"))
    assert isinstance(content.given(typed), tuple)


names = st.sampled_from(["choice", "text", "unit", "value", "match-a", "place-a", "place-", "gap-a", "spot"]) | st.text(
    max_size=12
)
posted = st.dictionaries(names, st.lists(some.anything | st.sampled_from(["1", "²", "9" * 5000]), max_size=3))


@given(some.contents, posted)
def test_whatever_is_posted_is_an_answer_or_none(content: Content, fields: dict[str, list[str]]) -> None:
    answer = content.read(fields)
    assert answer is None or isinstance(answer, ANSWER_TYPES[type(content)])
    if answer is not None and fits(content, answer):
        assert msgspec.json.decode(msgspec.json.encode(answer), type=type(answer)) == answer


@given(st.data())
def test_what_is_said_is_in_the_parts(data: st.DataObject) -> None:
    content = data.draw(some.contents)
    answer: Any = data.draw(some.good_answers(content))
    parts = {part.key: part for part in content.parts("en")}
    for said in content.said(answer, "en"):
        foreseen = {one.key for one in parts[said.part].foreseen}
        assert said.key in foreseen or (said.key == "" and parts[said.part].open and said.words)
    for part in parts.values():
        keys = [one.key for one in part.foreseen]
        assert all(keys) and len(set(keys)) == len(keys)


@given(some.contents)
def test_marks_facts_can_be_hashed_and_do_not_hang_on_feedback(content: Content) -> None:
    assert marks_hash(content) == marks_hash(msgspec.structs.replace(content, feedback=text("Well done.")))
    assert all(isinstance(rule, object) and str(rule) for rule in content.rules())
    assert content.scored("en") and isinstance(content.right("en"), tuple)


# --- more that is right never earns less ----------------------------------------------------------


@given(st.data())
def test_one_more_right_match_never_earns_less(data: st.DataObject) -> None:
    content: Matching = data.draw(some.matchings())
    answer: Any = data.draw(some.good_answers(content))
    before = grade(content, answer, "en").fraction
    prompt = data.draw(st.sampled_from(content.prompts))
    better = MatchingAnswer({**answer.chosen, prompt.key: prompt.match})
    assert grade(content, better, "en").fraction >= before
    whole = MatchingAnswer({prompt.key: prompt.match for prompt in content.prompts})
    assert grade(content, whole, "en").fraction == 1.0


def _right(content: Ordering) -> OrderingAnswer:
    return OrderingAnswer({item.key: place for place, item in enumerate(content.items, 1)})


@given(st.data())
def test_one_more_thing_in_its_place_never_earns_less(data: st.DataObject) -> None:
    content: Ordering = data.draw(some.orderings.filter(lambda o: o.credit is not OrderCredit.PAIRS))
    answer: Any = data.draw(some.good_answers(content))
    item = data.draw(st.sampled_from(content.items))
    better = OrderingAnswer({**answer.places, item.key: _right(content).places[item.key]})
    assert grade(content, better, "en").fraction >= grade(content, answer, "en").fraction
    assert grade(content, _right(content), "en").fraction == 1.0


@given(st.data())
def test_two_neighbours_put_right_earn_exactly_their_pair(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 7))
    content = Ordering(text("?"), tuple(Labelled(k, text(k)) for k in "abcdefg"[:count]), OrderCredit.PAIRS)
    order = data.draw(st.permutations("abcdefg"[:count]))
    at = data.draw(st.integers(0, count - 2))
    swapped = [*order[:at], order[at + 1], order[at], *order[at + 2 :]]
    one, other = (
        grade(content, OrderingAnswer({key: n for n, key in enumerate(o, 1)}), "en").fraction for o in (order, swapped)
    )
    pair = 1 / (count * (count - 1) / 2)
    assert (other - one) == pytest.approx(pair if order[at] > order[at + 1] else -pair)


@given(st.data())
def test_taking_a_right_choice_or_leaving_a_wrong_one_never_earns_less(data: st.DataObject) -> None:
    content: MultipleChoice = data.draw(some.multiple_choices.filter(lambda c: c.partial))
    answer: Any = data.draw(some.good_answers(content))
    before = grade(content, answer, "en").fraction
    for choice in content.choices:
        taken = set(answer.choices) | {choice.key} if choice.right else set(answer.choices) - {choice.key}
        assert grade(content, MultipleChoiceAnswer(tuple(sorted(taken))), "en").fraction >= before


@given(st.data())
def test_a_gap_filled_better_never_earns_less_and_takes_nothing_from_others(data: st.DataObject) -> None:
    content: Gaps = data.draw(some.gaps_questions())
    answer: Any = data.draw(some.good_answers(content))
    before = grade(content, answer, "en").fraction
    gap = data.draw(st.sampled_from(content.gaps))
    fillings = [choice.key for choice in gap.choices] or [accepted.text for accepted in gap.accepted["en"]]
    alone = {said: grade(content, GapsAnswer({gap.key: said}), "en").fraction for said in fillings}
    best = max(alone, key=lambda said: alone[said])
    better = GapsAnswer({**answer.filled, gap.key: best})
    assert grade(content, better, "en").fraction >= before - 1e-6
    rest = {key: said for key, said in answer.filled.items() if key != gap.key}
    without = grade(content, GapsAnswer(rest), "en").fraction
    assert grade(content, better, "en").fraction == pytest.approx(without + alone[best], abs=3e-6)


@given(st.data())
def test_choosing_a_right_place_or_leaving_a_wrong_one_never_earns_less(data: st.DataObject) -> None:
    content: HotSpot = data.draw(some.hot_spots().filter(lambda c: c.several and c.partial))
    answer: Any = data.draw(some.good_answers(content))
    before = grade(content, answer, "en").fraction
    for spot in content.spots:
        chosen = set(answer.spots) | {spot.key} if spot.right else set(answer.spots) - {spot.key}
        assert grade(content, HotSpotAnswer(tuple(sorted(chosen))), "en").fraction >= before


@given(value=some.numbers, off=st.floats(0, 1e6), nearer=st.floats(0, 1), tolerance=st.floats(0, 1e6))
def test_a_nearer_number_never_earns_less(value: float, off: float, nearer: float, tolerance: float) -> None:
    accepted = (AcceptedNumber(value, tolerance), AcceptedNumber(value, tolerance * 2, fraction=0.5))
    content = Number(text("?"), accepted)
    far, near = (NumberAnswer(f"{value + distance:.25f}"[:100]) for distance in (off, off * nearer))
    assert grade(content, near, "en").fraction >= grade(content, far, "en").fraction


@given(some.number_questions(), st.floats(0, 1), st.data())
def test_a_higher_penalty_never_earns_more(content: Number, more: float, data: st.DataObject) -> None:
    answer = data.draw(some.good_answers(content))
    dearer = msgspec.structs.replace(content, unit_penalty=content.unit_penalty + (1 - content.unit_penalty) * more)
    assert grade(dearer, answer, "en").fraction <= grade(content, answer, "en").fraction + 1e-9
