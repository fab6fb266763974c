"""Captions: WebVTT (https://www.w3.org/TR/webvtt1/), read strictly and written plainly.

A file that has anything in it but cues and notes is refused with the line and the reason, since what browsers make
of the rest differs. SubRip, which many programs write, is taken too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.errors import DomainError

MEDIA_TYPE = "text/vtt"
MOST_CUES = 5000
LARGEST = 1024 * 1024  # bytes
MOST_FAULTS = 10  # told
ENOUGH_FAULTS = 200  # to stop reading

_ARROW = "-->"
_TIME = re.compile(r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})")
_SETTING = re.compile(
    r"vertical:(rl|lr)|line:-?\d{1,3}(\.\d+)?%?(,(start|center|end))?|align:(start|center|end|left|right)"
    r"|position:\d{1,3}(\.\d+)?%(,(line-left|center|line-right))?|size:\d{1,3}(\.\d+)?%"
)
_MARKUP = re.compile(r"<([^<>]*)(>?)")
_KNOWN_TAG = re.compile(
    r"/?(c|i|b|u|ruby|rt|v|lang)?"
    r"|(c|i|b|u|ruby|rt)(\.[\w-]+)*|v(\.[\w-]+)*[ \t][^\n]+|lang(\.[\w-]+)*[ \t][A-Za-z0-9-]+"
    r"|(\d{2,4}:)?[0-5]\d:[0-5]\d\.\d{3}"
)
_SRT_TIME = re.compile(r"^(\d{1,2}:\d\d:\d\d),(\d{3})[ \t]*-->[ \t]*(\d{1,2}:\d\d:\d\d),(\d{3}).*$", re.M)


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that are shown from `start` to `end`, in milliseconds; `settings` says where on the picture."""

    start: int
    end: int
    words: str
    settings: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line, counted from 1."""

    line: int
    reason: str


class CaptionsRefused(DomainError):
    """The file is no WebVTT that can be taken; `faults` says why, by line."""

    status = 422
    field = "text"
    message = _l("These captions cannot be taken.")

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__(
            "\n".join(_("Line %(line)s: %(reason)s", line=f.line, reason=f.reason) for f in faults[:MOST_FAULTS]),
        )


def decoded(data: bytes) -> str:
    """The text of a file of captions. Raises `CaptionsRefused`."""
    if len(data) > LARGEST:
        raise CaptionsRefused([Fault(1, _("the file is larger than 1 MB"))])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        line = data[: broken.start].count(b"\n") + 1
        raise CaptionsRefused([Fault(line, _("the file is not in UTF-8: save it so"))]) from None


def read(text: str) -> list[Cue]:
    """The cues of a WebVTT or SubRip file, by time. Raises `CaptionsRefused` with all faults.

    Of a file that has hundreds, with the first of them.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    reader = _Reader(_from_subrip(text) if not text.startswith("WEBVTT") and _SRT_TIME.search(text) else text)
    reader.read()
    if not reader.faults and not reader.cues:
        reader.fault(1, _("there is not one caption in it"))
    if reader.faults:
        raise CaptionsRefused(reader.faults)
    return reader.cues


def written(cues: list[Cue]) -> str:
    """Cues as a WebVTT file."""
    blocks = ["WEBVTT"]
    for cue in cues:
        timing = f"{said(cue.start)} {_ARROW} {said(cue.end)} {cue.settings}".rstrip()
        blocks.append(f"{timing}\n{cue.words}")
    return "\n\n".join(blocks) + "\n"


