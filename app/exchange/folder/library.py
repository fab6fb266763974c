"""What lies in `media/`: each file looked into, captions put to their video, and what course.yaml says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from flask_babel import gettext as _

from app.core.filetypes import NotAccepted
from app.core.text import Text
from app.courses.library.captions import MEDIA_TYPE as CAPTIONS
from app.courses.library.captions import CaptionsRefused

from ..drawings import Drawings
from ..faults import Fault
from ..parsed import Held, ParsedMedium
from .fields import Fields, is_language, suggestion, text_of
from .files import Damaged
from .media import plays, take

FOLDER = "media/"
LONGEST = 100_000  # seconds
WIDEST = 20_000  # pixels


@dataclass(slots=True)
class Library:
    """The sound files by name, without those of captions; `broken` names those with faults."""

    media: dict[str, ParsedMedium] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    @property
    def addresses(self) -> dict[str, str]:
        """Name to address on the site."""
        return {name: medium.address for name, medium in self.media.items()}

    def described(self, course: Fields) -> tuple[ParsedMedium, ...]:
        """The files with what the field `media` says of them."""
        seen: set[str] = set()
        for node in course.listing("media", required=False):
            fields = Fields(node, _("the file"), course.report)
            name = fields.string("file")
            line = fields.line_of("file")
            title = fields.string("title", required=False, longest=255)
            decorates = fields.boolean("decorates", False)
            seconds = fields.number("seconds", 0, LONGEST)
            width, height = fields.integer("width", 1, WIDEST), fields.integer("height", 1, WIDEST)
            alternative = fields.node("alternative")
            text = None if alternative is None else text_of(alternative, "alternative", course.report, partial=True)
            fields.done()
            if decorates:
                if text is not None:
                    course.report.fault(line, _("a picture that only decorates has no alternative"))
                text = Text({})
            if name in seen:
                course.report.fault(line, _("%(file)s stands in media twice", file=name))
            elif name in self.media:
                medium = self.media[name]
                found = medium.found
                if plays(found.media_type):
                    found = replace(
                        found,
                        seconds=found.seconds or seconds,
                        width=found.width or width,
                        height=found.height or height,
                    )
                self.media[name] = replace(medium, title=title, alternative=text, found=found)
            elif name and name not in self.broken:
                course.report.fault(line, _("there is no media/%(file)s", file=name) + suggestion(name, self.media))
            seen.add(name)
        return tuple(self.media.values())


def read_library(files: Mapping[str, Held], watch: Callable[[int], object]) -> Library:
    """Look into every file of `media/`, given by its path; `watch` is told how many are done."""
    library, drawings = Library(), Drawings()
    captions: list[ParsedMedium] = []
    for done, path in enumerate(sorted(files), 1):
        name = path.removeprefix(FOLDER)
        try:
            medium = take(name, files[path], drawings)
        except CaptionsRefused as refused:
            library.faults += [Fault(path, fault.line, fault.reason) for fault in refused.faults]
            library.broken.add(name)
        except (NotAccepted, Damaged) as error:
            library.faults.append(Fault(path, 1, str(error)))
            library.broken.add(name)
        else:
            if medium.found.media_type == CAPTIONS:
                captions.append(medium)
            else:
                library.media[name] = medium
        watch(done)
    for caption in captions:
        _put_to(library, caption)
    return library


def _put_to(library: Library, caption: ParsedMedium) -> None:
    """Captions stand beside what they caption: `talk.en.vtt`, or `talk.mp4.en.vtt` where several are called so."""
    stem, _dot, language = PurePosixPath(caption.name).stem.rpartition(".")
    players = [name for name, medium in library.media.items() if plays(medium.found.media_type)]
    meant = [name for name in players if name == stem] or [name for name in players if PurePosixPath(name).stem == stem]
    if not stem or not is_language(language):
        reason = _("captions are named after their video and language, as talk.en.vtt")
    elif len(meant) > 1:
        reason = _("several files are called %(name)s: name the captions %(file)s", name=stem,
                   file=f"{meant[0]}.{language}.vtt")  # fmt: skip
    elif not meant:
        if any(name == stem or PurePosixPath(name).stem == stem for name in library.broken):
            return  # what they caption has a fault of its own
        reason = _("there is no video or sound called %(name)s for these captions", name=stem)
    elif language in library.media[meant[0]].captions:
        reason = _("%(file)s has captions in %(language)s already", file=meant[0], language=language)
    else:
        medium = library.media[meant[0]]
        library.media[meant[0]] = replace(medium, captions={**medium.captions, language: caption})
        return
    library.faults.append(Fault(FOLDER + caption.name, 1, reason))
