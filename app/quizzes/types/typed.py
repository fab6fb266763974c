"""What is typed, compared with the accepted answers of its language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import msgspec
from flask_babel import lazy_gettext as _l

from app.core.text import Text

from .scored import Scored

LONGEST = 500  # characters of a typed answer


class AcceptedAnswer(msgspec.Struct, frozen=True):
    """`*` stands for any run of characters, `\\*` for an asterisk; `fraction` of the mark that it earns.

    In another language than the question's, `source_hash` is of the answer in the same place that it was made from
    (None: not known). Empty, it says that the source's own words stand here until there is a translation.
    """

    text: str
    fraction: float = 1.0
    feedback: Text | None = None
    source_hash: str | None = None


Accepted = Mapping[str, tuple[AcceptedAnswer, ...]]


def found_in(
    answers: Accepted, typed: str, source: str, language: str, *, case_matters: bool, accents_matter: bool
) -> tuple[str, AcceptedAnswer] | None:
    """The first accepted answer that fits what was typed, and what it is called in `foreseen`.

    Those in `language` come first. One in `source`, the question's own, counts too: people quote terms as they learned
    them.
    """
    said = _folded(typed, case_matters, accents_matter)
    for tag in (language if answers.get(language) else source, source):
        for place, accepted in enumerate(answers.get(tag, ())):
            if _fits(_folded(accepted.text, case_matters, accents_matter), said):
                return _key(answers, source, tag, place), accepted
    return None


def foreseen(answers: Accepted, source: str, language: str) -> tuple[Scored, ...]:
    """Answers that translate each other are one, in the words of `language` if it has them; those that a language has
    beyond the source's stand behind them."""
    own, made = answers.get(source, ()), answers.get(language, ())
    found = []
    for place, accepted in enumerate(own):
        said = made[place].text if place < len(made) else ""
        found.append(Scored(said or accepted.text, accepted.fraction, accepted.feedback, str(place + 1)))
    for tag in sorted(answers):
        for place, accepted in list(enumerate(answers[tag]))[len(own) :]:
            key = _key(answers, source, tag, place)
            found.append(Scored(accepted.text, accepted.fraction, accepted.feedback, key))
    return tuple(found)


def _key(answers: Accepted, source: str, tag: str, place: int) -> str:
    """The place, from 1, that an answer has in the source's; with its language where that has none there."""
    return str(place + 1) if place < len(answers.get(source, ())) else f"{tag} {place + 1}"


def rules_of_typing(case_matters: bool, accents_matter: bool) -> tuple[object, ...]:
    """How what is typed is compared, in sentences."""
    if accents_matter:
        accents = _l("Accents must be as written; extra spaces do not matter.")
    else:
        accents = _l("Accents and extra spaces do not matter.")
    return (
        _l("Capitals must be as written.") if case_matters else _l("Capitals do not matter."),
        accents,
        _l("* stands for any words or none; write \\* for an asterisk."),
    )


def hint_of_typing(case_matters: bool, accents_matter: bool) -> object:
    """What those who type should mind."""
    if case_matters and accents_matter:
        return _l("A word or a few. Capitals and accents matter.")
    if case_matters:
        return _l("A word or a few. Capitals matter, accents do not.")
    if accents_matter:
        return _l("A word or a few. Accents matter, capitals do not.")
    return _l("A word or a few. Capitals and accents do not matter.")


def left_open(accepted: str) -> str:
    """An accepted answer as people read it: what may stand anywhere is left open."""
    return re.sub(r"\\\*|\*+", lambda found: "*" if found[0] == r"\*" else "…", accepted)


def _folded(text: str, case_matters: bool, accents_matter: bool) -> str:
    """Spaces made one, accents taken off and case evened out unless they matter."""
    text = unicodedata.normalize("NFC" if accents_matter else "NFKD", " ".join(text.split()))
    if not accents_matter:
        text = "".join(c for c in text if not unicodedata.combining(c))
    # Case-folding may take a letter apart ("İ"): what is compared is put together again.
    return text if case_matters else unicodedata.normalize("NFC", text.casefold())


def _fits(accepted: str, typed: str) -> bool:
    """Whether `typed` is what `accepted` says, any run of characters where it has a star."""
    pieces = [""]
    for piece in re.split(r"(\\\*|\*+)", accepted):
        if piece.startswith("*"):
            pieces.append("")
        else:
            pieces[-1] += "*" if piece == r"\*" else piece
    first, *between = pieces
    if not between:
        return typed == first
    last = between.pop()
    if len(typed) < len(first) + len(last) or not (typed.startswith(first) and typed.endswith(last)):
        return False
    rest = typed[len(first) : len(typed) - len(last)]
    for piece in between:  # the earliest place of each leaves the most to those after it
        _before, found, rest = rest.partition(piece) if piece else ("", "*", rest)
        if not found:
            return False
    return True
