"""What is filled in for one part of a rule: a form a kind, with the fields of that kind alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectMultipleField, ValidationError
from wtforms.fields.choices import SelectChoice

from app.auth.models import Role
from app.auth.people.labels import ROLES
from app.core.choosing import Options
from app.network import labels
from app.network.models import Region, SizeBand
from app.quizzes.fields import NumberField

from ..rules import (
    All,
    Any_,
    AtLeast,
    Certified,
    CityIn,
    CityTrained,
    Completed,
    Declared,
    HasRole,
    MemberFor,
    Node,
    Passed,
)
from .fields import Choice, DayField, PartForm, Ticks, months, score, typed, whole
from .statement_forms import DeclaredForm, statement_form

COURSE = _l("Choose a published course: begin to type its title.")
QUIZ = _l("Choose a published quiz: begin to type its title.")


class CompletedForm(PartForm):
    kind = "completed"
    course = Choice(_l("Course"), unknown=COURSE)
    min_score = score()
    within_months = months(_l("Within how many months"))

    @property
    def part(self) -> Node:
        return Completed(
            course_id=int(self.course.data),
            min_score=self.min_score.number,
            within_months=whole(self.within_months),
        )

    @classmethod
    def shown(cls, part: Completed) -> dict[str, Any]:
        return {
            "course": str(part.course_id),
            "min_score": typed(part.min_score),
            "within_months": typed(part.within_months),
        }


class CertifiedForm(PartForm):
    kind = "certified"
    course = Choice(_l("Course"), unknown=COURSE)
    valid_on = DayField(_l("Still valid on"))

    @property
    def part(self) -> Node:
        return Certified(course_id=int(self.course.data), valid_on=self.valid_on.day)

    @classmethod
    def shown(cls, part: Certified) -> dict[str, Any]:
        return {"course": str(part.course_id), "valid_on": part.valid_on.isoformat() if part.valid_on else ""}


class PassedForm(PartForm):
    kind = "passed"
    quiz = Choice(_l("Quiz"), unknown=QUIZ)
    min_score = score()

    @property
    def part(self) -> Node:
        return Passed(activity_id=int(self.quiz.data), min_score=self.min_score.number)

    @classmethod
    def shown(cls, part: Passed) -> dict[str, Any]:
        return {"quiz": str(part.activity_id), "min_score": typed(part.min_score)}


class CityTrainedForm(PartForm):
    kind = "city_trained"
    course = Choice(_l("Course"), unknown=COURSE)
    measure = RadioField(
        _l("How many of the city"),
        choices=[
            SelectChoice("people", _l("A number of people")),
            SelectChoice("share", _l("A share of its practitioners")),
        ],
        default="people",
        validate_choice=False,
    )
    people = NumberField(_l("People"), lowest=1, highest=100_000, whole=True)
    share = NumberField(_l("Percent of its practitioners"), lowest=0.1, highest=100)
    within_months = months(_l("Within how many months"))

    def validate_people(self, field: NumberField) -> None:
        if self.measure.data != "share" and field.number is None:
            raise ValidationError(_l("Write how many people of the city."))

    def validate_share(self, field: NumberField) -> None:
        if self.measure.data == "share" and field.number is None:
            raise ValidationError(_l("Write which share of the city’s practitioners, in percent."))

    @property
    def part(self) -> Node:
        by_share = self.measure.data == "share"
        return CityTrained(
            course_id=int(self.course.data),
            people=None if by_share else whole(self.people),
            share=self.share.number if by_share else None,
            within_months=whole(self.within_months),
        )

    @classmethod
    def shown(cls, part: CityTrained) -> dict[str, Any]:
        return {
            "course": str(part.course_id),
            "measure": "people" if part.share is None else "share",
            "people": typed(part.people),
            "share": typed(part.share),
            "within_months": typed(part.within_months),
        }


class MemberForForm(PartForm):
    kind = "member_for"
    months = months(_l("Months"), required=True)

    @property
    def part(self) -> Node:
        return MemberFor(months=whole(self.months) or 1)

    @classmethod
    def shown(cls, part: MemberFor) -> dict[str, Any]:
        return {"months": typed(part.months)}


class CityInForm(PartForm):
    kind = "city_in"
    regions = Ticks(_l("In one of these regions"))
    countries = SelectMultipleField(_l("In one of these countries"), validate_choice=False, render_kw={"size": 8})
    sizes = Ticks(_l("Of one of these sizes"))

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.regions.choices = [SelectChoice(region.value, labels.REGIONS[region]) for region in Region]
        self.countries.choices = [SelectChoice(code, name) for code, name in labels.countries()]
        self.sizes.choices = [SelectChoice(size.value, labels.SIZES[size]) for size in SizeBand]

    def validate_regions(self, _field: Ticks) -> None:
        if not (self.regions.data or self.countries.data or self.sizes.data):
            raise ValidationError(_l("Choose a region, a country or a size: without one, every city is meant."))

    def validate_countries(self, field: SelectMultipleField) -> None:
        if not set(field.data or ()) <= {choice.value for choice in field.choices}:
            raise ValidationError(_l("Choose from the list."))

    @property
    def part(self) -> Node:
        return CityIn(
            regions=tuple(region for region in Region if region in (self.regions.data or ())),
            countries=tuple(sorted(set(self.countries.data or ()))),
            sizes=tuple(size for size in SizeBand if size in (self.sizes.data or ())),
        )

    @classmethod
    def shown(cls, part: CityIn) -> dict[str, Any]:
        return {"regions": list(part.regions), "countries": list(part.countries), "sizes": list(part.sizes)}


class RoleForm(PartForm):
    kind = "role"
    role = Choice(_l("Role"), unknown=_l("Choose a role."))

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.role.offer([("", _("Choose one")), *((role.value, str(ROLES[role])) for role in Role)])

    @property
    def part(self) -> Node:
        return HasRole(role=Role(self.role.data))

    @classmethod
    def shown(cls, part: HasRole) -> dict[str, Any]:
        return {"role": part.role.value}


class GroupForm(PartForm):
    """How a group joins its parts."""

    kind = "group"
    how = RadioField(
        _l("How many of its parts are needed"),
        choices=[
            SelectChoice("all", _l("All of them")),
            SelectChoice("any", _l("One of them is enough")),
            SelectChoice("at_least", _l("At least a number of them")),
        ],
        default="all",
        validate_choice=False,
    )
    n = NumberField(_l("How many at least"), lowest=1, highest=100, whole=True)

    def validate_n(self, field: NumberField) -> None:
        if self.how.data == "at_least" and field.number is None:
            raise ValidationError(_l("Write how many of the parts are needed at least."))

    @property
    def part(self) -> Node:
        """The group without its parts."""
        match self.how.data:
            case "any":
                return Any_(of=())
            case "at_least":
                return AtLeast(of=(), n=whole(self.n) or 1)
            case _:
                return All(of=())

    @classmethod
    def shown(cls, part: Any) -> dict[str, Any]:
        match part:
            case AtLeast():
                return {"how": "at_least", "n": typed(part.n)}
            case Any_():
                return {"how": "any"}
            case _:
                return {"how": "all"}


FORMS: dict[str, type[PartForm]] = {
    form.kind: form
    for form in (
        CompletedForm,
        CertifiedForm,
        PassedForm,
        CityTrainedForm,
        MemberForForm,
        CityInForm,
        RoleForm,
        DeclaredForm,
        GroupForm,
    )
}

KINDS = {
    "completed": _l("A course completed"),
    "certified": _l("A valid certificate"),
    "passed": _l("A quiz passed"),
    "city_trained": _l("People of the city trained"),
    "member_for": _l("Member of the network for some time"),
    "city_in": _l("Where the city is, or how large"),
    "role": _l("A role"),
    "declared": _l("A statement by the person"),
    "group": _l("A group of requirements"),
}


def kind_of(part: Node) -> str:
    """Which form says a part."""
    tag = str(part.__struct_config__.tag)
    return tag if tag in FORMS else "group"


def part_form(
    kind: str,
    part: Node | None,
    *,
    languages: Sequence[str],
    courses: Options,
    quizzes: Options,
    sources: dict[str, str],
    **values: Any,
) -> PartForm:
    """The form of a kind, filled with `part` where it is changed. `languages`: the call's own first, for statements.

    `sources`: where the suggestions for what is typed come from.
    """
    former = part if isinstance(part, Declared) else None
    form = statement_form(languages, former) if kind == "declared" else FORMS[kind]
    made = form(**(form.shown(part) if part is not None else {}), **values)
    for name, options in (("course", courses), ("quiz", quizzes)):
        if name in made:
            made[name].offer([("", _("Choose one")), *options])
            made[name].source = sources[name]
    return made
