"""What the documents show is read as they say."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from flask import Flask

from app.config import ROOT
from app.core.filetypes import TYPES
from app.courses.topics import TOPICS
from app.exchange import folder, gift
from app.exchange.parsed import QuizPart
from app.quizzes.types import Content, MultipleChoice, ShortAnswer, SingleChoice, type_name

from .sample import Files, image, written
from .test_library import MP4


def blocks(document: str, kind: str) -> list[str]:
    """The blocks of code of one kind in a document."""
    text = (ROOT / "docs" / document).read_text()
    return [block.partition("```")[0] for block in text.split(f"\n```{kind}\n")[1:]]


def test_the_course_and_the_quiz_of_the_document_are_sound(app: Flask, tmp_path: Path) -> None:
    course = next(block for block in blocks("course-folder.md", "yaml") if block.startswith("format: 1"))
    quiz = next(block for block in blocks("course-folder.md", "yaml") if block.startswith("pass_mark"))
    files: Files = {"course.yaml": course, "lessons/three-moments.en.md": "Words.", "quizzes/module-test.yaml": quiz}
    files |= {"media/map.webp": image("WEBP"), "media/line.png": image(), "media/talk.mp4": MP4}
    parsed = folder.read(written(tmp_path, files))
    assert [str(fault) for fault in parsed.faults] == []
    assert sum(len(module.activities) for module in parsed.sound().modules) == 2


def test_every_other_type_of_the_document_is_sound(app: Flask, tmp_path: Path) -> None:
    course = next(block for block in blocks("course-folder.md", "yaml") if block.startswith("format: 1"))
    quiz = [block for block in blocks("course-folder.md", "yaml") if block.startswith("pass_mark")][1]
    files: Files = {"course.yaml": course, "lessons/three-moments.en.md": "Words.", "quizzes/module-test.yaml": quiz}
    files |= {"media/map.webp": image("WEBP"), "media/line.png": image(), "media/talk.mp4": MP4}
    parsed = folder.read(written(tmp_path, files))
    assert [str(fault) for fault in parsed.faults] == []
    (part,) = [a.part for a in parsed.sound().activities() if isinstance(a.part, QuizPart)]
    shown = {type(question.content) for question in part.questions}
    assert shown == set(get_args(Content)) - {SingleChoice, MultipleChoice, ShortAnswer}
    assert [(draw.place, draw.draw.tags, draw.new_page) for draw in part.draws] == [(7, ("youth",), False)]


def test_the_kinds_of_files_in_the_document_are_those_there_are() -> None:
    text = (ROOT / "docs" / "course-folder.md").read_text()
    table = text.partition("| | endings")[2].partition("\n\n")[0]
    endings = {ending for line in table.splitlines()[2:] for ending in line.split("|")[2].strip().split(", ")}
    assert endings == {kind.suffix for kind in TYPES.values()}


def test_the_topics_of_the_document_are_those_there_are() -> None:
    assert f"# from: {', '.join(TOPICS)}\n" in (ROOT / "docs" / "course-folder.md").read_text()


def test_the_gift_of_the_document_is_read_whole() -> None:
    questions, faults = gift.read(blocks("gift.md", "")[0], file="x.gift", language="en")
    assert faults == []
    assert [type_name(question.content) for question in questions] == [
        "single_choice",
        "multiple_choice",
        "true_false",
        "short_answer",
        "number",
        "matching",
        "essay",
    ]