def said(moment: int) -> str:
    """Milliseconds as WebVTT says them: `00:01:05.250`."""
    seconds, thousandths = divmod(moment, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{thousandths:03d}"


class _Reader:
    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.cues: list[Cue] = []
        self.faults: list[Fault] = []

    def fault(self, line: int, reason: str) -> None:
        self.faults.append(Fault(line, reason))

    @property
    def hopeless(self) -> bool:
        """Whether there are far more faults than are told, so that reading on is in vain."""
        return len(self.faults) >= ENOUGH_FAULTS

    def read(self) -> None:
        first = self.lines[0]
        if not re.fullmatch(r"WEBVTT([ \t].*)?", first):
            self.fault(1, _("a file of captions begins with the line WEBVTT"))
            return
        at = 1
        while at < len(self.lines) and self.lines[at].strip():
            if _ARROW in self.lines[at]:  # what else some programs write here (`Kind: captions`) says nothing
                self.fault(at + 1, _("after the line WEBVTT stands an empty one"))
                return
            at += 1
        while at < len(self.lines) and not self.hopeless:
            if not self.lines[at].strip():
                at += 1
                continue
            end = at
            while end < len(self.lines) and self.lines[end].strip():
                end += 1
            self.block(at, self.lines[at:end])
            at = end

    def block(self, at: int, lines: list[str]) -> None:
        """One block, whose first line is that at `at`, from 0."""
        if re.match(r"NOTE([ \t]|$)", lines[0]):
            return
        if re.match(r"(STYLE|REGION)[ \t]*$", lines[0]):
            self.fault(at + 1, _("captions are shown in the site’s own style, so STYLE and REGION are not taken"))
            return
        timed = 0 if _ARROW in lines[0] else 1
        if len(lines) <= timed or _ARROW not in lines[timed]:
            self.fault(at + 1, _("here should stand a time, as 00:00:05.000 --> 00:00:08.000"))
            return
        if len(self.cues) >= MOST_CUES:
            self.faults = [*self.faults[:MOST_FAULTS], Fault(at + 1, _("there are more than 5,000 captions"))]
            return
        timing = self.timing(at + timed + 1, lines[timed])
        words = lines[timed + 1 :]
        for offset, line in enumerate(words):
            self.check_words(at + timed + 2 + offset, line)
        if not words:
            self.fault(at + timed + 1, _("this caption has no words"))
        elif timing is not None:
            start, end, settings = timing
            self.cues.append(Cue(start, end, "\n".join(line.rstrip() for line in words), settings))

    def timing(self, number: int, line: str) -> tuple[int, int, str] | None:
        found = re.fullmatch(r"\s*(\S+)\s+-->\s+(\S+)((?:\s+\S+)*)\s*", line)
        start, end = (_moment(found[1]), _moment(found[2])) if found else (None, None)
        if found is None or start is None or end is None:
            self.fault(number, _("a time is written as 00:00:05.000 --> 00:00:08.000"))
            return None
        if end <= start:
            self.fault(number, _("this caption ends before it begins"))
        if self.cues and start < self.cues[-1].start:
            self.fault(number, _("this caption begins before the one above it"))
        return start, end, " ".join(word for word in found[3].split() if _SETTING.fullmatch(word))

    def check_words(self, number: int, line: str) -> None:
        if _ARROW in line:
            self.fault(number, _("the sign --> stands only between times: an empty line is missing above"))
        for tag in _MARKUP.finditer(line):
            if self.hopeless:
                return
            if not tag[2]:
                self.fault(number, _("a < that begins no tag is written &lt;"))
            elif not _KNOWN_TAG.fullmatch(tag[1]):
                known = "<i>, <b>, <u>, <v>, <lang>, <ruby>"
                shown = tag[0] if len(tag[0]) <= 40 else f"{tag[0][:40]}…"
                self.fault(number, _("%(tag)s is no tag of captions; they know %(known)s", tag=shown, known=known))


def _moment(text: str) -> int | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hours, minutes, seconds, thousandths = (int(part or 0) for part in found.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def _from_subrip(text: str) -> str:
    """SubRip as WebVTT: a point for the comma, and none of the marks of place and colour that players made up."""
    text = _SRT_TIME.sub(lambda m: f"{m[1]:0>8}.{m[2]} --> {m[3]:0>8}.{m[4]}", text)
    return "WEBVTT\n\n" + re.sub(r"</?font\b[^<>]*>|\{\\an?\d+\}", "", text, flags=re.I).strip("\n")
