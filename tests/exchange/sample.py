"""A small course in English and French that uses everything the folder knows, as files in memory."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from PIL import Image

Files = dict[str, str | bytes]

COURSE = """\
format: 1
key: sample
language: en
languages: [en, fr]
title: {en: A sample, fr: Un exemple}
summary: {en: What a folder can hold., fr: Ce que contient un dossier.}
topics: [schools, prevention]
order: sequential
certificate_months: 24
modules:
  - key: first
    title: {en: First, fr: Premier}
    activities:
      - key: welcome
        kind: lesson
        title: {en: Welcome, fr: Bienvenue}
        minutes: 6
      - key: picture
        kind: lesson
        title: A picture
        minutes: 5
        required: false
      - key: check
        kind: quiz
        title: {en: Check yourself, fr: Testez-vous}
        minutes: 10
        opens_after: above
  - key: second
    title: Second
    activities:
      - key: closing
        kind: lesson
        title: Closing
        minutes: 4
        opens_after: [welcome, check]
      - key: quick
        kind: quiz
        title: Quick
        minutes: 3
        quiz: {pass_mark: 60, shuffle: false}
"""

CHECK = """\
pass_mark: 70
attempts: 3
grading: last
questions:
  - key: first-step
    type: single_choice
    category: Steps
    tags: [steps, easy]
    stem:
      en: |-
        A message spreads.

        What comes first?
      fr: Que faire d’abord ?
    feedback: {en: Facts first., fr: Les faits d’abord.}
    choices:
      - key: a
        text: {en: Ask, fr: Demander}
        right: true
        feedback: {en: "Yes.", fr: Oui.}
      - key: b
        text: {en: No, fr: Non}
  - key: who
    type: multiple_choice
    marks: 2
    stem: Who is told?
    choices:
      - {key: a, text: The school, right: true}
      - {key: b, text: The parents, right: true}
      - {key: c, text: The press}
  - key: shares
    type: multiple_choice
    partial: true
    stem: Which are continents?
    choices:
      - {key: a, text: Africa, fraction: 0.5}
      - {key: b, text: Asia, fraction: 0.5}
      - {key: c, text: China, fraction: -1}
  - key: article
    type: short_answer
    stem: {en: Which article?, fr: Quel article ?}
    answers:
      en: ["19", {text: article 19, feedback: Just so.}, {text: "*10*", fraction: 0.5, feedback: {en: So, fr: Oui}}]
      fr: [19, {text: article 19, feedback: C’est cela.}]
"""

QUICK = """\
// A question from elsewhere. [id:7] [tag:city]
$CATEGORY: $course$/top/Elsewhere

::Who speaks::Who speaks for the city? {
  =the mayor#Yes.
  ~%50%a councillor
  ~the press####Ask who was elected.
}

The town hall is a place for residents.{TRUE}
"""

WELCOME = """\
A first paragraph.

## What to do

| When | Who |
| --- | --- |
| Today | *You* |

See [the guide](https://example.org/?a=1&b=2 "A guide").
"""


def image(kind: str = "PNG", colour: str = "navy", size: tuple[int, int] = (8, 6)) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def files(**changes: str | bytes | None) -> Files:
    """The files of the course. A change names a file, with `__` for a slash; None leaves it out."""
    found: Files = {
        "course.yaml": COURSE,
        "lessons/welcome.en.md": WELCOME,
        "lessons/welcome.fr.md": "Un premier paragraphe.\n",
        "lessons/picture.en.md": "Look:\n\n![Two people talk](../media/talk.png)\n\nAnd [large](../media/talk.png).\n",
        "lessons/closing.en.html": '<p class="lede">The end.</p>\n<p><img src="media/end.webp" alt="A “door”"></p>\n',
        "quizzes/check.yaml": CHECK,
        "quizzes/quick.gift": QUICK,
        "media/talk.png": image(),
        "media/end.webp": image("WEBP", "white"),
    }
    for name, content in changes.items():
        path = name.replace("__", "/")
        if content is None:
            del found[path]
        else:
            found[path] = content
    return found


def replaced(old: str, new: str, text: str = COURSE) -> str:
    """`text` with one place changed; the place must be there."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)


def written(folder: Path, content: Files) -> Path:
    """The files in a folder."""
    for name, data in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


def zipped(path: Path, content: Files, top: str = "") -> Path:
    """The files in a zip, within the folder `top`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(top + name, data)
    return path
