"""Courses as the studio could have made them, for properties that must hold for all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, get_args

from hypothesis import strategies as st

from app.core import clock, rank, sanitise
from app.core.models import Media
from app.core.store import the_store
from app.core.text import Text, string_hash
from app.core.transactions import unit_of_work
from app.courses.kinds import get_kind
from app.courses.models import Course, CourseMedia, Lesson, LessonBody, Module
from app.courses.outline import CourseSettings, Opens, Order
from app.courses.topics import TOPICS
from app.extensions import db
from app.quizzes.models import Draw as Drawn
from app.quizzes.models import Question, QuestionVersion, Quiz, QuizSlot, VersionState
from app.quizzes.settings import Band, Behaviour, Completes, Grading, Overdue, QuizSettings, Review, When
from app.quizzes.types import (
    AcceptedAnswer,
    AcceptedNumber,
    Choice,
    Content,
    Criterion,
    Essay,
    Gap,
    Gaps,
    HotSpot,
    Labelled,
    Level,
    Matching,
    MultipleChoice,
    Number,
    OrderCredit,
    Ordering,
    Picture,
    Prompt,
    Shape,
    ShortAnswer,
    SingleChoice,
    Spot,
    TrueFalse,
    Unit,
    marks_hash,
)
from tests.made_files import an_mp4

from .sample import image

Draw = Callable[[st.SearchStrategy[Any]], Any]

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp"), exclude_characters="\ufeff"),
    min_size=1,
    max_size=30,
).map(str.strip).filter(bool)  # fmt: skip
LINES = st.lists(WORDS, min_size=1, max_size=3).map("\n\n".join)
FILES = {
    "dot.png": ("image/png", image()),
    "talk.mp4": ("video/mp4", an_mp4(b"vide")),
    "talk.mp3": ("audio/mpeg", b"ID3\x03"),
    "guide.pdf": ("application/pdf", b"%PDF-1.7\n"),
}
CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"


class Maker:
    """Makes one course of what `draw` gives."""

    def __init__(self, draw: Draw, languages: list[str]) -> None:
        self.draw = draw
        self.languages = languages
        self.source = languages[0]
        self.pictures: list[str] = []

    def text(self, strings: st.SearchStrategy[str] = WORDS) -> Text:
        """A text in the course's own language and some of the others."""
        others = self.draw(st.sets(st.sampled_from(self.languages)))
        tags = [tag for tag in self.languages if tag == self.source or tag in others]
        return Text.of({tag: self.draw(strings) for tag in tags}, self.source)

    def maybe_text(self) -> Text | None:
        return self.text(LINES) if self.draw(st.booleans()) else None

    def course(self, slug: str) -> Course:
        draw = self.draw
        course = Course(
            slug=slug,
            source_language=self.source,
            languages=self.languages,
            title=self.text(),
            summary=self.text() if draw(st.booleans()) else Text({}),
            topics=draw(st.lists(st.sampled_from(sorted(TOPICS)), unique=True)),
            settings=CourseSettings(
                order=draw(st.sampled_from(Order)),
                certificate_months=draw(st.none() | st.integers(1, 600)),
                enough=draw(st.none() | st.integers(1, 20)),
                min_score=draw(st.none() | st.sampled_from([0.0, 50.0, 66.5, 100.0])),
                minutes=draw(st.none() | st.integers(1, 60_000)),
            ),
            created_at=clock.now(),
        )
        with unit_of_work():
            db.session.add(course)
            db.session.flush()
            names = self.library(course.id)
            bank = [self.question(course.id, number) for number in range(draw(st.integers(0, 4)))]
            db.session.flush()
            self.modules(course, names, bank)
            db.session.flush()
        return course

    def library(self, course_id: int) -> list[str]:
        """Some files in the library; their addresses."""
        addresses = []
        for name in draw_some(self.draw, FILES):
            media_type, data = FILES[name]
            digest = _kept(name, media_type, data)
            captions = {}
            if media_type.startswith(("video", "audio")):
                for tag in draw_some(self.draw, ("en", "fr", "ar")):
                    captions[tag] = _kept(f"{name}.{tag}.vtt", "text/vtt", CAPTIONS + f"{name} {tag}".encode())
            alternative = self.draw(st.sampled_from(["none", "decorates", "words"])) if name == "dot.png" else "none"
            entry = CourseMedia(
                course_id=course_id,
                media_hash=digest,
                name=self.draw(st.just(name) | WORDS),
                alternative={"none": None, "decorates": Text({}), "words": self.text()}[alternative],
                captions=captions,
                added_at=clock.now(),
            )
            db.session.add(entry)
            addresses.append(f"/media/{digest}/{name}")
        self.pictures = [address.split("/")[2] for address in addresses if address.endswith(".png")]
        return addresses

    def question(self, course_id: int, number: int) -> Question:
        question = Question(
            course_id=course_id,
            key=f"question-{number}",
            category=self.draw(st.just("") | WORDS),
            tags=self.draw(st.lists(WORDS, max_size=2, unique=True)),
            source_language=self.source,
        )
        states = [
            VersionState.READY,
            *self.draw(st.lists(st.sampled_from([VersionState.READY, VersionState.DRAFT]), max_size=2)),
        ]
        for version, state in enumerate(states, 1):
            content = self.content()
            question.versions.append(
                QuestionVersion(
                    number=version, state=state, content=content, marks_hash=marks_hash(content), created_at=clock.now()
                )
            )
        db.session.add(question)
        return question

    def content(self) -> Content:
        return self.content_of(self.draw(st.sampled_from(get_args(Content))))

    def content_of(self, shape: type[Content]) -> Content:
        """A question of one type, sound, with everything that a file can say of it."""
        draw, text, maybe = self.draw, self.text, self.maybe_text
        same: dict[str, Any] = {
            "stem": text(LINES), "feedback": maybe(), "hints": tuple(text() for _n in range(draw(st.integers(0, 2)))),
            "pictures": tuple(Picture(digest, text()) for digest in draw_some(draw, self.pictures)),
        }  # fmt: skip
        scored = (("a", 1.0), ("b", 0.0), ("c", -0.25))
        choices = tuple(Choice(key, text(), fraction, maybe()) for key, fraction in scored)
        halves = (AcceptedAnswer(draw(WORDS), 1.0, maybe()), AcceptedAnswer(draw(WORDS), 0.5))
        labelled = tuple(Labelled(key, text()) for key in ("k", "l", "m"))
        match shape.__struct_config__.tag:
            case "single_choice":
                return SingleChoice(choices=choices, **same)
            case "multiple_choice":
                return MultipleChoice(choices=choices, partial=draw(st.booleans()), **same)
            case "true_false":
                return TrueFalse(truth=draw(st.booleans()), true_feedback=maybe(), false_feedback=maybe(), **same)
            case "short_answer":
                return ShortAnswer(
                    answers={self.source: halves}, source_language=self.source, case_matters=draw(st.booleans()),
                    accents_matter=draw(st.booleans()), **same,
                )  # fmt: skip
            case "number":
                values = draw(st.lists(st.floats(-1e9, 1e9, width=32), min_size=1, max_size=3, unique=True))
                accepted = tuple(
                    AcceptedNumber(
                        value + 0.0, draw(st.sampled_from([0.0, 0.1, 1 / 3])), fraction=fraction, feedback=maybe()
                    )
                    for value, fraction in zip(values, (1.0, 0.5, 0.25), strict=False)
                )
                units = (Unit("km"), Unit("m", 0.001)) if draw(st.booleans()) else ()
                return Number(answers=accepted, units=units, unit_penalty=0.1 if units else 0.0, **same)
            case "matching":
                prompts = (Prompt("p", text(), "k"), Prompt("q", text(), "l"))
                return Matching(prompts=prompts, matches=labelled, all_or_nothing=draw(st.booleans()), **same)
            case "ordering":
                return Ordering(items=labelled, credit=draw(st.sampled_from(OrderCredit)), **same)
            case "gaps":
                gaps = (Gap("one", {self.source: halves}), Gap("two", choices=choices, weight=2.5))
                stem = Text.of(
                    {tag: f"{words} [[one]] [[two]]" for tag, words in same["stem"].strings().items()}, self.source
                )
                return Gaps(gaps=gaps, source_language=self.source, **{**same, "stem": stem})
            case "hot_spot":
                if not self.pictures:
                    return self.content_of(SingleChoice)
                spots = (
                    Spot("a", text(), Shape.RECTANGLE, (0, 0, 100, 100), 1.0, maybe()),
                    Spot("b", text(), Shape.CIRCLE, (500, 500, 600, 500)),
                )
                picture = Picture(self.pictures[0], text())
                return HotSpot(picture=picture, width=64, height=48, spots=spots, several=draw(st.booleans()), **same)
            case _:
                levels = (Level("none", text(), 0.0), Level("all", text(), 2.5))
                rubric = (Criterion("who", text(), levels),) if draw(st.booleans()) else ()
                return Essay(
                    rubric=rubric, guidance=maybe(), fewest=draw(st.none() | st.just(10)), starter=maybe(), **same
                )

    def modules(self, course: Course, addresses: list[str], bank: list[Question]) -> None:
        count = self.draw(st.integers(0, 3))
        keys: list[str] = []
        for number, place in enumerate(rank.spread(count)):
            enough = self.draw(st.none() | st.integers(1, 9))
            title = self.text()
            module = Module(course_id=course.id, key=f"module-{number}", rank=place, title=title, enough=enough)
            course.modules.append(module)
            db.session.flush()
            activities = self.draw(st.integers(0, 3))
            for n, where in enumerate(rank.spread(activities)):
                key = f"activity-{number}-{n}"
                opens = self.draw(st.none() | st.just(Opens(above=True)) | st.sampled_from([*keys, None]).map(_after))
                values = {
                    "course_id": course.id, "module_id": module.id, "key": key, "rank": where, "title": self.text(),
                    "required": self.draw(st.booleans()), "opens_after": opens,
                    "minutes": self.draw(st.integers(1, 600)), "minutes_given": self.draw(st.booleans()),
                }  # fmt: skip
                activity = self.lesson(values, addresses) if self.draw(st.booleans()) else self.quiz(values, bank)
                module.activities.append(activity)
                db.session.flush()
                if not activity.minutes_given:
                    activity.minutes = get_kind(activity.kind).length(activity, course)
                keys.append(key)

    def lesson(self, values: dict[str, Any], addresses: list[str]) -> Lesson:
        lesson = Lesson(**values)
        source = self.html(addresses)
        for tag in self.languages:
            if tag == self.source and self.draw(st.integers(0, 9)):
                lesson.bodies.append(LessonBody(language=tag, html=source))
            elif tag != self.source and lesson.bodies and self.draw(st.booleans()):
                lesson.bodies.append(
                    LessonBody(language=tag, html=self.html(addresses), source_hash=string_hash(source))
                )
        return lesson

    def html(self, addresses: list[str]) -> str:
        """A lesson's body as it is saved: clean."""
        words = "".join(f"<p>{_escaped(line)}</p>\n" for line in self.draw(st.lists(WORDS, min_size=1, max_size=3)))
        for address in addresses:
            if self.draw(st.booleans()):
                link = f'<a href="{address}">{_escaped(self.draw(WORDS))}</a>'
                words += f'<p><img src="{address}" alt="A dot"></p>' if address.endswith(".png") else f"<p>{link}</p>"
        return sanitise.clean(words)

    def quiz(self, values: dict[str, Any], bank: list[Question]) -> Quiz:
        draw = self.draw
        shown = st.sets(st.sampled_from(When)).map(lambda found: tuple(when for when in When if when in found))
        settings = QuizSettings(
            pass_mark=draw(st.none() | st.sampled_from([0.0, 62.5, 100.0])),
            attempts=draw(st.none() | st.integers(1, 9)),
            grading=draw(st.sampled_from(Grading)),
            shuffle=draw(st.booleans()),
            shuffle_questions=draw(st.booleans()),
            time_limit=draw(st.none() | st.sampled_from([60, 1800])),
            overdue=draw(st.sampled_from(Overdue)),
            wait=draw(st.sampled_from([0, 3600])),
            behaviour=draw(st.sampled_from(Behaviour)),
            penalty=draw(st.sampled_from([0.0, 0.1, 1 / 3])),
            completes=draw(st.sampled_from(Completes)),
            review=Review(marks=draw(shown), right_once_done=draw(st.booleans())),
            bands=(Band(80.0, self.text()), Band(0.0, self.text())) if draw(st.booleans()) else (),
            anonymous_marking=draw(st.booleans()),
        )
        quiz = Quiz(**values, settings=settings)
        asked: list[dict[str, Any]] = [{"question_id": question.id} for question in draw_some(draw, bank)]
        if draw(st.booleans()):
            drawn = Drawn(draw(st.just("") | WORDS), draw(st.booleans()), tuple(draw(st.lists(WORDS, max_size=1))))
            asked.insert(draw(st.integers(0, len(asked))), {"draw": drawn})
        for what, place in zip(asked, rank.spread(len(asked)), strict=True):
            marks, new_page = draw(st.sampled_from([0.5, 1.0, 3.0])), draw(st.booleans())
            quiz.slots.append(QuizSlot(**what, rank=place, marks=marks, new_page=new_page))
        return quiz


def draw_some(draw: Draw, things: Any) -> list[Any]:
    """Some of these, in their order."""
    return [thing for thing in things if draw(st.booleans())]


def _after(key: str | None) -> Opens | None:
    return Opens(after=(key,)) if key else None


def _kept(name: str, media_type: str, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    the_store().put(digest, data)
    if db.session.get(Media, digest) is None:
        length = {"seconds": 61.25, "width": 640, "height": 360} if media_type == "video/mp4" else {}
        row = Media(hash=digest, name=name, media_type=media_type, size=len(data), created_at=clock.now(), **length)
        db.session.add(row)
        db.session.flush()
    return digest


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
