"""What a reviewer fills in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from app.core.forms import Form, WholeField

from ..calls.questionnaire import Criterion

LONGEST_REMARK = 5_000
LONGEST_COMMENT = 20_000
MOST_VERSION = 2**31 - 1


def version_of(sent: str | None) -> int:
    """The version that a form was made from; 0, which none is, for what is no number."""
    number = int(sent) if sent and re.fullmatch(r"[0-9]{1,10}", sent) else 0
    return number if number <= MOST_VERSION else 0


def plain_lines(text: str | None) -> str:
    """A text of several lines as it is kept: line ends of one sort, nothing at the ends."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").strip()


class ReviewForm(Form):
    """Points and remarks by criterion, in fields named after its key, and a comment. `form_for` makes one."""

    version = HiddenField()
    comment = TextAreaField(
        _l("Comment for the committee"),
        filters=[plain_lines],
        validators=[Length(max=LONGEST_COMMENT, message=_l("At most 20,000 characters."))],
        render_kw={"rows": 6},
    )

    criteria: Sequence[Criterion] = ()

    @property
    def made_from(self) -> int:
        return version_of(self.version.data)

    @property
    def scores(self) -> dict[str, int]:
        points = {criterion.key: self[points_of(criterion)].data for criterion in self.criteria}
        return {key: value for key, value in points.items() if value is not None}

    @property
    def remarks(self) -> dict[str, str]:
        return {criterion.key: self[remark_of(criterion)].data for criterion in self.criteria}

    def says(self, scores: Mapping[str, int], remarks: Mapping[str, str], comment: str) -> bool:
        """Whether it holds what was saved, and nothing else."""
        given = {key: remark for key, remark in self.remarks.items() if remark}
        return (self.scores, given, self.comment.data) == (scores, remarks, comment)

    def is_complete(self) -> bool:
        """Whether it can be handed in; says beside each field what is missing."""
        missing = [self[points_of(c)] for c in self.criteria if self[points_of(c)].data is None]
        for field in missing:
            field.errors = [_("Give your points before you hand in.")]
        if not self.criteria and not self.comment.data:
            self.comment.errors = [_("Write your comment before you hand in.")]
            return False
        return not missing


def points_of(criterion: Criterion) -> str:
    """The name of the field of a criterion's points."""
    return f"points.{criterion.key}"


def remark_of(criterion: Criterion) -> str:
    """The name of the field of a criterion's remark."""
    return f"remark.{criterion.key}"


def form_for(criteria: Sequence[Criterion], *, data: Mapping[str, Any] | None = None) -> ReviewForm:
    """The form for these criteria, filled with `data` (by field) or with what was sent."""
    fields: dict[str, Any] = {"criteria": criteria}
    for criterion in criteria:
        most = criterion.points
        fields[points_of(criterion)] = WholeField(
            _l("Points, 0 to %(most)s", most=most),
            validators=[
                Optional(),
                NumberRange(0, most, message=_l("Write a whole number from 0 to %(most)s.", most=most)),
            ],
            render_kw={"inputmode": "numeric", "type": "number", "min": 0, "max": most, "autocomplete": "off"},
        )
        fields[remark_of(criterion)] = TextAreaField(
            _l("Remark"),
            filters=[plain_lines],
            validators=[Length(max=LONGEST_REMARK, message=_l("At most 5,000 characters."))],
            render_kw={"rows": 3},
        )
    made = type("ReviewFormOfCall", (ReviewForm,), fields)
    if data is None:
        return made()
    return made(formdata=None, data=data)


class DeclineForm(Form):
    """A conflict of interest, in the reviewer's words."""

    why = TextAreaField(
        _l("What is between you and this application?"),
        filters=[plain_lines],
        validators=[
            DataRequired(_l("Say in a sentence what the conflict is.")),
            Length(max=2_000, message=_l("At most 2,000 characters.")),
        ],
        render_kw={"rows": 3},
    )
