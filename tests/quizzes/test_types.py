"""A type of question is whole: it has a form, and what practitioners and trainers see of it."""

from __future__ import annotations

from typing import get_args

import pytest

from app.config import ROOT
from app.quizzes.types import ANSWER_TYPES, Answer, Content
from app.quizzes.types.editor import FORMS

PAGES = ROOT / "templates" / "quizzes" / "types"
TYPES = {str(content.__struct_config__.tag): content for content in get_args(Content)}


def test_every_type_has_its_form_and_its_answer() -> None:
    assert set(FORMS) == set(TYPES)
    assert set(ANSWER_TYPES) == set(get_args(Content))
    assert set(ANSWER_TYPES.values()) == set(get_args(Answer))


@pytest.mark.parametrize("name", sorted(TYPES))
def test_every_type_is_shown_and_written(name: str) -> None:
    assert (PAGES / f"{name}.html").exists()
    assert (PAGES / "editor" / f"{name}.html").exists()


@pytest.mark.parametrize("name", sorted(TYPES))
@pytest.mark.parametrize(
    "said",
    [
        "grade",
        "read",
        "accepts",
        "given",
        "right",
        "scored",
        "options",
        "rules",
        "faults",
        "marks_facts",
        "parts",
        "said",
    ],
)  # fmt: skip
def test_every_type_says_of_itself_what_pages_ask(name: str, said: str) -> None:
    assert callable(getattr(TYPES[name], said))
