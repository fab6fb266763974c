"""A course that was read from files, brought into the draft: matched by key, nothing deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.core import audit, clock
from app.core.text import Text, string_hash
from app.courses import drafts
from app.courses.kinds import get_kind
from app.courses.lessons import history
from app.courses.lessons.history import Former
from app.courses.models import (
    Activity,
    Course,
    CourseTrainer,
    Lesson,
    LessonBody,
    Module,
    RevisionReason,
    TrainerRole,
)
from app.extensions import db
from app.quizzes.bank.versions import add_version
from app.quizzes.models import Question, Quiz, QuizSlot

from . import queries
from .fates import Came, Fate, Imported, Place
from .library import LibraryImport
from .merging import carried, carried_content
from .order import arranged
from .parsed import LessonPart, ParsedActivity, ParsedCourse, ParsedModule, ParsedQuestion, QuizPart


@dataclass(slots=True)
class Import:
    """One import over one course."""

    course: ParsedCourse
    by: int | None
    reviewed: bool
    now: datetime = field(default_factory=clock.now)
    things: list[Came] = field(default_factory=list)
    former: list[Former] = field(default_factory=list)
    row: Course = field(init=False)
    library: LibraryImport = field(init=False)
    bank: dict[str, Question] = field(init=False)
    asked_before: set[str] = field(init=False)
    taken: dict[str, Place] = field(default_factory=dict)

    def run(self, trainer_id: int | None) -> Imported:
        self.take_course()
        if trainer_id is not None:
            self.take_trainer(trainer_id)
        self.library = LibraryImport(self.row.id, self.by, self.now, self.words)
        files = self.library.take(self.course)
        self.load_bank()
        self.take_modules()
        for question in self.course.bank:
            self.take_question(question, asked=False)
        self.count_questions()
        self.things += files
        db.session.flush()
        history.keep(self.former)
        imported = Imported(self.row.id, self.row.slug, tuple(self.things))
        details = {str(fate): count for fate, count in imported.count().items()}
        audit.record("course.import", f"course:{self.row.id}", actor_id=self.by, **details)
        db.session.flush()
        db.session.expire_all()  # lists of modules and activities were moved beside the session
        return imported

    def words(self, new: Text, old: Text | None) -> Text:
        return new if self.reviewed else carried(new, old)

    def note(self, what: str, key: str, fate: Fate, title: Text, row_id: int | None = None) -> None:
        words = title.best(self.course.language, self.course.language)
        self.things.append(Came(what, key, fate, words, row_id))

    def take_course(self) -> None:
        read = self.course
        found = queries.find_course(read.key)
        if found is None:
            self.row = Course(
                slug=read.key,
                source_language=read.language,
                languages=list(read.languages),
                title=read.title,
                summary=read.summary,
                topics=list(read.topics),
                settings=read.settings,
                created_at=self.now,
            )
            db.session.add(self.row)
            db.session.flush()
            self.note("course", read.key, Fate.NEW, read.title)
            return
        db.session.execute(sa.select(Course.id).where(Course.id == found).with_for_update())
        self.row = drafts.load(found)
        place = Place(self.row, Fate.UNCHANGED)
        place.set(
            languages=list(read.languages),
            title=self.words(read.title, self.row.title),
            summary=self.words(read.summary, self.row.summary),
            topics=list(read.topics),
            settings=read.settings,
        )
        self.note("course", read.key, place.fate, read.title)

    def take_trainer(self, person_id: int) -> None:
        for trainer in self.row.trainers:
            if trainer.person_id == person_id:
                trainer.role = TrainerRole.LEAD
                return
        db.session.add(CourseTrainer(course_id=self.row.id, person_id=person_id, role=TrainerRole.LEAD))

    def load_bank(self) -> None:
        """The course's questions by key, and which of them its quizzes ask before the import."""
        questions = sa.select(Question).where(Question.course_id == self.row.id)
        self.bank = {q.key: q for q in db.session.scalars(questions.options(selectinload(Question.versions)))}
        asked = (
            sa.select(Question.key)
            .join(QuizSlot, QuizSlot.question_id == Question.id)
            .join(Activity, Activity.id == QuizSlot.quiz_id)
            .join(Module, Module.id == Activity.module_id)
            .where(Activity.course_id == self.row.id, Activity.removed_at.is_(None), Module.removed_at.is_(None))
        )
        self.asked_before = set(db.session.scalars(asked))

    def take_modules(self) -> None:
        modules = {module.key: module for module in self.row.modules}
        activities = {activity.key: activity for module in self.row.modules for activity in module.activities}
        reads = self.course.modules
        ranks = arranged([modules[read.key].rank if read.key in modules else None for read in reads])
        places = [self.module_place(read, modules.get(read.key), rank) for read, rank in zip(reads, ranks, strict=True)]
        db.session.flush()  # new modules have their ids
        for read, place in zip(reads, places, strict=True):
            self.note("module", read.key, place.fate, read.title)
            self.take_activities(place.row, read.activities, activities)
        self.remove_missing("module", modules, {read.key for read in reads})
        self.remove_missing("activity", activities, {read.key for read in self.course.activities()})

    def remove_missing(self, what: str, rows: Mapping[str, Module | Activity], kept: set[str]) -> None:
        for key in sorted(rows.keys() - kept):
            row = rows[key]
            if row.removed_at is None:
                row.removed_at = self.now
                self.note(row.kind if isinstance(row, Activity) else what, key, Fate.REMOVED, row.title)

    def module_place(self, read: ParsedModule, row: Module | None, rank: str) -> Place:
        if row is None:
            row = Module(course_id=self.row.id, key=read.key, rank=rank, title=read.title, enough=read.enough)
            db.session.add(row)
            return Place(row, Fate.NEW)
        place = Place(row, Fate.UNCHANGED)
        place.bring_back()
        place.set(title=self.words(read.title, row.title), enough=read.enough)
        place.move(rank=rank)
        return place

    def take_activities(self, module: Module, reads: Sequence[ParsedActivity], activities: dict[str, Activity]) -> None:
        here = [activities.get(read.key) for read in reads]
        ranks = arranged([row.rank if row is not None and row.module_id == module.id else None for row in here])
        for read, row, rank in zip(reads, here, ranks, strict=True):
            place = self.activity_place(read, row, module.id, rank)
            if isinstance(read.part, LessonPart):
                self.take_lesson(place, read.part)
            else:
                self.take_quiz(place, read.part)
            if read.minutes is None:
                db.session.flush()  # a length is computed from rows
                place.set(minutes=get_kind(read.kind).length(place.row, self.row))
            self.note(read.kind, read.key, place.fate, read.title, place.row.id)

    def activity_place(self, read: ParsedActivity, row: Activity | None, module_id: int, rank: str) -> Place:
        if row is not None:
            place = Place(row, Fate.UNCHANGED)
            place.bring_back()
            place.set(
                title=self.words(read.title, row.title),
                required=read.required,
                minutes=row.minutes if read.minutes is None else read.minutes,
                minutes_given=read.minutes is not None,
                opens_after=read.opens,
            )
            place.move(module_id=module_id, rank=rank)
            return place
        values: dict[str, Any] = {
            "course_id": self.row.id,
            "module_id": module_id,
            "key": read.key,
            "rank": rank,
            "title": read.title,
            "required": read.required,
            "minutes": read.minutes or 1,
            "minutes_given": read.minutes is not None,
            "opens_after": read.opens,
        }
        quiz = read.part if isinstance(read.part, QuizPart) else None
        row = Quiz(**values, settings=quiz.settings) if quiz else Lesson(**values)
        db.session.add(row)
        db.session.flush()
        return Place(row, Fate.NEW)

    def take_lesson(self, place: Place, part: LessonPart) -> None:
        rows = {body.language: body for body in place.row.bodies}
        bodies = {language: self.addressed(html) for language, html in part.bodies.items()}
        source_hash = string_hash(bodies.get(self.course.language, ""))
        for language, html in bodies.items():
            made_from = None if language == self.course.language else source_hash
            row = rows.get(language)
            if row is None:
                row = LessonBody(language=language)
                place.row.bodies.append(row)
            elif row.html != html:
                self.former.append(Former.of(row, RevisionReason.IMPORTED))
            elif self.reviewed and row.source_hash != made_from:
                row.source_hash = made_from
                place.change()
                continue
            else:
                continue
            row.html, row.source_hash = html, made_from
            row.saved_by_id, row.saved_at = self.by, self.now
            place.change()
        for language in sorted(rows.keys() - bodies.keys()):
            row = rows[language]
            if not row.html:
                continue
            self.former.append(Former.of(row, RevisionReason.IMPORTED))
            # Its history hangs on the row, which stays, empty.
            row.html, row.source_hash, row.saved_by_id, row.saved_at = "", None, self.by, self.now
            place.change()

    def addressed(self, html: str) -> str:
        for there, here in self.library.addresses.items():
            html = html.replace(f'"{there}"', f'"{here}"')
        return html

    def take_quiz(self, place: Place, part: QuizPart) -> None:
        quiz: Quiz = place.row
        place.set(settings=part.settings)
        places = part.places()
        asked = {read.key: self.take_question(read).id for read in part.questions}
        slots: dict[int, QuizSlot] = {s.question_id: s for s in reversed(quiz.slots) if s.question_id is not None}
        drawing = [slot for slot in quiz.ordered_slots() if slot.draw is not None]
        wanted: list[QuizSlot | None] = []
        for read in places:
            if isinstance(read, ParsedQuestion):
                wanted.append(slots.get(asked[read.key]))
            else:
                alike = next((slot for slot in drawing if slot.draw == read.draw), None)
                if alike is not None:
                    drawing.remove(alike)
                wanted.append(alike)
        ranks = arranged([slot.rank if slot else None for slot in wanted])
        for read, slot, rank in zip(places, wanted, ranks, strict=True):
            values = {"rank": rank, "marks": read.marks, "new_page": read.new_page, "pinned_version_id": None}
            if slot is None:
                what = {"question_id": asked[read.key]} if isinstance(read, ParsedQuestion) else {"draw": read.draw}
                quiz.slots.append(QuizSlot(**values, **what))
                place.change()
                continue
            for name, value in values.items():
                if getattr(slot, name) != value:
                    setattr(slot, name, value)
                    place.change()
        for slot in [slot for slot in quiz.slots if slot.id is not None and slot not in wanted]:
            quiz.slots.remove(slot)
            place.change()

    def take_question(self, read: ParsedQuestion, *, asked: bool = True) -> Question:
        """The row of a question, with a new version if what is read differs from the latest that is ready."""
        if read.key in self.taken:  # it stands in another quiz too
            return self.taken[read.key].row
        question = self.bank.get(read.key)
        if question is None:
            question = Question(
                course_id=self.row.id, key=read.key, source_language=self.course.language, category="", tags=[]
            )
            db.session.add(question)
            place = Place(question, Fate.NEW)
        else:
            returns = asked and read.key not in self.asked_before
            place = Place(question, Fate.BROUGHT_BACK if returns else Fate.UNCHANGED)
        place.set(category=read.category, tags=list(read.tags))
        latest = question.latest_ready.content if question.latest_ready else None
        asks = read.content if self.reviewed else carried_content(read.content, latest)
        if asks != latest:
            add_version(question, asks, by=self.by)
            place.change()
        db.session.flush()
        self.taken[read.key] = place
        return question

    def count_questions(self) -> None:
        for read in self.questions():
            self.note("question", read.key, self.taken[read.key].fate, read.content.stem)
        for key in sorted(self.asked_before - self.taken.keys()):
            self.note("question", key, Fate.REMOVED, self.bank[key].versions[-1].content.stem)

    def questions(self) -> list[ParsedQuestion]:
        """Every question that was read, once, in the order of the course."""
        found: dict[str, ParsedQuestion] = {}
        for activity in self.course.activities():
            for read in activity.part.questions if isinstance(activity.part, QuizPart) else ():
                found.setdefault(read.key, read)
        for read in self.course.bank:
            found.setdefault(read.key, read)
        return list(found.values())
