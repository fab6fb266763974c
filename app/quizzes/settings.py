"""How a quiz is taken, graded and looked back on."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.core.text import Text


class Grading(StrEnum):
    """Which attempt makes the grade."""

    HIGHEST = "highest"
    MEAN = "mean"
    FIRST = "first"
    LAST = "last"


class Overdue(StrEnum):
    """What becomes of an attempt whose time is up: what was saved is submitted; it may only be submitted during the
    grace period, and is abandoned after it; it is abandoned."""

    SUBMIT = "submit"
    GRACE = "grace"
    ABANDON = "abandon"


class Behaviour(StrEnum):
    """When an answer is graded: at submission; once, when it is checked; after each of several tries."""

    DEFERRED = "deferred"
    IMMEDIATE = "immediate"
    INTERACTIVE = "interactive"


class Completes(StrEnum):
    """What completes the quiz: passing; passing or using up the attempts; a number of attempts."""

    PASSED = "passed"
    PASSED_OR_USED_UP = "passed_or_used_up"
    ATTEMPTS = "attempts"


class When(StrEnum):
    """A moment of looking at an attempt: while it is open; within two minutes of submitting it; later, while the quiz
    is open; after it has closed."""

    DURING = "during"
    AFTER = "after"
    LATER = "later"
    CLOSED = "closed"


NEVER: tuple[When, ...] = ()
AFTERWARDS = (When.AFTER, When.LATER, When.CLOSED)
ALWAYS = (When.DURING, *AFTERWARDS)


class Review(msgspec.Struct, frozen=True):
    """What is shown of an attempt, and when. `during` is about a question that was checked.

    With `right_once_done` right answers, and the feedback to the question, wait besides until the quiz is complete
    or no attempt is left.
    """

    attempt: tuple[When, ...] = ALWAYS
    correctness: tuple[When, ...] = ALWAYS
    marks: tuple[When, ...] = ALWAYS
    specific: tuple[When, ...] = ALWAYS
    general: tuple[When, ...] = ALWAYS
    right_answer: tuple[When, ...] = ALWAYS
    overall: tuple[When, ...] = AFTERWARDS
    right_once_done: bool = True


class Band(msgspec.Struct, frozen=True):
    """What is said of an attempt that scored `from_percent` or more, and less than the next band."""

    from_percent: float
    text: Text


class QuizSettings(msgspec.Struct, frozen=True):
    """What an edition holds of how a quiz is taken.

    `pass_mark` in percent (None: nothing to pass). `attempts` None: as many as wanted. `shuffle` mixes choices,
    `shuffle_questions` the questions. `time_limit`, `grace` and `wait` (between attempts) in seconds, `time_limit`
    None: no limit. `tries` and `penalty` (share of the mark a try) are of interactive quizzes. `least_attempts` is for
    `Completes.ATTEMPTS`. `bands` from the highest to the lowest.
    """

    pass_mark: float | None = None
    attempts: int | None = None
    grading: Grading = Grading.HIGHEST
    shuffle: bool = True
    shuffle_questions: bool = False
    time_limit: int | None = None
    overdue: Overdue = Overdue.SUBMIT
    grace: int = 0
    wait: int = 0
    behaviour: Behaviour = Behaviour.DEFERRED
    tries: int = 3
    penalty: float = 1 / 3
    certainty: bool = False
    completes: Completes = Completes.PASSED
    least_attempts: int = 1
    builds_on_last: bool = False
    review: Review = Review()
    bands: tuple[Band, ...] = ()
    anonymous_marking: bool = False
