"""Questions as a GIFT file that reads as they are.

Everything is written as plain text, on one line, with its signs escaped. Moodle has no escape for `->`, by which it
knows matching questions: where that would mislead it stands in HTML, as `-&gt;`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flask_babel import gettext as _

from app.core.text import Text
from app.quizzes.types import (
    AcceptedNumber,
    Choice,
    Content,
    Essay,
    Matching,
    MultipleChoice,
    Number,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)

from .. import leaving_out, numerals
from ..leaving_out import Trait
from ..naming import category_path
from ..plain import as_html, as_string, plain
from ..questions import Loss, OutgoingQuestion
from ..spoken import spoken
from .pieces import FORMATS, escape

TYPES = (SingleChoice, MultipleChoice, TrueFalse, ShortAnswer, Number, Matching, Essay)
SAYS = frozenset(
    {Trait.KEY, Trait.CATEGORY, Trait.TAGS, Trait.LINES, Trait.FEEDBACK, Trait.ANSWER_FEEDBACK, Trait.WEIGHTS}
)
ARROW = "->"


def losses(question: OutgoingQuestion, language: str) -> Iterator[Loss]:
    """What GIFT cannot say of a question."""
    yield from leaving_out.losses(question, language, TYPES, SAYS)
    if not isinstance(question.content, TYPES):
        return
    content = spoken(question, language)
    if isinstance(content, ShortAnswer) and any(ARROW in answer.text for answer in content.answers.get(language, ())):
        what = _("An accepted answer holds “->”, by which GIFT would take it for a matching question.")
        yield Loss(question.key, what, whole=True)
    elif any(plain(as_html(string), "html") != (string, []) for string in _beside_arrows(content)):
        yield Loss(question.key, _("Spaces beside one another become one where it holds “->”."))


def write(questions: Sequence[OutgoingQuestion], language: str) -> str:
    """A file of the questions, but for those that GIFT cannot say."""
    parts: list[str] = []
    category = ""
    for question in questions:
        if any(loss.whole for loss in losses(question, language)):
            continue
        if question.category.strip() != category:
            category = question.category.strip()
            parts.append(f"$CATEGORY: {category_path(category)}\n")
        parts.append(_written(question, spoken(question, language)))
    return "\n".join(parts)


def _written(question: OutgoingQuestion, content: Content) -> str:
    lines = []
    if question.tags:
        lines.append("// " + " ".join(f"[tag:{_tag(tag)}]" for tag in question.tags))
    answers = list(_answers(content))
    if content.feedback is not None:
        answers.append(f"####{_words(content.feedback)}")
    beginning = f"::{escape(question.key)}::[plain]{escape(_string(content.stem))}"
    if isinstance(content, TrueFalse):
        lines.append(f"{beginning}{{{''.join(answers)}}}")
    elif not answers:
        lines.append(f"{beginning}{{}}")
    else:
        lines += [f"{beginning}{{{'#' if isinstance(content, Number) else ''}", *(f"\t{a}" for a in answers), "}"]
    return "\n".join(lines) + "\n"


def _tag(tag: str) -> str:
    tag = " ".join(tag.split()).replace("]", r"\]")
    return tag + " " if tag.endswith("\\") else tag


def _answers(content: Content) -> Iterator[str]:
    match content:
        case SingleChoice():
            for choice in content.choices:
                yield ("=" if choice.fraction >= 1 else _weighed("~", choice.fraction)) + _choice(choice)
        case MultipleChoice():
            for choice, fraction in zip(content.choices, leaving_out.shares(content), strict=True):
                yield _weighed("~", fraction) + _choice(choice)
        case TrueFalse():
            said = (content.true_feedback, content.false_feedback)
            right, wrong = said if content.truth else (said[1], said[0])
            yield "TRUE" if content.truth else "FALSE"
            if wrong is not None or right is not None:
                yield f"#{_words(wrong)}"
            if right is not None:
                yield f"#{_words(right)}"
        case ShortAnswer():
            for accepted in content.answers.get(content.source_language, ()):
                text = escape(accepted.text)
                named = f"[plain]{text}" if _needs_format(accepted.text) else text
                yield _weighed("=", accepted.fraction) + named + _feedback(accepted.feedback, arrows=True)
        case Number():
            for number in content.answers:
                yield _weighed("=", number.fraction) + _number(number) + _feedback(number.feedback)
        case Matching():
            yield from _pairs(content)
        case Essay():
            return


def _weighed(mark: str, fraction: float) -> str:
    """The mark and the weight of an answer, but where the mark says it."""
    if fraction == (1 if mark == "=" else 0):
        return mark
    return f"{mark}%{numerals.percent(fraction)}%"


def _choice(choice: Choice) -> str:
    return _words(choice.text) + _feedback(choice.feedback)


def _number(number: AcceptedNumber) -> str:
    tolerance = leaving_out.tolerance(number)
    value = numerals.numeral(number.value)
    return value if tolerance == 0 else f"{value}:{numerals.numeral(tolerance)}"


def _pairs(content: Matching) -> Iterator[str]:
    matches = {match.key: _match(_string(match.text)) for match in content.matches}
    for prompt in content.prompts:
        yield f"={_words(prompt.text, arrows=True)} {ARROW} {matches[prompt.match]}"
    asked = {prompt.match for prompt in content.prompts}
    for key, match in matches.items():
        if key not in asked and match not in {matches[key] for key in asked}:
            yield f"= {ARROW} {match}"


def _match(string: str) -> str:
    return escape(as_string(string))


def _feedback(text: Text | None, *, arrows: bool = False) -> str:
    return "" if text is None else f"#{_words(text, arrows=arrows)}"


def _words(text: Text | None, *, arrows: bool = False) -> str:
    """Words where the format is that of the stem, plain. `arrows`: `->` would mislead here."""
    string = _string(text)
    if arrows and ARROW in string:
        return "[html]" + escape(as_html(string))
    return ("[plain]" if _needs_format(string) else "") + escape(string)


def _needs_format(string: str) -> bool:
    return string.startswith(("%", *(f"[{name}]" for name in FORMATS)))


def _string(text: Text | None) -> str:
    """The words, in their one language."""
    return next(iter(text.strings().values()), "") if text else ""


def _beside_arrows(content: Content) -> Iterable[str]:
    """What would have to stand in HTML."""
    texts: list[Text | None] = []
    if isinstance(content, ShortAnswer):
        texts = [answer.feedback for answers in content.answers.values() for answer in answers]
    if isinstance(content, Matching):
        texts = [prompt.text for prompt in content.prompts]
    return [_string(text) for text in texts if ARROW in _string(text)]
