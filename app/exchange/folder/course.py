"""`course.yaml` and the files it calls for, as a checked course."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask_babel import gettext as _

from app.courses.outline import CourseSettings, Opens, Order
from app.courses.topics import TOPICS
from app.quizzes.settings import QuizSettings

from .. import gift
from ..faults import Fault
from ..parsed import (
    LessonPart,
    Parsed,
    ParsedActivity,
    ParsedCourse,
    ParsedModule,
    ParsedQuestion,
    QuizPart,
)
from ..text_files import text_of
from .fields import LONGEST_TITLE, Fields, Report, is_language, suggestion
from .files import BANK_FILE, COURSE_FILE, Files
from .lessons import LessonReader
from .library import Library, read_library
from .nodes import Node, Scalar, Sequence, compose
from .quizzes import MISSING, read_bank, read_quiz, read_settings

KINDS = ("lesson", "quiz")
Watch = Callable[[int], object]


def read_course(files: Files, faults: list[Fault], watch: Watch) -> Parsed:
    """The course that `files` hold; `faults` are those of the files themselves.

    `watch` is told how many of the files have been looked into.
    """
    reader = _Reader(files, faults, watch)
    course = reader.course()
    found = tuple(sorted(set(reader.faults)))
    return Parsed(None if found else course, found, tuple(sorted({*reader.lessons.warnings, *reader.warnings})))


class _Reader:
    """Reads one course; what is wrong gathers in `faults`."""

    def __init__(self, files: Files, faults: list[Fault], watch: Watch) -> None:
        self.files = files.texts
        self.faults = faults
        self.warnings: list[Fault] = []
        self.file_faults = {fault.file for fault in faults}  # files that were there and could not be taken
        self.wanted: set[str] = {COURSE_FILE, BANK_FILE}
        watch(len(files.texts))
        self.library: Library = read_library(files.media, lambda done: watch(len(files.texts) + done))
        self.faults += self.library.faults
        broken = {name.removeprefix("media/") for name in self.file_faults if name.startswith("media/")}
        self.lessons = LessonReader(self.library.addresses, broken | self.library.broken)
        self.questions: dict[str, tuple[str, ParsedQuestion]] = {}
        self.report = Report(COURSE_FILE)

    def text_of(self, name: str) -> str | None:
        """The text of a file; None with a fault noted if it is none."""
        self.wanted.add(name)
        text, faults = text_of(self.files[name], name)
        self.faults += faults
        return None if faults else text

    def tree(self, name: str) -> Node | None:
        text = self.text_of(name)
        if text is None:
            return None
        node, faults = compose(text, name)
        self.faults += faults
        return node

    def course(self) -> ParsedCourse | None:
        if COURSE_FILE not in self.files:
            if COURSE_FILE not in self.file_faults and (self.files or not self.faults):
                self.faults.append(Fault(COURSE_FILE, 1, _("is missing: it says what the course is")))
            return None
        node = self.tree(COURSE_FILE)
        if node is None:
            return None
        report = self.report
        report.faults = self.faults
        fields = Fields(node, _("the course"), report)
        if fields.broken:
            return None
        version = fields.scalar("format", required=True, must="1")
        if version is not None and version.text != "1":
            report.fault(version.line, _("format must be 1, not %(found)r", found=version.text))
        key = fields.key()
        report.language = fields.language("language")
        report.languages = self.languages(fields)
        title = fields.text("title", longest=LONGEST_TITLE) or MISSING
        summary = fields.text("summary", required=False, longest=1000) or MISSING
        topics = self.topics(fields)
        settings = CourseSettings(
            order=fields.option("order", Order, Order.FREE),
            certificate_months=fields.integer("certificate_months", 1, 600),
            enough=fields.integer("enough", 1, 2000),
            min_score=fields.number("min_score", 0, 100),
            minutes=fields.integer("minutes", 1, 60_000),
        )
        media = self.library.described(fields)
        modules = self.modules(fields)
        fields.done()
        bank = self.bank()
        self.leftovers()
        return ParsedCourse(
            key=key,
            language=report.language,
            languages=report.languages,
            title=title,
            summary=summary,
            topics=topics,
            settings=settings,
            modules=modules,
            media=media,
            bank=bank,
        )

    def languages(self, fields: Fields) -> tuple[str, ...]:
        """All languages, the course's own first."""
        own = self.report.language
        if not fields.has("languages"):
            fields.known.append("languages")
            return (own,)
        found = []
        for tag in fields.words("languages"):
            if not is_language(tag.text):
                self.report.fault(
                    tag.line, _("%(tag)r is not a language tag; one looks like en or pt-BR", tag=tag.text)
                )
            found.append(tag.text)
        if own not in found and fields.has("language"):
            self.report.fault(fields.line_of("languages"), _("languages lacks %(tag)s, the course’s own", tag=own))
        return (own, *(tag for tag in found if tag != own))

    def topics(self, fields: Fields) -> tuple[str, ...]:
        found = fields.words("topics", required=False)
        for topic in found:
            if topic.text not in TOPICS:
                reason = _(
                    "unknown topic %(topic)r; the topics are %(topics)s", topic=topic.text, topics=", ".join(TOPICS)
                )
                self.report.fault(topic.line, reason + suggestion(topic.text, TOPICS))
        return tuple(topic.text for topic in found)

    def modules(self, fields: Fields) -> tuple[ParsedModule, ...]:
        found: list[ParsedModule] = []
        first_lines: dict[str, dict[str, int]] = {"modules": {}, "activities": {}}
        waits: list[Scalar] = []
        for item in fields.listing("modules"):
            module = Fields(item, _("the module"), self.report)
            if module.broken:
                continue
            key = self.own_key(module, "modules", first_lines)
            title = module.text("title", longest=LONGEST_TITLE) or MISSING
            enough = module.integer("enough", 1, 1000)
            activities = []
            for activity in module.listing("activities"):
                if (read := self.activity(activity, first_lines, waits)) is not None:
                    activities.append(read)
            module.done()
            found.append(ParsedModule(key, title, tuple(activities), enough))
        for wait in waits:
            if wait.text not in first_lines["activities"]:
                reason = _("opens_after names %(key)r, which is no activity of the course", key=wait.text)
                self.report.fault(wait.line, reason + suggestion(wait.text, first_lines["activities"]))
        return tuple(found)

    def own_key(self, fields: Fields, among: str, first_lines: dict[str, dict[str, int]]) -> str:
        """The key of a module or an activity, which no other may have."""
        key = fields.key()
        if key:
            fields.what = f"{fields.what} {key}"
            line = fields.line_of("key")
            if key in first_lines[among]:
                first = first_lines[among][key]
                words = (
                    _("two modules have the key %(key)s; the first is in line %(line)s", key=key, line=first)
                    if among == "modules"
                    else _("two activities have the key %(key)s; the first is in line %(line)s", key=key, line=first)
                )
                self.report.fault(line, words)
            first_lines[among].setdefault(key, line)
        return key

    def activity(
        self, node: Node, first_lines: dict[str, dict[str, int]], waits: list[Scalar]
    ) -> ParsedActivity | None:
        fields = Fields(node, _("the activity"), self.report)
        if fields.broken:
            return None
        key = self.own_key(fields, "activities", first_lines)
        kind = fields.scalar("kind", required=True, must=_("one of %(options)s", options=", ".join(KINDS)))
        if kind is not None and kind.text not in KINDS:
            reason = _("kind must be one of %(kinds)s, not %(found)r", kinds=", ".join(KINDS), found=kind.text)
            self.report.fault(kind.line, reason + suggestion(kind.text, KINDS))
        title = fields.text("title", longest=LONGEST_TITLE) or MISSING
        minutes = fields.integer("minutes", 1, 600)
        required = fields.boolean("required", True)
        opens = self.opens(fields, key, waits)
        part: LessonPart | QuizPart = LessonPart({})
        if kind is not None and key and kind.text == "lesson":
            part = self.lesson(key, fields.line)
        elif kind is not None and key and kind.text == "quiz":
            part = self.quiz(key, fields)
        fields.done()
        return ParsedActivity(
            key=key,
            kind=kind.text if kind else "",
            title=title,
            required=required,
            minutes=minutes,
            opens=opens,
            part=part,
            line=fields.line,
        )

    def opens(self, fields: Fields, key: str, waits: list[Scalar]) -> Opens | None:
        node = fields.node("opens_after")
        if node is None:
            return None
        if isinstance(node, Scalar) and node.text == "above":
            return Opens(above=True)
        if not isinstance(node, Sequence) or not node.items:
            self.report.fault(node.line, _("opens_after must be above, or a list of activity keys"))
            return None
        keys = fields.words("opens_after")
        waits += keys
        for other in keys:
            if other.text == key:
                self.report.fault(other.line, _("the activity %(key)s cannot wait for itself", key=key))
        return Opens(after=tuple(other.text for other in keys))

    def lesson(self, key: str, line: int) -> LessonPart:
        bodies = {}
        for language in self.report.languages:
            names = [f"lessons/{key}.{language}{ending}" for ending in (".md", ".html")]
            there = [name for name in names if name in self.files]
            if len(there) > 1:
                self.faults.append(
                    Fault(there[1], 1, _("%(file)s is the same lesson: keep one of the two", file=there[0]))
                )
            if there:
                text = self.text_of(there[0])
                self.wanted.update(there)
                if text is not None and (body := self.lessons.read(there[0], text)):
                    bodies[language] = body
            elif language == self.report.language and self.file_faults.isdisjoint(names):
                words = _(
                    "%(file)s is missing: the lesson %(key)s in the course’s own language", file=names[0], key=key
                )
                self.report.fault(line, words)
        self.faults += self.lessons.faults
        self.lessons.faults.clear()
        return LessonPart(bodies)

    def quiz(self, key: str, fields: Fields) -> QuizPart:
        names = [f"quizzes/{key}.yaml", f"quizzes/{key}.gift"]
        there = [name for name in names if name in self.files]
        if len(there) > 1:
            self.faults.append(Fault(there[1], 1, _("%(file)s is the same quiz: keep one of the two", file=there[0])))
            self.wanted.update(there)
        if not there:
            if self.file_faults.isdisjoint(names):
                words = _("%(file)s is missing: the questions of the quiz %(key)s", file=names[0], key=key)
                self.report.fault(fields.line, words)
            fields.known.append("quiz")
            return QuizPart(QuizSettings(), ())
        if there[0].endswith(".gift"):
            part = QuizPart(self.settings_beside(fields), self.gift_questions(there[0], key))
        else:
            if fields.has("quiz"):
                words = _("the settings of this quiz stand in %(file)s", file=there[0])
                self.report.fault(fields.line_of("quiz"), words)
            fields.known.append("quiz")
            node = self.tree(there[0])
            report = self.beside(there[0])
            part = read_quiz(node, report) if node else QuizPart(QuizSettings(), ())
        self.compare(there[0], part.questions)
        return part

    def beside(self, file: str) -> Report:
        """What is found in another file of the course."""
        pictures = {
            name: medium.found.hash
            for name, medium in self.library.media.items()
            if medium.found.media_type.startswith("image/")
        }
        return Report(file, self.report.language, self.report.languages, self.faults, pictures)

    def settings_beside(self, fields: Fields) -> QuizSettings:
        """The settings of a GIFT quiz, which stand in course.yaml."""
        node = fields.node("quiz")
        if node is None:
            return QuizSettings()
        settings = Fields(node, _("the quiz of %(activity)s", activity=fields.what), self.report)
        found = read_settings(settings)
        settings.done()
        return found

    def gift_questions(self, name: str, key: str) -> tuple[ParsedQuestion, ...]:
        text = self.text_of(name)
        if text is None:
            return ()
        questions, faults = gift.read(text, file=name, language=self.report.language, prefix=key)
        self.faults += faults
        self.warnings += [Fault(name, question.line, words) for question in questions for words in question.left_out]
        if not questions and not faults:
            self.faults.append(Fault(name, 1, _("there is no question in the file")))
        return tuple(questions)

    def compare(self, file: str, questions: Iterable[ParsedQuestion]) -> None:
        """The same question may stand in two quizzes, another one under its key may not."""
        for question in questions:
            where, other = self.questions.setdefault(question.key, (file, question))
            if where != file and other.content != question.content:
                reason = _(
                    "another question has the key %(key)s: %(file)s, line %(line)s",
                    key=question.key,
                    file=where,
                    line=other.line,
                )
                self.faults.append(Fault(file, question.line, reason))

    def bank(self) -> tuple[ParsedQuestion, ...]:
        """The questions that no quiz asks."""
        if BANK_FILE not in self.files or (node := self.tree(BANK_FILE)) is None:
            return ()
        questions = read_bank(node, self.beside(BANK_FILE))
        self.compare(BANK_FILE, questions)
        return questions

    def leftovers(self) -> None:
        """Files that nothing in the course asks for."""
        for name in sorted(self.files.keys() - self.wanted):
            self.faults.append(Fault(name, 1, _why_stray(name, self.report)))


def _why_stray(name: str, report: Report) -> str:
    folder, _slash, rest = name.partition("/")
    if folder == "lessons":
        parts = rest.split(".")
        if len(parts) == 3 and parts[2] in ("md", "html") and parts[1] not in report.languages:
            return _("%(tag)s is not among the course’s languages", tag=parts[1])
        return _("no lesson of course.yaml asks for this file; it would be named <activity>.<language>.md or .html")
    return _("no quiz of course.yaml asks for this file; it would be named <activity>.yaml or .gift")
