"""The categories and tags of a bank: how many questions stand under each, and giving them other names."""

from __future__ import annotations

from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.errors import DomainError
from app.core.folding import one_line
from app.core.form_pages import form_on
from app.core.transactions import give_up
from app.courses import queries as courses
from app.courses.queries import CourseAccess

from . import naming, queries
from .categories import path_of
from .errors import NameGone, StillDrawn
from .forms import CategoryForm, TagForm

Named = TypeVar("Named", CategoryForm, TagForm)

bp = Blueprint("bank_naming", __name__, url_prefix="/teach/courses/<int:course_id>/bank")


@bp.get("/names")
@allow(Permission.TEACH)
def index(course_id: int) -> str:
    """The tree of categories, and the tags."""
    return _page(courses.get_editable(course_id, the_person()))


@bp.post("/categories")
@allow(Permission.TEACH)
@form_on("bank_naming.index")
def rename_category(course_id: int) -> Response | tuple[str, int]:
    """Give a category another name or place, with all below it."""
    person, form = the_person(), CategoryForm()
    access = courses.get_editable(course_id, person)
    if not form.validate():
        return _page(access, category=form), 422
    try:
        count = naming.rename_category(
            course_id=access.id, old=path_of(form.old.data or ""), new=form.path.path, merge=form.merge.data,
            by=person.id,
        )  # fmt: skip
    except NameGone as problem:
        give_up()
        return _page(access, problem=problem), problem.status
    except DomainError as problem:
        give_up()
        form.path.errors = [str(problem)]
        return _page(access, category=form), problem.status
    flash(ngettext("%(num)s question stands there now.", "%(num)s questions stand there now.", count), "done")
    return _back(access, "categories")


@bp.post("/tags")
@allow(Permission.TEACH)
@form_on("bank_naming.index")
def rename_tag(course_id: int) -> Response | tuple[str, int]:
    """Give a tag another name, wherever it stands."""
    person, form = the_person(), TagForm()
    access = courses.get_editable(course_id, person)
    if not form.validate():
        return _page(access, tag=form), 422
    try:
        count = naming.rename_tag(
            course_id=access.id, old=form.old.data or "", new=form.name.data or "", merge=form.merge.data, by=person.id
        )
    except NameGone as problem:
        give_up()
        return _page(access, problem=problem), problem.status
    except DomainError as problem:
        give_up()
        form.name.errors = [str(problem)]
        return _page(access, tag=form), problem.status
    flash(ngettext("%(num)s question has the tag now.", "%(num)s questions have the tag now.", count), "done")
    return _back(access, "tags")


@bp.post("/tags/removal")
@allow(Permission.TEACH)
@form_on("bank_naming.index")
def remove_tag(course_id: int) -> Response | tuple[str, int]:
    """Take a tag off all questions."""
    person, tag = the_person(), one_line(request.form.get("old", ""))
    access = courses.get_editable(course_id, person)
    try:
        count = naming.remove_tag(course_id=access.id, tag=tag, by=person.id)
    except NameGone as problem:
        give_up()
        return _page(access, problem=problem), problem.status
    except StillDrawn as problem:
        give_up()
        form = _of_tag(tag)
        form.name.errors = [str(problem)]
        return _page(access, tag=form), problem.status
    flash(
        ngettext("The tag is off %(num)s question.", "The tag is off %(num)s questions.", count)
        + " "
        + _("The questions stay as they are."),
        "done",
    )
    return _back(access, "tags")


def _page(
    access: CourseAccess, *, category: CategoryForm | None = None, tag: TagForm | None = None,
    problem: DomainError | None = None,
) -> str:  # fmt: skip
    """The page; `category` or `tag` is what was filled in and refused, `problem` why nothing else was done."""
    bank = queries.read_bank(access.id, with_editions=False)
    return render_template(
        "quizzes/bank/names.html",
        access=access,
        problem=problem,
        categories=[
            (branch, (_chosen(category, branch.path) or _of_category(branch.path)).numbered(f"category-{place}"))
            for place, branch in enumerate(bank.categories)
        ],
        tags=[
            (name, count, (_chosen(tag, name) or _of_tag(name)).numbered(f"tag-{place}"))
            for place, (name, count) in enumerate(bank.tags)
        ],
    )


def _chosen(form: Named | None, name: str) -> Named | None:
    """The form that was sent, if it is of what is called `name`."""
    return form if form is not None and form.old.data == name else None


def _of_category(path: str) -> CategoryForm:
    return CategoryForm(formdata=None, data={"old": path, "path": path})


def _of_tag(name: str) -> TagForm:
    return TagForm(formdata=None, data={"old": name, "name": name})


def _back(access: CourseAccess, where: str) -> Response:
    return redirect(url_for("bank_naming.index", course_id=access.id, _anchor=where), 303)
