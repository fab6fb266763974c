"""What a trainer saw of a draft, so that pressing a button publishes that and nothing else.

The page carries a short mark of everything in the draft; when the button is pressed the draft is compared with it.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import msgspec
from flask_babel import gettext as _

from ..models import Course
from ..outline import Outline

_MARK = re.compile(r"(\d{1,9})\.([0-9a-f]{8})\.([0-9a-f]{8})((?:\.\d{1,18}-[0-9a-f]{8})*)")


def mark_of(outline: Outline, in_force: int | None) -> str:
    """The mark of a draft seen beside the edition in force, by its number: `4.<course>.<order>.<id>-<activity>…`.

    Eight hexadecimal digits of SHA-256 for the course itself, for the order of its activities, and for each activity.
    """
    modules = tuple(msgspec.structs.replace(module, activities=()) for module in outline.modules)
    about = msgspec.structs.replace(outline, modules=modules)
    order = [[module.id, *(a.id for a in module.activities)] for module in outline.modules]
    parts = [str(in_force or 0), _digest(about), _digest(order)]
    return ".".join(parts + [f"{a.id}-{_digest(a)}" for a in outline.activities()])


def changes_since(mark: str, course: Course, outline: Outline, in_force: int | None) -> list[str] | None:
    """What changed in the draft since a page with this mark was shown, in words for its trainers; empty: nothing.

    None where `mark` is no mark at all, so that nobody knows what was seen.
    """
    read = _MARK.fullmatch(mark)
    if read is None:
        return None
    now = _MARK.fullmatch(mark_of(outline, in_force))
    assert now is not None
    seen, today = _activities(read[4]), _activities(now[4])
    source = course.source_language
    titles = {a.id: a.title.best(source, source) for module in course.modules for a in module.activities}
    said = []
    if read[1] != now[1] and in_force is not None:
        said.append(_("Edition %(number)s was published.", number=in_force))
    if read[2] != now[2]:
        said.append(_("The course itself was changed: its title, summary, languages, topics, settings or modules."))
    said += [_("“%(title)s” was added.", title=titles[i]) for i in today if i not in seen]
    said += [_("“%(title)s” was removed.", title=titles.get(i, "")) for i in seen if i not in today]
    said += [_("“%(title)s” was edited.", title=titles[i]) for i in today if seen.get(i, today[i]) != today[i]]
    if read[3] != now[3] and not said:
        said.append(_("Activities were moved."))
    return said


def _activities(marks: str) -> dict[int, str]:
    """Activity id to its mark, in the order of the course."""
    pairs = (part.split("-") for part in marks.split(".") if part)
    return {int(activity_id): mark for activity_id, mark in pairs}


def _digest(value: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:8]
