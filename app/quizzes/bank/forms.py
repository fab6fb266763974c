"""What trainers fill in of the bank: what to look for, and where questions are to stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

import msgspec
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, SearchField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice

from app.core.folding import one_line
from app.core.forms import Form

from ..types.editor import FORMS
from . import categories, tags
from .address import LONGEST_SEARCH, UNFILED, in_address
from .labels import ORDERS, STATES, USES
from .naming import Filed
from .queries import Bank, BankPage, Filters, Order


class FilterForm(Form):
    """Which questions to list; sent by GET, so that a list has an address. Nothing in it can be wrong."""

    class Meta:
        csrf = False

    q = SearchField(_l("Words of the question, its answers or its key"), render_kw={"maxlength": LONGEST_SEARCH})
    category = SelectField(_l("Category"), validate_choice=False)
    tag = SelectField(_l("Tag"), validate_choice=False)
    type = SelectField(_l("Type"), validate_choice=False)
    state = SelectField(_l("State"), validate_choice=False)
    used = SelectField(_l("Where used"), validate_choice=False)
    order = SelectField(_l("Order"), validate_choice=False)

    @classmethod
    def showing(cls, filters: Filters, bank: BankPage | Bank) -> Self:
        """The form as it stands for these filters, over the categories and tags of a bank."""
        form = cls(formdata=MultiDict(in_address(filters, page=None)))
        form.category.choices = _choices(_l("All categories"), [(UNFILED, _l("In no category")), *_branches(bank)])
        form.tag.choices = _choices(_l("All tags"), [(tag, tag) for tag, _count in bank.tags])
        form.type.choices = _choices(_l("All types"), [(kind, form_of.label) for kind, form_of in FORMS.items()])
        form.state.choices = _choices(_l("All that are not hidden"), STATES.items())
        form.used.choices = _choices(_l("Anywhere"), USES.items())
        form.order.choices = [SelectChoice(order.value, label) for order, label in ORDERS.items()]
        if not form.order.data:
            form.order.data = Order.CHANGED.value
        return form


def _branches(bank: BankPage | Bank) -> list[tuple[str, str]]:
    return [(branch.path, "\u2003" * branch.depth + f"{branch.name} ({branch.whole})") for branch in bank.categories]


def _choices(all_of_them: object, values: Iterable[tuple[str, object]]) -> list[SelectChoice]:
    return [SelectChoice("", all_of_them), *(SelectChoice(str(value), label) for value, label in values)]


class CategoryField(StringField):  # type: ignore[misc]
    """The path of a category, as it was typed. `path` is it once it is valid."""

    path = ""

    def __init__(self, label: object = None, **values: object) -> None:
        super().__init__(label, render_kw={"maxlength": categories.LONGEST, "autocomplete": "off"}, **values)

    def pre_validate(self, form: Form) -> None:
        self.path = categories.path_of(self.data or "")
        if len(self.path) > categories.LONGEST:
            raise ValidationError(_l("Keep this under %(max)d characters.") % {"max": categories.LONGEST})


class TagsField(StringField):  # type: ignore[misc]
    """Tags with commas between, as they were typed. `tags` are they once they are valid."""

    def __init__(self, label: object = None, **values: object) -> None:
        super().__init__(label, render_kw={"maxlength": 2000, "autocomplete": "off"}, **values)
        self.tags: list[str] = []

    def pre_validate(self, form: Form) -> None:
        self.tags = tags.tags_of(self.data or "")
        if any(len(tag) > tags.LONGEST for tag in self.tags):
            raise ValidationError(_l("Keep each tag under %(max)d characters.") % {"max": tags.LONGEST})
        if len(self.tags) > tags.MOST:
            raise ValidationError(_l("A question has at most %(max)d tags.") % {"max": tags.MOST})


class FileForm(Form):
    """Where one question stands. `before` holds what the page was made from."""

    before = HiddenField()
    category = CategoryField(_l("Category"))
    tags = TagsField(_l("Tags"))

    @classmethod
    def showing(cls, filed: Filed) -> Self:
        """The form of a question that stands there."""
        data = {"before": _written(filed), "category": filed.category, "tags": ", ".join(filed.tags)}
        return cls(formdata=None, prefix="file-", data=data)

    @classmethod
    def sent(cls) -> Self:
        """What was posted."""
        return cls(prefix="file-")

    @property
    def wanted(self) -> Filed:
        """What was filled in, once it is valid."""
        return Filed(self.category.path, tuple(self.tags.tags))

    @property
    def made_from(self) -> Filed | None:
        """What the page was made from; None where it does not say."""
        try:
            return msgspec.json.decode(self.before.data or "", type=Filed)
        except msgspec.MsgspecError:
            return None

    def goes_on_from(self, filed: Filed) -> None:
        """Whoever saves again has seen where the question stands now."""
        self.before.data = _written(filed)


def _written(filed: Filed) -> str:
    return msgspec.json.encode(filed).decode()


class ChangeForm(Form):
    """What to do with many questions. `matching`: all that fit the filters, of which the page counted `counted`."""

    matching = BooleanField(_l("All that fit"))
    counted = HiddenField()
    tags = TagsField(_l("Tags"))
    category = CategoryField(_l("Category"))
    quiz = SelectField(_l("Quiz"), validate_choice=False)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        for field in self:
            field.id = f"change-{field.name}"  # the filters stand on the same page

    def offer(self, quizzes: Sequence[tuple[int, str]]) -> None:
        """Let one of these quizzes, id and title, be chosen."""
        self.quiz.choices = _choices(_l("Choose a quiz"), [(str(quiz_id), title) for quiz_id, title in quizzes])

    def validate_quiz(self, field: SelectField) -> None:
        if field.data and field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_("Choose one from the list."))

    @property
    def quiz_id(self) -> int:
        """0 where none was chosen."""
        return int(self.quiz.data) if self.quiz.data else 0


class NamingForm(Form):
    """Another name for what is called `old`. One of several on a page: `number` keeps their ids apart."""

    old = HiddenField()

    def numbered(self, number: str) -> Self:
        for field in self:
            field.id = f"{field.name}-{number}"
        return self


class CategoryForm(NamingForm):
    """Another name or place for the category `old`."""

    path = CategoryField(_l("Name, with the categories above it"))
    merge = BooleanField(_l("Bring it together with a category of that name"))


class TagForm(NamingForm):
    """Another name for the tag `old`."""

    name = StringField(
        _l("Name"),
        filters=[lambda name: one_line(name or "")],
        render_kw={"maxlength": tags.LONGEST, "autocomplete": "off"},
    )
    merge = BooleanField(_l("Make one tag of the two"))

    def validate_name(self, field: StringField) -> None:
        if not field.data:
            raise ValidationError(_("Give the tag a name."))
        if len(field.data) > tags.LONGEST:
            raise ValidationError(_("Keep each tag under %(max)d characters.", max=tags.LONGEST))
        if tags.tags_of(field.data) != [field.data]:
            raise ValidationError(_("A tag has no comma in it."))
