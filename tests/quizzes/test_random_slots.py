"""Quizzes that draw from the bank, and editions from before there were draws, pages and most settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.transactions import unit_of_work
from app.courses import drafts, editions, services
from app.courses.kinds import Level, get_kind
from app.courses.models import Activity, Edition
from app.courses.outline import Outline
from app.courses.publishing import changes
from app.exchange.copying import Copy
from app.extensions import db
from app.quizzes.bank.versions import add_version
from app.quizzes.freezing import SlotData, data_of
from app.quizzes.models import Draw, Question, QuestionVersion, Quiz, QuizSlot, VersionState
from app.quizzes.settings import Band, Behaviour, Completes, Overdue, QuizSettings, Review
from app.quizzes.studio import queries as studio_queries
from app.quizzes.studio import services as studio_services
from app.quizzes.studio import slots as studio_slots
from app.quizzes.types import Choice, MultipleChoice
from tests.factories import a_choice_question, a_draft, text

from .studio import Desk, a_desk, keys
from .test_kind import checks, published, question, quiz_of


def put(desk: Desk, *stems: str, category: str = "", tags: tuple[str, ...] = (), ready: bool = True) -> list[int]:
    """More questions of the bank; their ids."""
    made = []
    with unit_of_work():
        for stem in stems:
            row = Question(
                course_id=desk.course_id, key=f"spare-{stem.lower()}", source_language="en", category=category,
                tags=list(tags),
            )  # fmt: skip
            db.session.add(row)
            db.session.flush()
            add_version(
                row, a_choice_question(stem), by=None, state=VersionState.READY if ready else VersionState.DRAFT
            )
            made.append(row.id)
    return made


def draw(desk: Desk, wanted: Draw, count: int = 1, **values: Any) -> None:
    with unit_of_work():
        studio_services.add_draws(
            course_id=desk.course_id, activity_id=desk.quiz_id, draw=wanted, count=count, **values
        )


def publish(desk: Desk) -> None:
    with unit_of_work():
        services.publish(course_id=desk.course_id, by=None)


def set_up(desk: Desk, settings: QuizSettings) -> None:
    with unit_of_work():
        db.session.execute(
            sa.update(Quiz.__table__).values(settings=settings).where(Quiz.__table__.c.id == desk.quiz_id)
        )  # type: ignore[arg-type]


# --- freezing ---------------------------------------------------------------------------------


def test_publishing_fixes_what_can_be_drawn(app: Flask) -> None:
    desk = a_desk("asked")
    first, second, third = put(desk, "A", "B", "C", category="Streets/Night", tags=("law",))
    put(desk, "D", category="Streets")
    put(desk, "E", category="Streets", tags=("law",), ready=False)
    with unit_of_work():
        add_version(question(second), a_choice_question("B, better"), by=None)
        add_version(question(third), a_choice_question("C, unfinished"), by=None, state=VersionState.DRAFT)
        question(1).category, question(1).tags = "Streets", ["law"]  # it is asked for sure, so nobody draws it
    draw(desk, Draw("Streets", tags=("law",)), 2, marks=2.5, new_page=False)
    publish(desk)
    slots = data_of(published(desk)).slots
    with unit_of_work():
        ready = [question(i).latest_ready for i in (first, second, third)]
        pool = tuple(version.id for version in ready if version)
    random = SlotData(0, 2.5, pool, False, Draw("Streets", tags=("law",)))
    assert slots == (SlotData(1, 1.0), random, random)
    assert random.versions == pool and slots[0].versions == (1,)
    assert published(desk).marks == 6.0
    put(desk, "F", category="Streets", tags=("law",))  # comes with the next edition
    assert data_of(published(desk)).slots[1].pool == pool


def test_loading_costs_the_same_however_large_the_bank_is(app: Flask, statements: list[str]) -> None:
    costs = []
    for size in (2, 12):
        desk = a_desk("asked")
        put(desk, *[f"Q{n}" for n in range(size)], category="Streets")
        draw(desk, Draw("Streets"), 2)
        statements.clear()
        with unit_of_work():
            drafts.review(desk.course_id).checks  # noqa: B018
        costs.append(len(statements))
    assert costs[0] == costs[1]


# --- checks -----------------------------------------------------------------------------------


def test_draws_that_overlap_and_questions_asked_already_are_counted_together(app: Flask) -> None:
    desk = a_desk("asked")
    put(desk, "A", "B", category="Streets")
    put(desk, "C", category="Streets/Night")
    draw(desk, Draw("Streets", below=False), 2)
    draw(desk, Draw("Streets"))
    assert checks(desk) == []
    with unit_of_work():
        question(2).category = "Law"  # A
    message = "“Test” lacks 1 question to draw: questions 2 and 3, from 1 that can be drawn there"
    assert checks(desk) == [(Level.BLOCKER, "questions", message)]
    with unit_of_work():
        studio_services.add_slot(course_id=desk.course_id, activity_id=desk.quiz_id, question_id=4, first=True)  # C
    message = "“Test” lacks 2 questions to draw: questions 3, 4, and 5, from 1 that can be drawn there"
    assert checks(desk) == [(Level.BLOCKER, "questions", message)]


def test_what_nothing_fills_and_what_is_only_a_draft_are_both_said(app: Flask) -> None:
    desk = a_desk("asked")
    draw(desk, Draw("Nowhere"))
    with unit_of_work():
        question(1).versions[0].state = VersionState.DRAFT
    assert [message for _level, _topic, message in checks(desk)] == [
        "“Test” has 1 question that is only a draft",
        "“Test” lacks 1 question to draw: question 2, from 0 that can be drawn there",
    ]


def test_questions_to_draw_are_looked_at_as_those_that_are_asked(app: Flask) -> None:
    desk = a_desk("asked")
    first, second = put(desk, "A", "B", category="Streets")
    draw(desk, Draw("Streets"))
    silent = msgspec.structs.replace(
        a_choice_question("A"), feedback=None, choices=(Choice("a", text("x"), 1.0), Choice("b", text("y")))
    )
    with unit_of_work():
        add_version(question(first), silent, by=None)
        add_version(question(second), a_choice_question("B, unfinished"), by=None, state=VersionState.DRAFT)
        drafts.load(desk.course_id).languages = ["en", "fr"]
    assert [(topic, message) for level, topic, message in checks(desk) if level is Level.WARNING] == [
        ("feedback", "“Test” has 1 question without feedback"),
        ("versions", "“Test” has 1 question with a newer version that would not be published"),
        ("translation", "“Test” has 3 questions to translate into French"),
    ]


def earning(share: float) -> MultipleChoice:
    """A question whose best answer earns this share."""
    return MultipleChoice(
        text("Which?"), (Choice("a", text("a"), share), Choice("b", text("b"))), text("Yes."), partial=True
    )


@pytest.mark.parametrize(
    ("pass_mark", "certainty", "reached"),
    [
        (95, False, True),  # (1 + 0.9) / 2
        (96, False, False),
        (85, True, True),  # the 0.9 is best given with certainty 3: 3 × 0.9 − 2 = 0.7, so (1 + 0.7) / 2
        (86, True, False),
    ],
)
def test_the_pass_mark_is_in_reach_of_whoever_draws_the_question_that_earns_least(
    app: Flask, pass_mark: float, certainty: bool, reached: bool
) -> None:
    desk = a_desk("asked", quiz=QuizSettings(pass_mark=pass_mark, certainty=certainty))
    (first, _second) = put(desk, "A", "B", category="Streets")
    draw(desk, Draw("Streets"))
    with unit_of_work():
        add_version(question(first), earning(0.9), by=None)
    assert ("pass_mark" in {topic for _level, topic, _message in checks(desk)}) is not reached


@pytest.mark.parametrize(
    ("share", "pass_mark", "reached"), [(0.4, 13, True), (0.4, 14, False), (0.6, 20, True), (0.6, 21, False)]
)
def test_who_is_not_certain_earns_a_third(app: Flask, share: float, pass_mark: float, reached: bool) -> None:
    """0.4 / 3 = 0.133; 0.6 / 3 = 0.2, where certainty 2 gives 0.133 and certainty 3 costs."""
    desk = a_desk(contents=[earning(share)], quiz=QuizSettings(pass_mark=pass_mark, certainty=True))
    assert ("pass_mark" in {topic for _level, topic, _message in checks(desk)}) is not reached


@pytest.mark.parametrize(
    ("wanted", "level", "message"),
    [
        (
            QuizSettings(completes=Completes.ATTEMPTS, least_attempts=3, attempts=2), Level.BLOCKER,
            "“Test” is complete after 3 attempts, and allows 2",
        ),
        (
            QuizSettings(completes=Completes.PASSED_OR_USED_UP), Level.WARNING,
            "“Test” is complete when its attempts are used up, and allows any number",
        ),
        (QuizSettings(time_limit=29), Level.WARNING, "“Test” gives 29 s for 2 questions"),
        (QuizSettings(overdue=Overdue.GRACE), Level.WARNING, "“Test” has a grace period of no length"),
        (
            QuizSettings(bands=(Band(50, text("a")), Band(80, text("b")))), Level.BLOCKER,
            "“Test” says two things to the same score, or something to no score",
        ),
        (
            QuizSettings(bands=(Band(101, text("a")),)), Level.BLOCKER,
            "“Test” says two things to the same score, or something to no score",
        ),
        (
            QuizSettings(bands=(Band(50, text("a")),), review=Review(overall=())), Level.WARNING,
            "“Test” has words for scores that it never shows",
        ),
        (QuizSettings(completes=Completes.ATTEMPTS, least_attempts=3, attempts=3, time_limit=30), None, ""),
        (QuizSettings(bands=(Band(80, text("b")), Band(0, text("a")))), None, ""),
    ],
)  # fmt: skip
def test_settings_that_do_not_go_together_are_said(
    app: Flask, wanted: QuizSettings, level: Level | None, message: str
) -> None:
    desk = a_desk("one", "two", quiz=wanted)
    assert checks(desk) == ([(level, "settings", message)] if level else [])


def test_words_for_a_score_are_to_be_translated(app: Flask) -> None:
    band = Band(50, text("Well done.", fr="Bravo."))
    desk = a_desk("one", quiz=QuizSettings(bands=(band,)))
    with unit_of_work():
        drafts.load(desk.course_id).languages = ["en", "fr"]
    said = "“Test” has words for a score to translate into French"
    assert said not in [message for _level, _topic, message in checks(desk)]
    set_up(desk, QuizSettings(bands=(Band(50, band.text.with_phrase("en", "Very well done.", "en")),)))
    assert said in [message for _level, _topic, message in checks(desk)]


# --- editions from before ---------------------------------------------------------------------


def as_before(data: dict[str, Any]) -> dict[str, Any]:
    """What was stored of a quiz before there were draws, pages and most settings."""
    kept = ("pass_mark", "attempts", "grading", "shuffle")
    return {
        "settings": {name: data["settings"][name] for name in kept},
        "slots": [{"version_id": slot["version_id"], "marks": slot["marks"]} for slot in data["slots"]],
    }


@pytest.fixture
def long_published(app: Flask) -> Callable[[], Desk]:
    """A course that was published before."""

    def make() -> Desk:
        desk = a_desk("one", "two")
        publish(desk)
        with unit_of_work():
            edition = db.session.scalars(sa.select(Edition)).one()
            raw = msgspec.to_builtins(edition.outline)
            for module in raw["modules"]:
                for activity in module["activities"]:
                    if activity["kind"] == "quiz":
                        activity["data"] = as_before(activity["data"])
            edition.outline = msgspec.convert(raw, Outline, strict=False)
        editions.forget()
        return desk

    return make


def test_an_old_edition_does_not_look_changed(long_published: Callable[[], Desk]) -> None:
    desk = long_published()
    assert "pool" not in published(desk).data["slots"][0]
    with unit_of_work():
        review = drafts.review(desk.course_id)
        assert review.difference.count == 0
        (quiz,) = [a for a in drafts.living_activities(review.course) if isinstance(a, Quiz)]
        assert not changes.activity_change(review, quiz, "en").words_differ


def test_what_did_change_since_an_old_edition_is_seen(long_published: Callable[[], Desk]) -> None:
    desk = long_published()
    for settings in (
        QuizSettings(pass_mark=70, time_limit=60),
        QuizSettings(pass_mark=70, behaviour=Behaviour.IMMEDIATE),
    ):
        set_up(desk, settings)
        with unit_of_work():
            review = drafts.review(desk.course_id)
            assert review.difference.activities == {desk.quiz_id: drafts.Change.EDITED}
            (quiz,) = [a for a in drafts.living_activities(review.course) if isinstance(a, Quiz)]
            assert changes.activity_change(review, quiz, "en").words_differ


def test_a_quiz_goes_back_to_an_old_edition(long_published: Callable[[], Desk]) -> None:
    desk = long_published()
    with unit_of_work():
        db.session.execute(sa.update(QuizSlot).values(new_page=False))
    set_up(desk, QuizSettings(time_limit=600))
    with unit_of_work():
        quiz, course = quiz_of(desk)
        get_kind("quiz").restore(quiz, published(desk), course, None)
    with unit_of_work():
        assert drafts.review(desk.course_id).difference.count == 0


# --- back, and copies ---------------------------------------------------------------------------


def slots_of(quiz_id: int) -> list[tuple[int | None, Draw | None, float, bool]]:
    db.session.rollback()
    rows = db.session.execute(
        sa.select(QuizSlot.question_id, QuizSlot.draw, QuizSlot.marks, QuizSlot.new_page)
        .where(QuizSlot.quiz_id == quiz_id)
        .order_by(QuizSlot.rank, QuizSlot.id)
    ).all()
    db.session.rollback()
    return [tuple(row) for row in rows]  # type: ignore[misc]


def test_draws_go_back_to_what_they_were_and_dates_stay(app: Flask) -> None:
    desk = a_desk("one")
    put(desk, "A", "B", "C", category="Streets")
    draw(desk, Draw("Streets"), 2, new_page=False)
    publish(desk)
    before = slots_of(desk.quiz_id)
    closes = datetime(2026, 12, 3, 18, tzinfo=UTC)
    with unit_of_work():
        slots = db.session.scalars(sa.select(QuizSlot).order_by(QuizSlot.rank)).all()
        slots[0].new_page, slots[1].marks = False, 9.0
        db.session.delete(slots[2])
        db.session.execute(sa.update(Quiz.__table__).values(closes_at=closes, access_code="streets"))  # type: ignore[arg-type]
    draw(desk, Draw("Law"))
    for _again in range(2):
        with unit_of_work():
            quiz, course = quiz_of(desk)
            get_kind("quiz").restore(quiz, published(desk), course, None)
        assert slots_of(desk.quiz_id) == before
    with unit_of_work():
        assert drafts.review(desk.course_id).difference.count == 0
        quiz, _course = quiz_of(desk)
        assert (quiz.closes_at, quiz.access_code) == (closes, "streets")


def test_publishing_an_old_edition_again_brings_no_old_dates(app: Flask) -> None:
    desk = a_desk("one")
    first, last = datetime(2026, 12, 3, 18, tzinfo=UTC), datetime(2026, 12, 9, 18, tzinfo=UTC)
    table = Quiz.__table__
    with unit_of_work():
        db.session.execute(sa.update(table).values(closes_at=first, access_code="first"))  # type: ignore[arg-type]
    publish(desk)
    with unit_of_work():
        db.session.execute(sa.update(table).values(closes_at=last, access_code="last"))  # type: ignore[arg-type]
    set_up(desk, QuizSettings(pass_mark=50))
    publish(desk)
    with unit_of_work():
        number = db.session.scalars(sa.select(Edition).order_by(Edition.number)).first()
        assert number and "closes_at" not in str(msgspec.to_builtins(number.outline))
        services.publish_again(course_id=desk.course_id, number=1, in_force=2, by=None)
    with unit_of_work():
        quiz, _course = quiz_of(desk)
        assert (quiz.closes_at, quiz.access_code) == (last, "last")


def test_a_copy_in_the_course_draws_the_same_and_has_no_dates(app: Flask) -> None:
    desk = a_desk("one")
    put(desk, "A", category="Streets")
    draw(desk, Draw("Streets"), new_page=False)
    with unit_of_work():
        quiz, course = quiz_of(desk)
        quiz.closes_at, quiz.access_code = datetime(2026, 12, 3, 18, tzinfo=UTC), "streets"
        into = get_kind("quiz").new(
            course_id=course.id, module_id=quiz.module_id, key="copy", rank="zzz", title=quiz.title, minutes=1
        )
        db.session.add(into)
        db.session.flush()
        get_kind("quiz").copy(quiz, into, course)
        assert isinstance(into, Quiz) and into.closes_at is None and into.access_code is None
        copied = into.id
    assert slots_of(copied) == slots_of(desk.quiz_id)


def test_a_draw_brings_what_it_draws_into_another_course(app: Flask) -> None:
    desk = a_desk("one")
    put(desk, "A", "B", category="Streets", tags=("law",))
    put(desk, "C", category="Elsewhere")
    draw(desk, Draw("Streets", tags=("law",)), 2)
    other = a_draft(modules=1, lessons=0)
    with unit_of_work():
        quiz, _course = quiz_of(desk)
        course = drafts.load(other.id)
        into = get_kind("quiz").new(
            course_id=course.id,
            module_id=course.living_modules()[0].id,
            key="copy",
            rank="z",
            title=quiz.title,
            minutes=1,
        )
        db.session.add(into)
        db.session.flush()
        get_kind("quiz").copy(quiz, into, course)
    assert keys(other.id) == ["question-1", "spare-a", "spare-b"]
    with unit_of_work():
        found = get_kind("quiz").checks(quiz_of_course(other.id), drafts.load(other.id))
        assert [check.message for check in found] == []


def quiz_of_course(course_id: int) -> Quiz:
    (quiz,) = [a for a in drafts.living_activities(drafts.load(course_id)) if isinstance(a, Quiz)]
    return quiz


def test_a_copy_of_the_course_draws_too_and_is_open_at_any_time(app: Flask) -> None:
    desk = a_desk("one")
    put(desk, "A", category="Streets")
    draw(desk, Draw("Streets"))
    with unit_of_work():
        quiz, course = quiz_of(desk)
        quiz.opens_at, quiz.access_code = datetime(2026, 12, 3, 18, tzinfo=UTC), "streets"
        copy = Copy(course, desk.trainer.id).run("Streets again", "streets-again")
        copied = copy.id
    with unit_of_work():
        quiz = quiz_of_course(copied)
        assert [slot.draw for slot in quiz.ordered_slots()] == [None, Draw("Streets")]
        assert (quiz.opens_at, quiz.closes_at, quiz.access_code) == (None, None, None)
        assert get_kind("quiz").checks(quiz, drafts.load(copied)) == []


# --- words ------------------------------------------------------------------------------------


def test_draws_and_what_they_draw_from_are_read_beside_each_other(app: Flask) -> None:
    desk = a_desk("one", quiz=QuizSettings(pass_mark=70, bands=(Band(80, text("Well done.", fr="Bravo.")),)))
    put(desk, "A", "B", category="Streets", tags=("law",))
    draw(desk, Draw("Streets", tags=("law",)), new_page=False, marks=2)
    publish(desk)
    kind = get_kind("quiz")
    with unit_of_work():
        quiz, course = quiz_of(desk)
        draft = kind.passages(quiz, course, "fr")
        assert draft == kind.published_passages(published(desk), "en", "fr")
    assert [passage.label for passage in draft] == ["Settings", "Question 1", "Question 2", "Questions to draw from"]
    assert draft[0].words.splitlines()[-1] == "From 80%: Bravo."
    assert draft[2].words.splitlines() == [
        "Drawn at random from “Streets” and below it, tagged “law”", "2 questions to draw from", "Worth 2 marks",
        "On the page of the question before",
    ]  # fmt: skip
    assert [line for line in draft[3].words.splitlines() if len(line) == 1] == ["A", "B"]
    put(desk, "C", category="Streets/Night", tags=("law",))
    with unit_of_work():
        review = drafts.review(desk.course_id)
        (quiz,) = [a for a in drafts.living_activities(review.course) if isinstance(a, Quiz)]
        change = changes.activity_change(review, quiz, "en")
        assert [part.label for part in change.parts if part.differs] == ["Question 2", "Questions to draw from"]


def test_what_a_quiz_is_and_when_it_is_complete(app: Flask) -> None:
    def said(settings: QuizSettings) -> tuple[str, str]:
        desk = a_desk("one", "two", quiz=settings)
        publish(desk)
        activity = published(desk)
        return get_kind("quiz").describe(activity), get_kind("quiz").completes(activity)

    assert said(QuizSettings()) == ("2 questions", "Complete when you have submitted your answers")
    assert said(QuizSettings(70, time_limit=1800)) == ("2 questions, with a time limit", "Complete when you reach 70%")
    used_up = QuizSettings(70, attempts=2, completes=Completes.PASSED_OR_USED_UP)
    assert said(used_up)[1] == "Complete when you reach 70%, or have used all attempts"
    counted = QuizSettings(70, completes=Completes.ATTEMPTS, least_attempts=2)
    assert said(counted)[1] == "Complete when you have submitted 2 attempts"


@pytest.mark.parametrize(("limit", "minutes"), [(None, 2), (1800, 30), (90, 2), (30, 1)])
def test_how_long_it_takes(app: Flask, limit: int | None, minutes: int) -> None:
    desk = a_desk("one", "two")
    with unit_of_work():
        db.session.execute(sa.update(Activity).values(minutes_given=False))
    with unit_of_work():
        stands = studio_queries.get_quiz(desk.course_id, desk.quiz_id).settings
        studio_services.set_up(
            course_id=desk.course_id, activity_id=desk.quiz_id, made_from=stands,
            settings=QuizSettings(pass_mark=60, time_limit=limit),
        )  # fmt: skip
    with unit_of_work():
        quiz, course = quiz_of(desk)
        assert (get_kind("quiz").length(quiz, course), quiz.minutes) == (minutes, minutes)


# --- translations -----------------------------------------------------------------------------


def test_what_may_be_drawn_and_what_is_said_to_scores_is_translated(app: Flask) -> None:
    band = Band(66.5, text("Well done."))
    desk = a_desk("one", quiz=QuizSettings(pass_mark=70, bands=(band, Band(0, text("Try again.")))))
    put(desk, "A", category="Streets")
    draw(desk, Draw("Streets"))
    kind = get_kind("quiz")
    with unit_of_work():
        quiz, course = quiz_of(desk)
        units = kind.units(quiz, course, "fr")
        assert [unit.group for unit in units][:1] == ["Question 1"]
        assert {unit.group for unit in units} == {"Question 1", "To draw: spare-a", "What is said to the score"}
        assert [(unit.key, unit.label) for unit in units[-2:]] == [
            ("_bands/66.5", "Said from 66.5%"), ("_bands/0", "Said from 0%"),
        ]  # fmt: skip
        version = quiz.version_id
        kind.translate(quiz, course, "fr", {"_bands/66.5": "Bravo.", "spare-a/stem": "A, en français"}, desk.trainer.id)
    with unit_of_work():
        quiz, course = quiz_of(desk)
        assert quiz.settings.bands[0].text == text("Well done.", fr="Bravo.")
        assert quiz.version_id == version
        latest = question(2).latest_ready
        assert latest and latest.content.stem.best("fr", "en") == "A, en français"
        assert kind.units(quiz, course, "en") == []
        with pytest.raises(LookupError):
            kind.translate(quiz, course, "fr", {"_bands/50": "x"}, None)


def test_a_translation_of_what_is_said_to_scores_leaves_settings_made_meanwhile(app: Flask) -> None:
    desk = a_desk("one", quiz=QuizSettings(pass_mark=70, bands=(Band(0, text("Try again.")),)))
    with unit_of_work():
        quiz, course = quiz_of(desk)
        meanwhile = msgspec.structs.replace(quiz.settings, attempts=2)
        db.session.execute(sa.update(Quiz.__table__).values(settings=meanwhile))  # type: ignore[arg-type]
        get_kind("quiz").translate(quiz, course, "fr", {"_bands/0": "Encore."}, desk.trainer.id)
    with unit_of_work():
        settings = quiz_of(desk)[0].settings
        assert (settings.attempts, settings.bands[0].text) == (2, text("Try again.", fr="Encore."))


def test_a_translation_of_a_question_is_numbered_after_what_was_saved_meanwhile(app: Flask) -> None:
    desk = a_desk("one")
    with unit_of_work():
        quiz, course = quiz_of(desk)
        read = quiz.ordered_slots()[0].question
        assert read and [version.number for version in read.versions] == [1]
        table = QuestionVersion.__table__
        columns = [column for column in table.columns if column.name != "id"]
        values = [sa.literal(2) if column.name == "number" else column for column in columns]
        db.session.execute(sa.insert(table).from_select([column.name for column in columns], sa.select(*values)))  # type: ignore[arg-type]
        (unit, *_more) = get_kind("quiz").units(quiz, course, "fr")
        get_kind("quiz").translate(quiz, course, "fr", {unit.key: "Une"}, desk.trainer.id)
    with unit_of_work():
        assert sorted(version.number for version in question(1).versions) == [1, 2, 3]


def test_what_a_translation_was_made_from_is_found_again(app: Flask) -> None:
    desk = a_desk("one", quiz=QuizSettings(pass_mark=70, bands=(Band(80, text("Well done.", fr="Bravo.")),)))
    publish(desk)
    with unit_of_work():
        quiz, course = quiz_of(desk)
        edited = quiz.settings.bands[0].text.with_phrase("en", "Very well done.", "en")
        quiz.settings = msgspec.structs.replace(quiz.settings, bands=(Band(80, edited),))
        db.session.flush()
        (unit,) = [u for u in get_kind("quiz").units(quiz, course, "fr") if u.key.startswith("_bands")]
        assert unit.stale and unit.made_from
        assert get_kind("quiz").former_sources(quiz, course, {unit.made_from}) == {unit.made_from: "Well done."}


# --- trying and listing ---------------------------------------------------------------------------


def test_a_trial_asks_a_question_for_each_draw_and_none_twice(app: Flask) -> None:
    desk = a_desk("one")
    put(desk, "A", "B", category="Streets")
    draw(desk, Draw("Streets"), 2)
    with unit_of_work():
        quiz, course = quiz_of(desk)
        player = get_kind("quiz").try_out(quiz, course, "en", {"go": ["1"]})
        assert player
        sitting = player.context["desk_at"](None, None, None).sitting
        asked = [q.content.stem.best("en", "en") for q in sitting.questions]
    assert asked == ["one", "A", "B"]


def test_the_editor_is_told_how_many_match_and_how_many_are_missing(app: Flask) -> None:
    desk = a_desk("one")
    put(desk, "A", category="Streets")
    put(desk, "B", category="Streets", ready=False)
    draw(desk, Draw("Streets"), 2, new_page=False)
    draw(desk, Draw("", below=False))
    with unit_of_work():
        lines = studio_slots.list_slots(studio_queries.get_quiz(desk.course_id, desk.quiz_id), ["en"])
    draws = [line for line in lines if isinstance(line, studio_slots.DrawLine)]
    assert [(line.questions, line.missing, line.rivals, line.page) for line in draws] == [
        (1, 1, (3,), 1), (1, 1, (2,), 1), (0, 1, (), 2),
    ]  # fmt: skip
    assert [content.stem.best("en", "en") for _id, _own, content in draws[0].listed] == ["A"]
    with unit_of_work():
        assert studio_slots.list_labels(desk.course_id) == (["Streets"], [])
