"""A lesson's text as units: one for its body, segmented by block, and one for the words of each attribute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.core import sanitise

from .document import BREAK, SegmentOf, State, UnitOf, joined
from .inline import Code, Mark, Split, Words, join, matched, renamed, same_marks, split


def spoken_key(key: str, place: int) -> str:
    """The key of the unit with the words of an attribute of the body `key`; places are from 0."""
    return f"{key}/words/{place + 1}"


def is_spoken(unit_id: str, key: str) -> bool:
    """Whether a unit's id is that of words of an attribute of the body `key`, of whatever state of it."""
    return unit_id.startswith(f"{key}.words.")


def units_of(
    key: str, source: str, translation: str | None, former: str | None, state: State, source_hash: str
) -> tuple[list[UnitOf], bool]:
    """The body's unit and those of its attributes, with the translation in its places; whether all of it found one.

    A translation fits if it is built like its source. Otherwise blocks are found by the source that it was made from,
    `former`, where they have not changed since.
    """
    new = split(source)
    blocks, spoken = _placed(source, translation, former)
    segments = [*_between(new, 0)]
    for place, words in enumerate(new.blocks):
        target = blocks[place]
        segments.append(SegmentOf(words, target, state if target is not None else State.INITIAL))
        segments += _between(new, place + 1)
    units = [UnitOf(key, tuple(segments), source_hash)]
    for place, words_of_attribute in enumerate(new.spoken):
        said = spoken[place]
        segment = SegmentOf((words_of_attribute,), None if said is None else (said,), state if said else State.INITIAL)
        units.append(UnitOf(spoken_key(key, place), (segment,)))
    return units, None not in blocks and None not in spoken


def codes_of(key: str, source: str) -> tuple[dict[str, Code], dict[str, tuple[str, ...]]]:
    """What the marks of a body stand for, and the keys of the units with the words of their attributes."""
    new = split(source)
    codes = {f"b{place}": Code("", markup) for place, markup in enumerate(new.between) if markup} | new.codes
    spoken = {
        mark: tuple(spoken_key(key, place) for place in range(len(new.spoken)) if f"\0{place}\0" in code.start)
        for mark, code in codes.items()
    }
    return codes, {mark: keys for mark, keys in spoken.items() if keys}


def source_words(source: str) -> Words:
    """A body as its unit says it."""
    new = split(source)
    found: list[Words] = [_break(new, 0)]
    for place, words in enumerate(new.blocks):
        found += [words, _break(new, place + 1)]
    return joined(found)


def spoken_words(source: str) -> list[str]:
    """The words of a body's attributes."""
    return split(source).spoken


def put_together(source: str, target: Words, spoken: Mapping[int, str]) -> str | None:
    """The translated markup; None if the target's marks are not those of the source, block by block."""
    new = split(source)
    breaks = [f"b{place}" for place, markup in enumerate(new.between) if markup]
    blocks: list[list[str | Mark]] = [[]]
    seen = []
    for piece in target:
        if isinstance(piece, Mark) and BREAK.fullmatch(piece.id):
            seen.append(piece.id)
            blocks.append([])
        else:
            blocks[-1].append(piece)
    if seen != breaks:
        return None
    if new.between[0]:
        outside, *blocks = blocks
        if outside:
            return None
    if new.between[-1] and blocks and blocks.pop():
        return None
    if not new.blocks and blocks == [[]]:
        blocks = []  # nothing to say on either side
    words = [tuple(pieces) for pieces in blocks]
    if len(words) != len(new.blocks) or not all(map(same_marks, words, new.blocks)):
        return None
    return join(new, words, [spoken[place] for place in range(len(new.spoken))])


def _break(new: Split, place: int) -> Words:
    return (Mark("alone", f"b{place}"),) if new.between[place] else ()


def _between(new: Split, place: int) -> Iterator[SegmentOf]:
    if words := _break(new, place):
        yield SegmentOf(words, None, None)


def _placed(source: str, translation: str | None, former: str | None) -> tuple[list[Words | None], list[str | None]]:
    """For each block and each attribute of the source, its translation as far as there is one."""
    new = split(source)
    nothing: tuple[list[Words | None], list[str | None]] = ([None] * len(new.blocks), [None] * len(new.spoken))
    if translation is None:
        return nothing
    made = split(translation)
    if former is not None and (alike := _alike(made, translation, old := split(former), former)) is not None:
        known = dict(zip(map(old.written, old.blocks), alike, strict=True))
        heard = dict(zip(old.spoken, made.spoken, strict=True))
        return [_again(old, known, new, words) for words in new.blocks], [heard.get(words) for words in new.spoken]
    fits = _alike(made, translation, new, source)
    return nothing if fits is None else (list(fits), list(made.spoken))


def _alike(made: Split, translation: str, new: Split, source: str) -> list[Words] | None:
    """As `matched`; also where only the sanitiser of another day tells the two apart, which is slow to see."""
    if (found := matched(made, new)) is not None:
        return found
    clean = split(sanitise.clean(source))
    same = len(clean.blocks) == len(new.blocks) and all(map(same_marks, clean.blocks, new.blocks))
    return matched(split(sanitise.clean(translation)), clean) if same else None


def _again(old: Split, known: Mapping[tuple[str | Code, ...], Words], new: Split, words: Words) -> Words | None:
    """The translation of a block that stood in the former source too, with today's marks."""
    before = known.get(new.written(words))
    return None if before is None else renamed(old, before, new, words)
