"""Questions of every type that is graded by itself, and answers to them, for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from app.core.text import Text
from app.quizzes.types import (
    AcceptedAnswer,
    AcceptedNumber,
    Answer,
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
    ShortAnswer,
    ShortAnswerAnswer,
    SingleChoice,
    SingleChoiceAnswer,
    TrueFalse,
    TrueFalseAnswer,
    Unit,
)

KEYS = "abcdefgh"
characters = st.characters(exclude_categories=("Cs", "Cc"), max_codepoint=0x1FFFF)
lines = st.text(characters, min_size=1, max_size=20).map(lambda typed: " ".join(typed.split())).filter(bool)
fractions = st.sampled_from([1.0, 0.5, 0.3333333, 0.0, -0.25, -1.0]) | st.floats(-1, 1)
numbers = st.floats(-1e12, 1e12, allow_nan=False) | st.integers(-1000, 1000).map(float)


@st.composite
def texts(draw: Any) -> Text:
    strings = {"en": draw(lines)}
    if draw(st.booleans()):
        strings["ar"] = draw(lines)
    return Text.of(strings, "en")


maybe_texts = st.none() | texts()


@st.composite
def choices(draw: Any) -> tuple[Choice, ...]:
    some = draw(st.lists(fractions, min_size=2, max_size=6))
    return tuple(Choice(KEYS[n], draw(texts()), f, draw(maybe_texts)) for n, f in enumerate(some))


@st.composite
def labelled(draw: Any, least: int = 2, most: int = 6) -> tuple[Labelled, ...]:
    count = draw(st.integers(least, most))
    said = draw(st.lists(lines, min_size=count, max_size=count, unique=True))
    return tuple(Labelled(KEYS[n], Text.of({"en": words}, "en")) for n, words in enumerate(said))


@st.composite
def matchings(draw: Any) -> Matching:
    matches = draw(labelled())
    keys = st.sampled_from([match.key for match in matches])
    prompts = tuple(Prompt(KEYS[n], draw(texts()), draw(keys)) for n in range(draw(st.integers(1, 5))))
    return Matching(draw(texts()), prompts, matches, draw(st.booleans()))


@st.composite
def number_questions(draw: Any) -> Number:
    accepted = st.builds(
        AcceptedNumber, numbers, st.floats(0, 100), st.booleans(), st.sampled_from([1.0, 0.5, 0.0]), maybe_texts
    )
    units = draw(st.sampled_from([(), (Unit("m"), Unit("km", 1000.0)), (Unit("h", 3600.0), Unit("s"))]))
    return Number(draw(texts()), tuple(draw(st.lists(accepted, min_size=1, max_size=3))), units, draw(st.floats(0, 1)))


single_choices = st.builds(SingleChoice, texts(), choices())
multiple_choices = st.builds(MultipleChoice, texts(), choices(), partial=st.booleans())
true_falses = st.builds(TrueFalse, texts(), st.booleans(), maybe_texts, maybe_texts, maybe_texts)
short_answers = st.builds(
    ShortAnswer,
    texts(),
    st.lists(st.builds(AcceptedAnswer, lines, fractions), min_size=1, max_size=4).map(lambda a: {"en": tuple(a)}),
    st.just("en"),
    case_matters=st.booleans(),
)
orderings = st.builds(Ordering, texts(), labelled(), st.sampled_from(OrderCredit))
contents: st.SearchStrategy[Content] = (
    single_choices | multiple_choices | true_falses | short_answers | number_questions() | matchings() | orderings
)

typed_numbers = st.one_of(
    st.sampled_from(["1,5", "١٢٫٥", "1e3", "12 km", "−3 m", "nan", "inf", "1e999", "9" * 90, "²", "1.2.3", "km", "e"]),
    numbers.map(repr),
    lines,
)


@st.composite
def good_answers(draw: Any, content: Content) -> Answer:
    """An answer that the question accepts."""
    match content:
        case SingleChoice():
            return SingleChoiceAnswer(draw(st.sampled_from([choice.key for choice in content.choices])))
        case MultipleChoice():
            keys = st.sampled_from([choice.key for choice in content.choices])
            return MultipleChoiceAnswer(tuple(sorted(draw(st.sets(keys, min_size=1)))))
        case TrueFalse():
            return TrueFalseAnswer(draw(st.booleans()))
        case ShortAnswer():
            return ShortAnswerAnswer(draw(lines | st.sampled_from([a.text for a in content.answers["en"]])))
        case Number():
            unit = draw(st.sampled_from(["", *(unit.name for unit in content.units)]))
            value = draw(st.sampled_from([repr(a.value) for a in content.answers]) | typed_numbers)
            answer = NumberAnswer(value, unit)
            return answer if content.accepts(answer) else NumberAnswer("0", unit)
        case Matching():
            prompts = draw(st.sets(st.sampled_from([prompt.key for prompt in content.prompts]), min_size=1))
            keys = st.sampled_from([match.key for match in content.matches])
            return MatchingAnswer({prompt: draw(keys) for prompt in sorted(prompts)})
        case Ordering():
            items = draw(st.sets(st.sampled_from([item.key for item in content.items]), min_size=1))
            return OrderingAnswer({key: draw(st.integers(1, len(content.items))) for key in sorted(items)})
    raise AssertionError(content)


anything = st.text(max_size=120) | st.sampled_from([*KEYS, "", "km", "\0", "1e999"])
bad_answers: st.SearchStrategy[Answer] = st.one_of(
    st.builds(SingleChoiceAnswer, anything),
    st.builds(MultipleChoiceAnswer, st.lists(anything, max_size=5).map(tuple)),
    st.builds(TrueFalseAnswer, st.booleans()),
    st.builds(ShortAnswerAnswer, anything | st.just("x" * 600)),
    st.builds(NumberAnswer, anything | typed_numbers, anything),
    st.builds(MatchingAnswer, st.dictionaries(anything, anything, max_size=5)),
    st.builds(OrderingAnswer, st.dictionaries(anything, st.integers(-(2**70), 2**70), max_size=5)),
)
