"""What practitioners get of a lesson's source: pictures in several widths, players with captions, documents with size.

The source says what is shown; how it is shown is added when the lesson is published or previewed, from what the
course's library knows. `undressed` takes all of that away again. Both read HTML as `core.sanitise.clean` writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape

from babel import Locale, UnknownLocaleError
from babel.units import format_unit

from app.core import sanitise
from app.core.filetypes import TYPES
from app.core.languages import own_name
from app.core.media import address_of
from app.core.text import Text

from ..models import Course

CAPTIONS_NAME = "captions.vtt"
SIZES = "(max-width: 48rem) 100vw, 46rem"
FRAMES = {
    "youtube.com": "https://www.youtube-nocookie.com",
    "youtu.be": "https://www.youtube-nocookie.com",
    "vimeo.com": "https://player.vimeo.com",
}

_TAG = re.compile(r"""</?[a-z][^\s>/]*(?:[^>"']|"[^"]*"|'[^']*')*>""", re.I)
_ATTRIBUTE = re.compile(r"""\s+([^\s=>"']+)(?:="([^"]*)"|='([^']*)')?""")
_OWN = re.compile(r"/media/([0-9a-f]{64})/(?:\d{1,5}/)?([\w.-]+)", re.ASCII)
_DOCUMENT_END = re.compile(r" <small>[^<]*</small>\Z")
_ELSEWHERE = re.compile(r'<figure\b[^>]*class="elsewhere"[^>]*>\s*<a\b[^>]*?href="https://(?:www\.|m\.)?([\w.-]+)/')


@dataclass(frozen=True, slots=True)
class LibraryFile:
    """A file as a course's library knows it. Sizes in bytes and pixels; `captions` maps languages to hashes."""

    hash: str
    name: str
    media_type: str
    size: int
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    alternative: Text | None = None
    captions: Mapping[str, str] | None = None
    variants: tuple[int, ...] = ()

    @property
    def decorates(self) -> bool:
        """Whether it was said that this picture tells nothing, so that an empty alternative is right."""
        return self.alternative is not None and not self.alternative.phrases


Library = Mapping[str, LibraryFile]


def library_of(course: Course) -> Library:
    """The files of a course's library by their hash. No statement once `LessonKind.load` has read them."""
    return {
        item.media_hash: LibraryFile(
            hash=item.media_hash,
            name=item.media.name,
            media_type=item.media.media_type,
            size=item.media.size,
            width=item.media.width,
            height=item.media.height,
            seconds=item.media.seconds,
            alternative=item.alternative,
            captions=item.captions,
            variants=tuple(variant.width for variant in item.media.variants),
        )
        for item in course.library
    }


def dressed(html: str, library: Library, language: str) -> str:
    """A lesson's source as practitioners get it in `language`. What the library does not know is left as it is."""
    if "/media/" not in html:
        return html
    parts: list[str] = []
    document: str | None = None  # what is said of the one whose link is open
    for piece in _pieces(html):
        tag = _Tag.read(piece)
        if tag is None:
            parts.append(piece)
        elif tag.name == "img":
            parts.append(_picture(tag, library))
        elif tag.name in ("video", "audio"):
            parts.append(_player(tag, library, language))
        elif tag.name == "a" and "document" in tag.get("class").split() and (own := _OWN.fullmatch(tag.get("href"))):
            document = described(library.get(own[1]), own[2], language)
            parts.append(piece)
        elif tag.name == "/a" and document is not None:
            parts.append(f" <small>{escape(document, quote=False)}</small>{piece}")
            document = None
        else:
            parts.append(piece)
    return "".join(parts)


def source_of(html: str) -> str:
    """What a lesson's source holds of something that somebody wrote, or pasted from a page of a lesson: cleaned, and
    undressed."""
    return undressed(sanitise.clean(html))


def undressed(html: str) -> str:
    """The source of a dressed lesson: `undressed(dressed(source, …)) == source`."""
    parts: list[str] = []
    document: int | None = None  # where in `parts` what is in its link begins
    for piece in _pieces(html):
        tag = _Tag.read(piece)
        if tag is None:
            parts.append(piece)
        elif tag.name == "img":
            parts.append(_plain_picture(tag) if tag.has("srcset") else piece)
        elif tag.name in ("video", "audio"):
            parts.append(str(_Tag(tag.name, [a for a in tag.attributes if a.name not in _OF_PLAYERS])))
        elif tag.name == "track":
            continue
        elif tag.name == "a" and "document" in tag.get("class").split() and _OWN.fullmatch(tag.get("href")):
            parts.append(piece)
            document = len(parts)
        elif tag.name == "/a" and document is not None:
            parts[document:] = [_DOCUMENT_END.sub("", "".join(parts[document:])), piece]
            document = None
        else:
            parts.append(piece)
    return "".join(parts)


def hashes_in(html: str) -> frozenset[str]:
    """The stored files that a text shows, plays or offers, by their hash; dressed or not."""
    return frozenset(re.findall(r"/media/([0-9a-f]{64})/", html))


def played_in(html: str) -> list[tuple[str, str]]:
    """The videos and sounds of a text, as (`video` or `audio`, hash), in order."""
    found = []
    for piece in _pieces(html) if "/media/" in html else ():
        tag = _Tag.read(piece)
        if tag is not None and tag.name in ("video", "audio") and (own := _OWN.fullmatch(tag.get("src"))):
            found.append((tag.name, own[1]))
    return found


def silent_pictures(html: str, library: Library) -> int:
    """How many pictures have no text alternative, those left out of which the library says that they only decorate."""
    count = 0
    for piece in _pieces(html) if "<img" in html else ():
        tag = _Tag.read(piece)
        if tag is not None and tag.name == "img" and not tag.get("alt").strip():
            own = _OWN.fullmatch(tag.get("src"))
            file = library.get(own[1]) if own else None
            count += file is None or not file.decorates
    return count


def has_media(html: str) -> bool:
    """Whether a text has something to play, here or elsewhere."""
    return "<video" in html or "<audio" in html or 'class="elsewhere"' in html


def frames_in(html: str) -> tuple[str, ...]:
    """The sites whose players a page with this text may hold once a person has asked for them."""
    hosts = set(_ELSEWHERE.findall(html)) if 'class="elsewhere"' in html else set()
    return tuple(sorted({FRAMES[host] for host in hosts if host in FRAMES}))


def described(file: LibraryFile | None, name: str, language: str) -> str:
    """Type and size of a document: `PDF, 1.2 MB`."""
    suffix = name.rpartition(".")[2].upper()
    if file is None:
        return suffix
    kind = TYPES.get(file.media_type)
    return f"{kind.label if kind else suffix}, {said_size(file.size, language)}"


def said_size(size: int, language: str) -> str:
    """A size in bytes as people say it in `language`: `870 kB`, `1.2 MB`; at least 1 kB."""
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    for unit, bytes_each in (("gigabyte", 1e9), ("megabyte", 1e6)):
        if size >= bytes_each * 0.95:
            return format_unit(round(size / bytes_each, 1), unit, "short", locale=locale)
    return format_unit(max(1, round(size / 1000)), "kilobyte", "short", locale=locale)


_OF_PLAYERS = frozenset({"controls", "preload", "width", "height"})


def _picture(tag: _Tag, library: Library) -> str:
    """The attributes that are added stand together, before `loading`, which cleaning always puts last."""
    own = _OWN.fullmatch(tag.get("src"))
    file = library.get(own[1]) if own else None
    if file is None or not file.width or not file.variants or tag.has("srcset"):
        return str(tag)
    widths = [(address_of(file.hash, file.name, width), width) for width in file.variants]
    widths.append((address_of(file.hash, file.name), file.width))
    added = [_Attribute.new("srcset", ", ".join(f"{a} {w}w" for a, w in widths)), _Attribute.new("sizes", SIZES)]
    if file.height and not tag.has("width") and not tag.has("height"):
        added += [_Attribute.new("width", file.width), _Attribute.new("height", file.height)]
    last = [a for a in tag.attributes if a.name == "loading"]
    return str(_Tag(tag.name, [*(a for a in tag.attributes if a.name != "loading"), *added, *last]))


def _plain_picture(tag: _Tag) -> str:
    """Width and height that stand after `sizes` were added with it."""
    kept: list[_Attribute] = []
    after = False
    for attribute in tag.attributes:
        after |= attribute.name == "sizes"
        if attribute.name not in ("srcset", "sizes") and not (after and attribute.name in ("width", "height")):
            kept.append(attribute)
    return str(_Tag(tag.name, kept))


def _player(tag: _Tag, library: Library, language: str) -> str:
    own = _OWN.fullmatch(tag.get("src"))
    if own is None:
        return str(tag)
    file = library.get(own[1])
    attributes = [*tag.attributes, _Attribute.new("controls"), _Attribute.new("preload", "none")]
    if file is not None and tag.name == "video" and file.width and file.height:
        attributes += [_Attribute.new("width", file.width), _Attribute.new("height", file.height)]
    tracks = _tracks(file, language) if file is not None and file.captions else ""
    return f"{_Tag(tag.name, attributes)}{tracks}"


def _tracks(file: LibraryFile, language: str) -> str:
    """The captions, those in `language` first and shown, or else the first there are."""
    captions = dict(file.captions or {})
    tracks = []
    for place, tag in enumerate(sorted(captions, key=lambda tag: (tag != language, tag))):
        attributes = [
            _Attribute.new("kind", "captions"),
            _Attribute.new("src", address_of(captions[tag], CAPTIONS_NAME)),
            _Attribute.new("srclang", tag),
            _Attribute.new("label", own_name(tag)),
        ]
        if place == 0:
            attributes.append(_Attribute.new("default", ""))
        tracks.append(str(_Tag("track", attributes)))
    return "".join(tracks)


@dataclass(frozen=True, slots=True)
class _Attribute:
    """An attribute, and exactly how it is written, the space before it included."""

    name: str
    value: str
    written: str

    @classmethod
    def new(cls, name: str, value: object = None) -> _Attribute:
        """One that is added; without a value, as cleaning writes it where only its presence counts."""
        said = "" if value is None else str(value)
        return cls(name, said, f" {name}" if value is None else f' {name}="{escape(said)}"')


@dataclass(frozen=True, slots=True)
class _Tag:
    """A start tag, or an end tag, whose name begins with its slash."""

    name: str
    attributes: list[_Attribute]

    @classmethod
    def read(cls, piece: str) -> _Tag | None:
        """The tag that `piece` is; None for text, and for tags that nothing here looks at."""
        found = re.match(r"<(/?a|img|video|audio|track)(?=[\s>])", piece)
        if found is None:
            return None
        attributes = [
            _Attribute(match[1], unescape(match[2] or match[3] or ""), match[0])
            for match in _ATTRIBUTE.finditer(piece, found.end(), len(piece) - 1)
        ]
        return cls(found[1], attributes)

    def get(self, name: str) -> str:
        return next((attribute.value for attribute in self.attributes if attribute.name == name), "")

    def has(self, name: str) -> bool:
        return any(attribute.name == name for attribute in self.attributes)

    def __str__(self) -> str:
        return f"<{self.name}{''.join(attribute.written for attribute in self.attributes)}>"


def _pieces(html: str) -> Iterator[str]:
    """Tags and what stands between them, in turn; an attribute's value belongs to its tag, whatever is in it."""
    at = 0
    for tag in _TAG.finditer(html):
        if tag.start() > at:
            yield html[at : tag.start()]
        yield tag[0]
        at = tag.end()
    if at < len(html):
        yield html[at:]
