"""The question editor: what a question asks, how it is graded, its versions, and a try at answering it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.differences import Side, side_by_side
from app.core.errors import NotFound
from app.core.form_pages import form_on
from app.core.transactions import give_up
from app.courses import queries as courses
from app.courses.errors import EditedMeanwhile
from app.courses.queries import CourseAccess

from ..bank.forms import FileForm
from ..bank.naming import Filed
from ..models import Quiz, VersionState
from ..reading import content_words
from ..studio import queries as studio_queries
from ..studio import services as studio_services
from ..studio.views import LARGEST_ID
from ..types import Content, type_name
from ..types.editor import FORMS, KnownPicture, QuestionForm
from . import services
from .pictures import known_pictures
from .queries import EditedQuestion, VersionLine, get_question
from .translation import untranslated
from .trial import Trial, try_out

bp = Blueprint("questions", __name__, url_prefix="/teach/courses/<int:course_id>")

SAVES_DRAFT = "draft"  # what the button says; the others make the version ready


@dataclass(frozen=True)
class Desk:
    """A question on a trainer's desk: a new one of `type`, or `question`; `quiz` is the one it was opened from."""

    access: CourseAccess
    type: str
    question: EditedQuestion | None
    quiz: Quiz | None

    @property
    def language(self) -> str:
        """The question's own."""
        return self.question.source_language if self.question else self.access.source_language

    @property
    def former(self) -> Content | None:
        return self.question.latest.content if self.question else None

    @property
    def translations(self) -> list[tuple[str, bool]]:
        """The other languages of the course, and whether the question as saved is to be translated into each."""
        if self.former is None:
            return []
        return [
            (tag, untranslated(self.former, self.language, tag))
            for tag in self.access.languages
            if tag != self.language
        ]

    @property
    def saves_at(self) -> str:
        """The address that the form goes to; of a new question, with what its page is asked with."""
        if self.question:
            return url_for("questions.save", course_id=self.access.id, question_id=self.question.id)
        quiz_id = self.quiz.id if self.quiz else None
        return url_for("questions.create", course_id=self.access.id, type=self.type, quiz=quiz_id)

    def words(self, content: Content) -> str:
        return content_words(content, self.language, self.language)

    @property
    def history(self) -> list[tuple[VersionLine, list[tuple[Side, Side]]]]:
        """The versions, the newest first, each with the paragraphs in which it differs from the one before."""
        versions = self.question.versions if self.question else ()
        return [
            (version, _changes(self.words(before.content), self.words(version.content)) if before else [])
            for version, before in zip(versions, [*versions[1:], None], strict=True)
        ]

    def form(self) -> QuestionForm:
        """What was posted."""
        return self.equipped(FORMS[self.type]())

    def equipped(self, form: QuestionForm) -> QuestionForm:
        """The form with what the course offers it."""
        form.languages, form.library = self.access.languages, self.library
        return form

    @cached_property
    def library(self) -> dict[str, KnownPicture]:
        """The pictures that the question may show, by hash: those of the library, and those it shows already."""
        return known_pictures(self.access.id, self.former)

    def shown(self) -> QuestionForm:
        """The form of the question as it stands."""
        assert self.question and self.former
        form = FORMS[self.type].showing(self.former, self.language)
        form.number.data = str(self.question.latest.number)
        return form

    def page(
        self, form: QuestionForm, trial: Trial | None = None, theirs: VersionLine | None = None,
        filing: FileForm | None = None, filed_meanwhile: Filed | None = None,
    ) -> str:  # fmt: skip
        """The editor; `theirs` is the version that somebody else saved meanwhile, `filing` what was said of where it
        stands, and `filed_meanwhile` what somebody else said of it."""
        self.equipped(form)
        if trial is None and self.former is not None:
            trial = try_out(self.former, self.language)
        return render_template(
            "quizzes/studio/question.html",
            access=self.access,
            desk=self,
            form=form,
            trial=trial,
            theirs=theirs,
            unsaved=request.method == "POST" and form.content(self.former, self.language) != self.former,
            compared=_changes(self.words(theirs.content), self.words(form.content(self.former, self.language)))
            if theirs
            else [],
            filing=filing or (FileForm.showing(self.question.filed) if self.question else None),
            filed_meanwhile=filed_meanwhile,
        )

    def not_saved(self, form: QuestionForm) -> tuple[str, int] | None:
        """The page again where a row was added or moved, an answer tried, or something is wrong; else None."""
        if command := request.form.get("rows"):
            return self.page(form.rearranged(command)), 200
        if not form.validate():
            return self.page(form), 422
        content = form.content(self.former, self.language)
        trying = request.form.get("action") == "try"
        if trying or _state() is VersionState.READY:
            form.put_beside(content.faults())
        if trying:
            return self.page(form, try_out(content, self.language, request.form.to_dict(flat=False))), 200
        return (self.page(form), 422) if any(content.faults()) and _state() is VersionState.READY else None

    def left(self, question_id: int) -> Response:
        """Where to go once it is saved: to the next question, to the quiz, or back to the question."""
        quiz_id = self.quiz.id if self.quiz else None
        if request.form.get("action") == "next":
            where = url_for("questions.new", course_id=self.access.id, type=self.type, quiz=quiz_id)
        elif self.quiz:
            where = url_for("quiz_studio.edit", course_id=self.access.id, activity_id=quiz_id, _anchor="questions")
        else:
            where = url_for("questions.edit", course_id=self.access.id, question_id=question_id)
        return redirect(where, 303)


