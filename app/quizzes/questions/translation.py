"""A question's texts as something to translate, and the question with translations. Pure: no database, no request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec
from flask_babel import lazy_gettext as _l

from app.core.text import Text, string_hash
from app.courses.kinds import TranslationState, Unit

from ..types import AcceptedAnswer, Content, Gaps
from ..types.gaps import MARKER
from ..types.rewriting import Place, rewritten
from ..types.typed import LONGEST as LONGEST_ANSWER
from ..types.typed import Accepted

NOT_YET = ""  # the `source_hash` of an accepted answer that stands in for its translation

# What a text is called, by the shape of its place; `number` and `of` are those of the last list and the one before.
LABELS = {
    "stem": _l("Question"),
    "feedback": _l("Feedback on the question"),
    "true_feedback": _l("Feedback to those who say true"),
    "false_feedback": _l("Feedback to those who say false"),
    "choice/#/text": _l("Choice %(number)s"),
    "choice/#/feedback": _l("Feedback on choice %(number)s"),
    "answer/#/text": _l("Accepted answer %(number)s"),
    "answer/#/feedback": _l("Feedback on accepted answer %(number)s"),
    "prompt/#/text": _l("Item %(number)s to match"),
    "match/#/text": _l("Match %(number)s"),
    "item/#/text": _l("Item %(number)s to order"),
    "gap/#/answer/#/text": _l("Gap %(of)s, accepted answer %(number)s"),
    "gap/#/answer/#/feedback": _l("Gap %(of)s, feedback on accepted answer %(number)s"),
    "gap/#/choice/#/text": _l("Gap %(of)s, choice %(number)s"),
    "gap/#/choice/#/feedback": _l("Gap %(of)s, feedback on choice %(number)s"),
    "picture/alternative": _l("What the picture shows"),
    "spot/#/name": _l("Place %(number)s on the picture"),
    "spot/#/feedback": _l("Feedback on place %(number)s"),
    "criterion/#/text": _l("Criterion %(number)s"),
    "criterion/#/level/#/text": _l("Criterion %(of)s, level %(number)s"),
    "guidance": _l("Guidance for those who mark"),
    "starter": _l("What stands in the box at first"),
    "hint/#": _l("Hint %(number)s"),
    "picture/#/alternative": _l("What picture %(number)s shows"),
}
RIGHT = {
    "choice/#/text": _l("Choice %(number)s, which is right"),
    "gap/#/choice/#/text": _l("Gap %(of)s, choice %(number)s, which is right"),
    "spot/#/name": _l("Place %(number)s on the picture, which is right"),
}


def question_units(content: Content, *, source: str, language: str, prefix: str = "", group: str = "") -> list[Unit]:
    """What is to translate of a question written in `source`, in reading order; nothing for its own language.

    The keys say where a text stands, after the prefix: `stem`, `choice/a/text`, `answer/1/feedback` (by the place of
    the source's answer), `gap/city/answer/1/text`, `hint/2`.
    """
    if language == source:
        return []
    pieces = _pieces(content, source, language)
    return [_unit(piece, content, source, language, prefix, group) for piece in pieces]


def translated(content: Content, *, source: str, language: str, strings: Mapping[str, str]) -> Content:
    """The question with these translations, by the keys of `question_units`, made from today's source.

    Raises `LookupError` for a key that there is not.
    """
    keys = {piece.place.key for piece in _pieces(content, source, language)} if language != source else set()
    if strings.keys() - keys:
        raise LookupError(f"no units {sorted(strings.keys() - keys)}")
    return rewritten(content, _Translating(source, language, strings))


def untranslated(content: Content, source: str, language: str) -> bool:
    """Whether a text of a question written in `source` lacks `language`, has it of older words, or not whole."""
    if language == source:
        return False
    if not content.is_whole_in(language):
        return True
    for piece in _pieces(content, source, language):
        state = piece.unit("", source, language).state
        if state is TranslationState.OUTDATED or (state is TranslationState.MISSING and not piece.spare):
            return True
    return False


def former_strings(contents: Iterable[Content], source: str) -> dict[str, str]:
    """Every string in the source language of these states of questions, by its hash."""
    strings = (piece.string(source) for content in contents for piece in _pieces(content, source, source))
    return {string_hash(string): string for string in strings}


@dataclass(frozen=True, slots=True)
class _Piece:
    """A text of the question, or an accepted answer, and what was `made` of it in the language asked for.

    One is `spare` that belongs to an accepted answer where the language has answers of its own: it need not have as
    many.
    """

    place: Place
    text: Text | None = None
    answer: AcceptedAnswer | None = None
    made: AcceptedAnswer | None = None
    spare: bool = False

    def string(self, source: str) -> str:
        return self.answer.text if self.answer else self.text.phrases[source].string if self.text else ""

    def unit(self, label: str, source: str, language: str, prefix: str = "", group: str = "") -> Unit:
        key = prefix + self.place.key
        if self.text is not None:
            return Unit.of(key, label, self.text, source=source, language=language, group=group)
        assert self.answer is not None
        made_from = self.made.source_hash if self.made else None
        return Unit(
            key=key,
            label=label,
            source=self.answer.text,
            translation=self.made.text if self.made else None,
            stale=self.made is not None and made_from not in (None, string_hash(self.answer.text)),
            made_from=made_from,
            group=group,
            longest=LONGEST_ANSWER,
        )


@dataclass(slots=True)
class _Collecting:
    """Notes every text that has the source, and changes nothing."""

    source: str
    language: str
    found: list[_Piece] = field(default_factory=list)

    def text(self, place: Place, text: Text) -> Text:
        if self.source in text.phrases:
            self.found.append(_Piece(place, text))
        return text

    def accepted(self, place: Place, answers: Accepted) -> Accepted:
        there = answers.get(self.language, ())
        spare = any(answer.source_hash != NOT_YET for answer in there)
        for number, answer in enumerate(answers.get(self.source, ()), 1):
            at = place.one("answers", None, number)
            made = _at(there, number)
            waits = made is None or made.source_hash == NOT_YET
            self.found.append(_Piece(at.field("text"), answer=answer, made=None if waits else made, spare=spare))
            if answer.feedback is not None:
                said = _feedback(answers, number, answer.feedback)
                if self.source in said.phrases:
                    self.found.append(_Piece(at.field("feedback"), said, spare=spare and waits))
        return answers


@dataclass(frozen=True, slots=True)
class _Translating:
    """Puts translations into their places."""

    source: str
    language: str
    strings: Mapping[str, str]

    def text(self, place: Place, text: Text) -> Text:
        if place.key not in self.strings:
            return text
        return text.with_phrase(self.language, self.strings[place.key], self.source)

    def accepted(self, place: Place, answers: Accepted) -> Accepted:
        """The accepted answers of every language, with those of `language` in the places of the source's.

        What no longer has a place in the source stays behind them. Feedback is one text, kept with both.
        """
        own = list(answers.get(self.source, ()))
        made = list(answers.get(self.language, ()))
        for number, original in enumerate(own, 1):
            at = place.one("answers", None, number)
            if original.feedback is not None:
                feedback = self.text(at.field("feedback"), self._feedback_in(answers, number, original.feedback))
                original = own[number - 1] = msgspec.structs.replace(original, feedback=feedback)
            before = _at(made, number)
            string = self.strings.get(at.field("text").key)
            if string is None and before is not None and before.source_hash != NOT_YET:
                answer = msgspec.structs.replace(before, feedback=original.feedback or before.feedback)
            elif string:
                answer = AcceptedAnswer(string, original.fraction, original.feedback, string_hash(original.text))
            else:
                answer = msgspec.structs.replace(original, source_hash=NOT_YET)
            made[number - 1 : number] = [answer]
        if all(answer.source_hash == NOT_YET for answer in made):
            made = []
        others = {tag: theirs for tag, theirs in answers.items() if tag not in (self.source, self.language)}
        mine = {self.source: tuple(own)} if own else {}
        return {**mine, **others, **({self.language: tuple(made)} if made else {})}

    def _feedback_in(self, answers: Accepted, number: int, own: Text) -> Text:
        """What is said to an accepted answer, with what `language` adds to the source's own and no other."""
        said = _feedback(answers, number, own).phrases.get(self.language)
        return Text({**own.phrases, self.language: said}) if said else own


def _pieces(content: Content, source: str, language: str) -> list[_Piece]:
    """What there is to translate, in reading order."""
    collecting = _Collecting(source, language)
    rewritten(content, collecting)
    return collecting.found


def _unit(piece: _Piece, content: Content, source: str, language: str, prefix: str, group: str) -> Unit:
    """The piece with its name; the text with gaps says which it must keep."""
    place = piece.place
    number, of = [*place.numbers[::-1], 0, 0][:2]
    label = (RIGHT if place.right and place.shape in RIGHT else LABELS)[place.shape] % {"number": number, "of": of}
    if isinstance(content, Gaps) and place.key == "stem":
        markers = " ".join(dict.fromkeys(f"[[{key}]]" for key in MARKER.findall(piece.string(source))))
        label = _l("Text with gaps: keep %(markers)s", markers=markers)
    return piece.unit(str(label), source, language, prefix, group)


def _feedback(answers: Accepted, number: int, own: Text) -> Text:
    """What is said to an accepted answer, in every language: in some files it stands with each language's answers."""
    phrases = dict(own.phrases)
    for language, others in answers.items():
        made = _at(others, number)
        if language not in phrases and made is not None and made.feedback and language in made.feedback.phrases:
            phrases[language] = made.feedback.phrases[language]
    return Text(phrases)


def _at(answers: tuple[AcceptedAnswer, ...] | list[AcceptedAnswer], number: int) -> AcceptedAnswer | None:
    return answers[number - 1] if number <= len(answers) else None
