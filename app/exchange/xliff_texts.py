"""A course's texts as an XLIFF document, and what a document that comes back would change in them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.languages import known_tag, language_name
from app.core.paragraphs import paragraphs
from app.core.text import Text, string_hash
from app.courses.kinds import TranslationState, Unit
from app.courses.translation.queries import CourseInLanguage
from app.courses.translation.services import Typed
from app.courses.translation.texts import Part, fingerprint, tidied

from .faults import Fault, Refused
from .xliff import Document, FileOf, UnitOf
from .xliff.bodies import codes_of, is_spoken, put_together, source_words, spoken_words, units_of
from .xliff.document import SegmentOf, State, file_id, unit_id
from .xliff.inline import Mark, Words, plain, same_markup
from .xliff.reading import NAME
from .xliff.writing import Around

STATES = {
    TranslationState.MISSING: State.INITIAL,
    TranslationState.OUTDATED: State.TRANSLATED,
    TranslationState.DONE: State.FINAL,
}
Former = Mapping[tuple[int | None, str], str]  # what sources said when they were translated, by activity and key


@dataclass(frozen=True, slots=True)
class Draft:
    """A course as one language's document is made from it, at its edition in force (0: not published yet)."""

    course: str
    edition: int
    texts: CourseInLanguage
    former: Former


@dataclass(frozen=True, slots=True)
class Change:
    """What a document would do to one text; `typed` is what is saved. With `fits` its words stay as they are."""

    activity_id: int | None
    title: Text
    unit: Unit
    typed: Typed

    @property
    def before(self) -> str:
        return self._read(self.unit.translation or "")

    @property
    def after(self) -> str:
        return self._read(self.typed.string)

    def _read(self, string: str) -> str:
        return paragraphs(string) if self.unit.html else string


@dataclass(frozen=True, slots=True)
class Changes:
    """What a document would change, in the order of the course, and how many of its texts are not translated yet."""

    changes: tuple[Change, ...]
    left: int

    @property
    def new(self) -> int:
        return sum(change.unit.translation is None for change in self.changes)

    @property
    def confirmed(self) -> int:
        """How many translations would be taken as still right, with not a word changed."""
        return sum(change.typed.fits for change in self.changes)

    @property
    def replaced(self) -> int:
        return len(self.changes) - self.new - self.confirmed


def document_of(draft: Draft) -> Document:
    """The document that goes to a translator."""
    texts = draft.texts
    files = {}
    for part in texts.parts:
        units = {unit_id(out.name): out for unit in part.units for out in _outgoing(unit, part, draft.former)[0]}
        files[file_id(part.key)] = FileOf(file_id(part.key), units)
    return Document(draft.course, draft.edition, texts.source_language, texts.language, files)


def around_of(draft: Draft) -> tuple[dict[tuple[str, str], Around], dict[str, str]]:
    """What goes with the units, by file and key, and with the files: notes, and what marks stand for."""
    around: dict[tuple[str, str], Around] = {}
    notes = {}
    source = draft.texts.source_language
    for part in draft.texts.parts:
        file = file_id(part.key)
        title = part.title.best(source, source)
        notes[file] = title if part.key else _("The course itself: %(title)s", title=title)
        for unit in part.units:
            units, complete = _outgoing(unit, part, draft.former)
            codes, spoken = codes_of(unit.key, unit.source) if unit.html else ({}, {})
            around[file, unit.key] = Around(_notes(unit, complete), codes, spoken)
            for out in units[1:]:
                around[file, out.name] = Around((_("Words that belong to a picture, a link or a cell of the text."),))
    return around, notes


def changes_of(document: Document, draft: Draft) -> Changes:
    """What the document would change. Raises `Refused` with everything that does not fit the course as it is."""
    faults = [Fault(NAME, 1, reason) for reason in _strange(document, draft)]
    if faults:
        raise Refused(faults)
    files = dict(document.files)
    changes: list[Change] = []
    left = 0
    for part in draft.texts.parts:
        file = files.pop(file_id(part.key), None)
        if file is None:
            title = part.title.best(draft.texts.source_language, draft.texts.source_language)
            faults.append(Fault(NAME, 1, _("the texts of “%(title)s” are missing", title=title)))
            continue
        incoming = dict(file.units)
        for unit in part.units:
            expected = _outgoing(unit, part, draft.former)[0]
            found = [incoming.pop(unit_id(out.name), None) for out in expected]
            problems = list(_problems(part, unit, expected, found, file))
            faults += problems
            if problems and unit.html:  # what else the file has of it goes with it
                incoming = {key: one for key, one in incoming.items() if not is_spoken(key, unit.key)}
            if not problems:
                typed = _typed(unit, expected, [one for one in found if one is not None])
                left += typed is None and unit.state is not TranslationState.DONE
                if typed is not None and len(typed.string) > unit.longest:
                    reason = _("“%(text)s” is longer than %(max)s characters", text=_name(part, unit), max=unit.longest)
                    faults.append(Fault(NAME, found[0].line if found[0] else 1, reason))
                elif typed is not None:
                    changes.append(Change(part.activity_id, part.title, unit, typed))
        for key, extra in incoming.items():
            faults.append(
                Fault(NAME, extra.line, _("the course has no text %(key)s in %(file)s", key=key, file=file.id))
            )
    for file in files.values():
        faults.append(Fault(NAME, file.line, _("the course has no %(file)s", file=file.id)))
    if faults:
        raise Refused(faults)
    return Changes(tuple(changes), left)


