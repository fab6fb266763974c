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
    Gap,
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
    Picture,
    Prompt,
    Shape,
    ShortAnswer,
    ShortAnswerAnswer,
    SingleChoice,
    SingleChoiceAnswer,
    Spot,
    TrueFalse,
    TrueFalseAnswer,
    Unit,
)

KEYS = "abcdefgh"
characters = st.characters(exclude_categories=("Cs", "Cc"), max_codepoint=0x1FFFF)
lines = st.text(characters, min_size=1, max_size=20).map(lambda typed: " ".join(typed.split())).filter(bool)
fractions = st.sampled_from([1.0, 0.5, 0.3333333, 0.0, -0.25, -1.0]) | st.floats(-1, 1).map(lambda value: value + 0.0)
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


@st.composite
def gaps_questions(draw: Any) -> Gaps:
    weights = draw(st.lists(st.sampled_from([1.0, 2.0, 0.5, 7.3]), min_size=1, max_size=4))
    gaps = []
    for n, weight in enumerate(weights):
        if draw(st.booleans()):
            gaps.append(Gap(KEYS[n], choices=draw(choices()), weight=weight))
        else:
            accepted = draw(st.lists(st.builds(AcceptedAnswer, lines, fractions, maybe_texts), min_size=1, max_size=3))
            gaps.append(Gap(KEYS[n], accepted={"en": tuple(accepted)}, weight=weight))
    stem = {tag: " ".join(f"{draw(lines)} [[{gap.key}]]" for gap in gaps) for tag in ("en", "ar")}
    return Gaps(Text.of(stem, "en"), tuple(gaps), "en", draw(st.booleans()), draw(st.booleans()))


@st.composite
def hot_spots(draw: Any) -> HotSpot:
    some = draw(st.lists(fractions, min_size=2, max_size=6))
    spots = tuple(
        Spot(KEYS[n], draw(texts()), Shape.RECTANGLE, (10 * n, 10, 10 * n + 9, 50), f, draw(maybe_texts))
        for n, f in enumerate(some)
    )
    picture = Picture("a" * 64, draw(texts()))
    return HotSpot(draw(texts()), picture, 800, 600, spots, draw(st.booleans()), draw(st.booleans()))


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
    | gaps_questions() | hot_spots()
)  # fmt: skip

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
        case Gaps():
            filled = {}
            for gap in content.gaps:
                if gap.choices:
                    filled[gap.key] = draw(st.sampled_from([choice.key for choice in gap.choices]))
                else:
                    filled[gap.key] = draw(lines | st.sampled_from([a.text for a in gap.accepted["en"]]))
            left_open = draw(st.sets(st.sampled_from(sorted(filled)), max_size=len(filled) - 1))
            return GapsAnswer({key: said for key, said in filled.items() if key not in left_open})
        case HotSpot():
            keys = st.sampled_from([spot.key for spot in content.spots])
            return HotSpotAnswer(tuple(sorted(draw(st.sets(keys, min_size=1, max_size=6 if content.several else 1)))))
    raise AssertionError(content)


anything = st.text(max_size=120) | st.sampled_from([*KEYS, "", "km", "\0", "1e999"])
bad_answers: st.SearchStrategy[Answer] = st.one_of(
    st.builds(SingleChoiceAnswer, anything),
    st.builds(MultipleChoiceAnswer, st.lists(anything, max_size=5).map(tuple)),
    st.builds(TrueFalseAnswer, st.booleans()),
    st.builds(ShortAnswerAnswer, anything | st.just("x" * 600)),
    st.builds(NumberAnswer, anything | typed_numbers, anything),
    st.builds(MatchingAnswer, st.dictionaries(anything, anything, max_size=5)),
    st.builds(GapsAnswer, st.dictionaries(anything, anything | st.just("x" * 600), max_size=5)),
    st.builds(HotSpotAnswer, st.lists(anything, max_size=5).map(tuple)),
    st.builds(OrderingAnswer, st.dictionaries(anything, st.integers(-(2**70), 2**70), max_size=5)),
)