def _changes(before: str, after: str) -> list[tuple[Side, Side]]:
    """The paragraphs that differ, side by side."""
    return [
        pair for pair in side_by_side(before, after) if any(piece.kind != "same" for side in pair for piece in side)
    ]


def _state() -> VersionState:
    return VersionState.DRAFT if request.form.get("action") == SAVES_DRAFT else VersionState.READY


def desk_of(course_id: int, question_id: int | None = None) -> Desk:
    """The desk of who may edit the course's questions. Raises `NotFound`, `Forbidden`."""
    access = courses.get_editable(course_id, the_person())
    quiz = studio_queries.find_quiz(access.id, min(request.values.get("quiz", 0, type=int), LARGEST_ID))
    if question_id is None:
        return Desk(access, request.values.get("type", ""), None, quiz)
    question = get_question(access.id, question_id)
    return Desk(access, type_name(question.latest.content), question, quiz)


@bp.get("/questions/new")
@allow(Permission.TEACH)
def new(course_id: int) -> str:
    """The form of a new question of `type`; without one, the types to choose from."""
    desk = desk_of(course_id)
    if desk.type not in FORMS:
        return render_template("quizzes/studio/types.html", access=desk.access, quiz=desk.quiz, forms=FORMS)
    return desk.page(FORMS[desk.type].blank())


@bp.post("/questions")
@allow(Permission.TEACH)
@form_on("questions.new")
def create(course_id: int) -> Response | tuple[str, int]:
    """Keep a new question, in the bank and, where it was opened from one, at the end of the quiz."""
    desk = desk_of(course_id)
    if desk.type not in FORMS:
        raise NotFound
    form = desk.form()
    if again := desk.not_saved(form):
        return again
    question = services.create_question(
        course_id=desk.access.id, content=form.content(None, desk.language), source_language=desk.language,
        state=_state(), by=the_person().id,
    )  # fmt: skip
    if desk.quiz:
        studio_services.add_slot(course_id=desk.access.id, activity_id=desk.quiz.id, question_id=question.id)
    flash(_("The question is saved."), "done")
    return desk.left(question.id)


@bp.get("/questions/<int:question_id>")
@allow(Permission.TEACH)
def edit(course_id: int, question_id: int) -> str:
    """A question in its latest version, ready or not."""
    desk = desk_of(course_id, question_id)
    return desk.page(desk.shown())


@bp.post("/questions/<int:question_id>/versions")
@allow(Permission.TEACH)
def save(course_id: int, question_id: int) -> Response | tuple[str, int]:
    """Keep what was written as a new version. Where somebody saved another meanwhile, both are shown."""
    desk = desk_of(course_id, question_id)
    form = desk.form()
    if again := desk.not_saved(form):
        return again
    try:
        version = services.save_question(
            course_id=desk.access.id, question_id=question_id, content=form.content(desk.former, desk.language),
            state=_state(), made_from=form.made_from, by=the_person().id,
        )  # fmt: skip
    except EditedMeanwhile as changed:
        give_up()
        desk = desk_of(course_id, question_id)
        assert desk.question
        form.number.data = str(desk.question.latest.number)
        typed = form.content(desk.former, desk.language)
        return desk.page(form, try_out(typed, desk.language), theirs=desk.question.latest), changed.status
    flash(_("The question is saved.") if version else _("Nothing was changed, so no version was added."), "done")
    return desk.left(question_id)


@bp.post("/questions/<int:question_id>/versions/<int:number>/restoration")
@allow(Permission.TEACH)
def restore(course_id: int, question_id: int, number: int) -> Response:
    """Make an older version the latest again, as a version of its own."""
    desk = desk_of(course_id, question_id)
    made = services.restore_version(
        course_id=desk.access.id, question_id=question_id, number=number, by=the_person().id
    )
    flash(
        _("Version %(number)s says what version %(old)s said.", number=made.number, old=number)
        if made
        else _("The latest version says the same already."),
        "done",
    )
    quiz_id = desk.quiz.id if desk.quiz else None
    return redirect(url_for("questions.edit", course_id=desk.access.id, question_id=question_id, quiz=quiz_id), 303)


@bp.post("/questions/<int:question_id>/removal")
@allow(Permission.TEACH)
def delete(course_id: int, question_id: int) -> Response:
    """Delete a question that nothing asks and no edition ever had."""
    person = the_person()
    access = courses.get_editable(course_id, person)
    services.delete_question(course_id=access.id, question_id=question_id, by=person.id)
    flash(_("The question is deleted."), "done")
    return redirect(url_for("bank.index", course_id=access.id), 303)
