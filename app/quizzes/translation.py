"""A question's texts as something to translate, and the question with translations. Pure: no database, no request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec
from flask_babel import gettext as _

from app.core.text import Text, string_hash
from app.courses.kinds import Unit

from .types import AcceptedAnswer, Content, ShortAnswer, texts
from .types.short_answer import LONGEST as LONGEST_ANSWER

NOT_YET = ""  # the `source_hash` of an accepted answer that stands in for its translation

Change = Callable[[str, Text], Text]


def question_units(content: Content, *, source: str, language: str, prefix: str = "", group: str = "") -> list[Unit]:
    """What is to translate of a question written in `source`: its stem, choices or accepted answers, and feedback.

    The keys are `stem`, `choice/a/text`, `choice/a/feedback`, `answer/1/text` (by the place of the source's answer),
    `answer/1/feedback` and `feedback`, after the prefix. Empty for its own language.
    """
    if language == source:
        return []
    units = []
    for key, label, text in _texts(content, source):
        if text.phrases.get(source) is not None:
            units.append(Unit.of(prefix + key, label, text, source=source, language=language, group=group))
        elif isinstance(content, ShortAnswer) and key.endswith("/text"):
            place = int(key.split("/")[1])
            units.append(_answer_unit(content, place, prefix + key, label, source, language, group))
    return units


def translated(content: Content, *, source: str, language: str, strings: Mapping[str, str]) -> Content:
    """The question with these translations, by the keys of `question_units`, made from today's source.

    Raises `LookupError` for a key that there is not.
    """
    units = {unit.key for unit in question_units(content, source=source, language=language)}
    if strings.keys() - units:
        raise LookupError(f"no units {sorted(strings.keys() - units)}")

    def change(key: str, text: Text) -> Text:
        return text.with_phrase(language, strings[key], source) if key in strings else text

    changes: dict[str, object] = {"stem": change("stem", content.stem)}
    if content.feedback is not None:
        changes["feedback"] = change("feedback", content.feedback)
    if isinstance(content, ShortAnswer):
        changes["answers"] = _answers(content, source, language, strings, change)
    else:
        changes["choices"] = tuple(
            msgspec.structs.replace(
                choice,
                text=change(f"choice/{choice.key}/text", choice.text),
                feedback=choice.feedback and change(f"choice/{choice.key}/feedback", choice.feedback),
            )
            for choice in content.choices
        )
    return msgspec.structs.replace(content, **changes)


def former_strings(contents: list[Content], source: str) -> dict[str, str]:
    """Every string in the source language of these states of questions, by its hash."""
    strings = [phrase.string for content in contents for text in texts(content) if (phrase := text.phrases.get(source))]
    strings += [
        answer.text
        for content in contents
        if isinstance(content, ShortAnswer)
        for answer in content.answers.get(source, ())
    ]
    return {string_hash(string): string for string in strings}


def _texts(content: Content, source: str) -> Iterator[tuple[str, str, Text]]:
    """Key, label and text, in reading order; an accepted answer is words of one language, so its text is empty."""
    yield "stem", _("Question"), content.stem
    if isinstance(content, ShortAnswer):
        for place, answer in enumerate(content.answers.get(source, ()), 1):
            yield f"answer/{place}/text", _("Accepted answer %(number)s", number=place), Text({})
            if answer.feedback is not None:
                said = _feedback(content, place, source)
                yield f"answer/{place}/feedback", _("Feedback on accepted answer %(number)s", number=place), said
    else:
        for place, choice in enumerate(content.choices, 1):
            label = _("Choice %(number)s, which is right", number=place) if choice.right else None
            yield f"choice/{choice.key}/text", label or _("Choice %(number)s", number=place), choice.text
            if choice.feedback is not None:
                label = _("Feedback on choice %(number)s", number=place)
                yield f"choice/{choice.key}/feedback", label, choice.feedback
    if content.feedback is not None:
        yield "feedback", _("Feedback on the question"), content.feedback


def _answer_unit(
    content: ShortAnswer, place: int, key: str, label: str, source: str, language: str, group: str
) -> Unit:
    original = content.answers[source][place - 1]
    made = _at(content.answers.get(language, ()), place)
    if made is not None and made.source_hash == NOT_YET:
        made = None
    today = string_hash(original.text)
    return Unit(
        key=key,
        label=label,
        source=original.text,
        translation=made.text if made else None,
        stale=made is not None and made.source_hash not in (None, today),
        made_from=made.source_hash if made else None,
        group=group,
        longest=LONGEST_ANSWER,
    )


def _answers(
    content: ShortAnswer, source: str, language: str, strings: Mapping[str, str], change: Change
) -> dict[str, tuple[AcceptedAnswer, ...]]:
    """The accepted answers of every language, with those of `language` in the places of the source's.

    What no longer has a place in the source stays behind them. Feedback is one text, kept with both.
    """
    own = list(content.answers.get(source, ()))
    made = list(content.answers.get(language, ()))
    for place, original in enumerate(own, 1):
        if original.feedback is not None:
            feedback = change(f"answer/{place}/feedback", _feedback_in(content, place, source, language))
            original = own[place - 1] = msgspec.structs.replace(original, feedback=feedback)
        before = _at(tuple(made), place)
        string = strings.get(f"answer/{place}/text")
        if string is None and before is not None and before.source_hash != NOT_YET:
            answer = msgspec.structs.replace(before, feedback=original.feedback or before.feedback)
        elif string:
            answer = AcceptedAnswer(string, original.fraction, original.feedback, string_hash(original.text))
        else:
            answer = msgspec.structs.replace(original, source_hash=NOT_YET)
        made[place - 1 : place] = [answer]
    if all(answer.source_hash == NOT_YET for answer in made):
        made = []
    others = {tag: answers for tag, answers in content.answers.items() if tag not in (source, language)}
    return {source: tuple(own), **others, **({language: tuple(made)} if made else {})}


def _feedback(content: ShortAnswer, place: int, source: str) -> Text:
    """What is said to an accepted answer, in every language: in some files it stands with each language's answers."""
    own = content.answers[source][place - 1].feedback
    assert own is not None
    phrases = dict(own.phrases)
    for language, answers in content.answers.items():
        made = _at(answers, place)
        if language not in phrases and made is not None and made.feedback and language in made.feedback.phrases:
            phrases[language] = made.feedback.phrases[language]
    return Text(phrases)


def _feedback_in(content: ShortAnswer, place: int, source: str, language: str) -> Text:
    """As `_feedback`, with what `language` adds to the source's own and no other."""
    own = content.answers[source][place - 1].feedback
    assert own is not None
    said = _feedback(content, place, source).phrases.get(language)
    return Text({**own.phrases, language: said}) if said else own


def _at(answers: tuple[AcceptedAnswer, ...], place: int) -> AcceptedAnswer | None:
    return answers[place - 1] if place <= len(answers) else None
