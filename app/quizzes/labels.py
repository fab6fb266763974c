"""What the values of quizzes are called."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from .settings import Grading

GRADINGS = {
    Grading.HIGHEST: _l("The best attempt counts"),
    Grading.MEAN: _l("The mean of the attempts counts"),
    Grading.FIRST: _l("The first attempt counts"),
    Grading.LAST: _l("The last attempt counts"),
}
