"""Aiken question files, as docs/aiken.md says: one line of question, its choices by letter, and the right one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.text import Text
from app.quizzes.types import Choice, Content, SingleChoice, TrueFalse

from . import leaving_out
from .faults import Fault
from .naming import Keys, letters
from .parsed import ParsedQuestion
from .questions import Loss, OutgoingQuestion
from .spoken import spoken
from .text_files import text_of
from .true_and_false import WORDS

MOST = 26  # choices, as there are letters
_CHOICE = re.compile(r"([A-Z])[.)](?:[ \t]+(.*))?")
_ANSWER = re.compile(r"ANSWER:[ \t]*(.*)")
_NEARLY_CHOICE = re.compile(r"\(?[A-Za-z][.):](?:\s.*)?|[A-Z][.)]\S.*")
_NEARLY_ANSWER = re.compile(r"answer\s*[:：].*", re.I)


class Aiken:
    """Aiken, as the pages offer it."""

    name = "aiken"
    label: object = "Aiken"
    summary: object = _l("The simplest text format: single choice only, each question and choice on one line.")
    suffix = ".txt"
    media_type = "text/plain"

    def read(self, data: bytes, *, file: str, language: str) -> tuple[list[ParsedQuestion], list[Fault]]:
        """The questions of a file, and a fault for each that is not taken."""
        text, faults = text_of(data, file)
        if faults:
            return [], faults
        reader = _Reader(file, language)
        for number, line in enumerate(text.split("\n"), 1):
            reader.line(number, line.strip())
        reader.end()
        return reader.questions, sorted(reader.faults)

    def losses(self, questions: Sequence[OutgoingQuestion], language: str) -> list[Loss]:
        """What would be left out."""
        return [loss for question in questions for loss in _losses(question, language)]

    def write(self, questions: Sequence[OutgoingQuestion], language: str) -> bytes:
        """The questions that Aiken can say."""
        left_out = {loss.key for loss in self.losses(questions, language) if loss.whole}
        written = (
            _written(spoken(question, language), language) for question in questions if question.key not in left_out
        )
        return "\n".join(written).encode()


FORMAT = Aiken()


@dataclass(slots=True)
class _Begun:
    """A question that is being read."""

    line: int
    stem: str
    choices: list[str] = field(default_factory=list)
    broken: bool = False


class _Reader:
    """Takes line after line."""

    def __init__(self, file: str, language: str) -> None:
        self.file = file
        self.language = language
        self.questions: list[ParsedQuestion] = []
        self.faults: list[Fault] = []
        self.begun: _Begun | None = None
        self.keys = Keys()
        self.count = 0

    def line(self, number: int, line: str) -> None:
        if not line:
            return
        if found := _ANSWER.fullmatch(line):
            self.answer(number, found[1].strip())
        elif found := _CHOICE.fullmatch(line):
            self.choice(number, found[1], (found[2] or "").strip())
        elif _NEARLY_ANSWER.fullmatch(line) and self.begun is not None:
            self.fault(number, _("the right answer is written as “ANSWER: B”, in capitals"))
            self.begun = None
        elif _NEARLY_CHOICE.fullmatch(line) and self.begun is not None:
            self.fault(number, _("a choice begins with a capital letter, a point or bracket, and a space, as “A. ”"))
        elif self.begun is not None and not self.begun.choices:
            self.fault(number, _("a question stands on one line, and its first choice begins with “A. ”"))
        else:
            self.end()
            self.begun = _Begun(number, line)

    def choice(self, number: int, letter: str, words: str) -> None:
        begun = self.begun
        if begun is None:
            self.fault(number, _("a choice stands without a question above it"))
            self.begun = _Begun(number, "", [words], broken=True)
            return
        due = chr(ord("A") + len(begun.choices)) if len(begun.choices) < MOST else ""
        if letter != due and not begun.broken:
            if due:
                self.fault(number, _("the choice %(letter)s should be %(due)s", letter=letter, due=due))
            else:
                self.fault(number, _("a question has at most %(count)s choices", count=MOST))
        if not words:
            self.fault(number, _("the choice %(letter)s has no words", letter=letter))
        begun.choices.append(words)

    def answer(self, number: int, letter: str) -> None:
        begun, self.begun = self.begun, None
        if begun is None:
            self.fault(number, _("an answer stands without a question above it"))
            return
        place = ord(letter) - ord("A") if re.fullmatch("[A-Z]", letter) else -1
        if begun.broken:
            return
        if not 0 <= place < len(begun.choices):
            reason = _("the answer must be the letter of one choice, as B, not %(found)r", found=letter[:20])
            self.fault(number, reason)
            return
        text = self.text
        choices = tuple(Choice(letters(n), text(words), float(n == place)) for n, words in enumerate(begun.choices))
        content = SingleChoice(text(begun.stem), choices)
        self.count += 1
        if reasons := content.faults():
            self.faults += [Fault(self.file, begun.line, str(reason)) for reason in reasons]
            return
        self.questions.append(ParsedQuestion(self.keys.give("", self.count), content, line=begun.line))

    def end(self) -> None:
        """The question that is begun does not go on."""
        if self.begun is not None and not self.begun.broken:
            reason = _("the question has no line “ANSWER: ” that names its right choice")
            self.faults.append(Fault(self.file, self.begun.line, reason))
        self.begun = None

    def fault(self, number: int, reason: str) -> None:
        """Of what is wrong with a question, the first is told."""
        if self.begun is None or not self.begun.broken:
            self.faults.append(Fault(self.file, number, reason))
        if self.begun is not None:
            self.begun.broken = True

    def text(self, words: str) -> Text:
        return Text.of({self.language: words}, self.language)


def _losses(question: OutgoingQuestion, language: str) -> Iterator[Loss]:
    found = list(leaving_out.losses(question, language, (SingleChoice, TrueFalse), frozenset()))
    if not any(loss.whole for loss in found) and (reason := _unsayable(spoken(question, language), language)):
        found = [Loss(question.key, reason, whole=True)]
    yield from found
    if isinstance(question.content, TrueFalse) and not any(loss.whole for loss in found):
        yield Loss(question.key, _("True or false becomes a single choice of the two."))


def _unsayable(content: Content, language: str) -> str:
    """Why Aiken cannot say a question; empty if it can."""
    if isinstance(content, TrueFalse) and language.split("-")[0] not in WORDS:
        return _("What true and false are called in %(language)r is not known.", language=language)
    stem = _line(content.stem)
    if any(mark.fullmatch(stem) for mark in (_CHOICE, _ANSWER)):
        return _("It begins with “%(words)s”, which Aiken would not take for a question.", words=stem[:10])
    if isinstance(content, SingleChoice) and len(content.choices) > MOST:
        return _("It has more than %(count)s choices.", count=MOST)
    return ""


def _written(content: Content, language: str) -> str:
    if isinstance(content, TrueFalse):
        choices = list(WORDS[language.split("-")[0]])
        right = 0 if content.truth else 1
    else:
        assert isinstance(content, SingleChoice)
        choices = [_line(choice.text) for choice in content.choices]
        right = next(n for n, choice in enumerate(content.choices) if choice.fraction >= 1)
    lines = [_line(content.stem), *(f"{chr(ord('A') + n)}. {words}" for n, words in enumerate(choices))]
    return "\n".join([*lines, f"ANSWER: {chr(ord('A') + right)}"]) + "\n"


def _line(text: Text) -> str:
    """The words, in their one language, on one line."""
    string = next(iter(text.strings().values()), "")
    return " ".join(line.strip() for line in string.split("\n") if line.strip())