def _strange(document: Document, draft: Draft) -> Iterator[str]:
    """Why the document is not for this course in this language as it is now."""
    if document.course != draft.course:
        yield _("the file is from another course, %(course)s", course=document.course)
    elif document.edition != draft.edition:
        yield _(
            "the file is for edition %(old)s, and the course is at edition %(new)s: download it again",
            old=document.edition,
            new=draft.edition,
        )
    if known_tag(document.source_language) != known_tag(draft.texts.source_language):
        yield _("its source is not in %(language)s", language=language_name(draft.texts.source_language))
    if known_tag(document.language) != known_tag(draft.texts.language):
        tag = document.language[:35]
        yield (
            _("it is a translation into %(language)s", language=language_name(tag))
            if tag
            else _("it does not say into which language it is translated")
        )


def _outgoing(unit: Unit, part: Part, former: Former) -> tuple[list[UnitOf], bool]:
    """The units of a text, with its translation as far as it finds a place; and whether all of it did."""
    digest = string_hash(unit.source)
    if unit.html:
        before = former.get((part.activity_id, unit.key))
        return units_of(unit.key, unit.source, unit.translation, before, STATES[unit.state], digest)
    target = None if unit.translation is None else (unit.translation,)
    return [UnitOf(unit.key, (SegmentOf((unit.source,), target, STATES[unit.state]),), digest)], True


def _notes(unit: Unit, complete: bool) -> tuple[str, ...]:
    notes = [f"{unit.group}: {unit.label}" if unit.group else unit.label]
    if not unit.html:
        notes.append(ngettext("At most %(num)s character.", "At most %(num)s characters.", unit.longest))
    if unit.state is TranslationState.OUTDATED:
        notes.append(_("The source changed since it was translated. Mark it as reviewed or final if it still fits."))
    if unit.translation is not None and not complete:
        notes.append(_("The translation so far: %(words)s", words=paragraphs(unit.translation)))
    return tuple(notes)


def _problems(
    part: Part, unit: Unit, expected: list[UnitOf], found: list[UnitOf | None], file: FileOf
) -> Iterator[Fault]:
    """What is wrong with the units that stand for a text."""
    for out, come in zip(expected, found, strict=True):
        if come is None:
            yield Fault(NAME, file.line, _("the text %(key)s of %(file)s is missing", key=out.name, file=file.id))
    if None in found:
        return
    sources = [source_words(unit.source)] if unit.html else [(unit.source,)]
    sources += [(words,) for words in (spoken_words(unit.source) if unit.html else ())]
    for come, source in zip(found, sources, strict=True):
        assert come is not None
        if come.source_hash and come.source_hash != string_hash(unit.source):
            reason = _("the source of “%(text)s” changed since the file was made", text=_name(part, unit))
            yield Fault(NAME, come.line, reason)
            return
        if _even(come.source) != _even(source):
            yield Fault(NAME, come.line, _("the source of “%(text)s” is not the course’s", text=_name(part, unit)))
            return
    main = found[0]
    assert main is not None
    if unit.html and main.target is not None:
        spoken = dict.fromkeys(range(len(expected) - 1), "")
        if put_together(unit.source, main.target, spoken) is None:
            reason = _("the codes in the translation of “%(text)s” are not those of its source", text=_name(part, unit))
            yield Fault(NAME, main.line, reason)


def _typed(unit: Unit, expected: list[UnitOf], found: list[UnitOf]) -> Typed | None:
    """What is to be saved of a text; None where the document leaves it as it is."""
    targets = [come.target for come in found]
    if None in targets or all(come.untouched and not out.begun for come, out in zip(found, expected, strict=True)):
        return None
    checked = unit.state is TranslationState.OUTDATED and all(come.checked for come in found)
    same = all(
        _even(target or ()) == _even(out.target or ()) and out.target is not None
        for target, out in zip(targets, expected, strict=True)
    )
    if same and not checked:
        return None
    if unit.html:
        spoken = {place: plain(target or ()).strip() for place, target in enumerate(targets[1:])}
        string = put_together(unit.source, targets[0] or (), spoken) or ""
        same = unit.translation is not None and same_markup(string, unit.translation)
    else:
        string = tidied(plain(targets[0] or ()))
        same = unit.translation is not None and string == tidied(unit.translation)
    if same and not checked:
        return None
    kept = unit.translation if same and unit.translation else string
    return Typed(kept, shown=fingerprint(unit.translation), source=string_hash(unit.source), fits=same)


def _even(words: Words) -> tuple[str | Mark, ...]:
    """Words as they are compared: programs fold spaces and lines."""
    pieces = (" ".join(piece.split()) if isinstance(piece, str) else piece for piece in words)
    return tuple(piece for piece in pieces if piece)


def _name(part: Part, unit: Unit) -> str:
    """A text as its translator knows it."""
    title = next(iter(part.title.strings().values()), "") if part.key else ""
    return ": ".join(words for words in (title, unit.group, unit.label) if words)
