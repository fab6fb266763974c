"""What keeps an application from being submitted, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from app.grants.applications.faults import fault_of, list_faults
from app.grants.calls.questionnaire import BudgetLine
from tests.grants.applying import QUESTIONS

BY_KEY = {question.key: question for question in QUESTIONS}


@dataclass(frozen=True)
class Case:
    key: str
    answer: Any
    words: str | None
    files: int = 0


@pytest.mark.parametrize(
    "case",
    [
        Case("plan", None, "Write an answer."),
        Case("plan", "word " * 100, None),
        Case("plan", "word " * 101, "Take out 1 word."),
        Case("plan", "字" * 1500, "Take out 1,400 words."),
        Case("more", None, None),
        Case("reach", None, "Choose an answer."),
        Case("reach", "schools", None),
        Case("reach", "moon", "This choice is no longer offered. Choose another."),
        Case("sum", None, "Write an amount."),
        Case("sum", "forty", "Write a whole amount, such as 40,000, without cents."),
        Case("sum", 999, "The least is €1,000."),
        Case("sum", 1000, None),
        Case("sum", 40000, None),
        Case("sum", 40001, "The most is €40,000."),
        Case("budget", None, "Add a line with what it costs."),
        Case("budget", (BudgetLine("Staff", 40000),), None),
        Case(
            "budget", (BudgetLine("Staff", 40000), BudgetLine("Light", 5)),
            "The total is €5 over the most, which is €40,000.",
        ),
        Case(
            "budget", (BudgetLine("Staff", 1), BudgetLine("Light", "x")),
            "Line 2: write a whole amount, such as 40,000.",
        ),
        Case("budget", (BudgetLine("Staff", ""),), "Line 1: write a whole amount, such as 40,000."),
        Case("budget", (BudgetLine("", 4),), "Line 1: say what the amount is for."),
        Case("papers", None, "Add a file."),
        Case("papers", None, None, files=2),
        Case("papers", None, "Remove 1 file.", files=3),
    ],
)  # fmt: skip
def test_a_fault_says_what_to_do(app: Flask, case: Case) -> None:
    with app.test_request_context():
        fault = fault_of(BY_KEY[case.key], case.answer, case.files, "EUR")
    assert (fault.message if fault else None) == case.words


def test_an_amount_of_nothing_is_an_answer(app: Flask) -> None:
    with app.test_request_context():
        fault = fault_of(BY_KEY["sum"], 0, 0, "EUR")
    assert fault is not None
    assert not fault.is_missing


def test_all_faults_are_told_at_once_in_the_order_of_the_questions(app: Flask) -> None:
    with app.test_request_context():
        faults = list_faults(QUESTIONS, {"sum": 5, "reach": "schools"}, {}, "EUR")
    assert [(fault.key, fault.is_missing) for fault in faults] == [
        ("plan", True),
        ("sum", False),
        ("budget", True),
        ("papers", True),
    ]
