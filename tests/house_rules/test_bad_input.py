"""Whatever is sent to a route, the answer is a page that says so, never a fault of ours; what is refused leaves no row.

The routes are walked, so that a new one is held to this from its first day.
"""

from __future__ import annotations

import io
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from app.auth import passwords, tokens
from app.auth.models import Person, PersonState
from app.auth.tokens import Purpose
from app.core.text import string_hash
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.extensions import db
from app.grants.editor.versions import mark
from app.grants.rules import Completed
from tests.factories import PASSWORD, PASSWORD_HASH, a_person, signed_in, text

from .scene import CODE, UPLOAD, Scene, a_scene, rows_by_table
from .test_routes import requests

DIGITS = "9" * 5000  # Python refuses to read a number as long
NUMBERS = (
    "",
    "-1",
    "0",
    "2147483648",
    "9223372036854775807",
    "99999999999999999999",
    DIGITS,
    "1e9",
    "١٢",
    "²",
    "1_000",
)
WORDS = ("\x00", "a\x00b", "\x85\u2028\ufffe", "x" * 1_000_000, "<script>alert(1)</script>", "{{ 7*7 }}%s", "../../x")
NASTY = (*NUMBERS, *WORDS)
# What PostgreSQL takes otherwise than SQLite, where all of it is sent: ranges of numbers, places to begin at, bytes.
NASTY_TO_POSTGRESQL = ("-1", "2147483648", "9223372036854775807", "99999999999999999999", *WORDS[:4])

# What each form sends, as a person would fill it in.
CITY = {
    "name": "Bergen", "country": "NO", "region": "europe", "size_band": "medium", "joined_on": "2016-05-01",
    "left_on": "", "domains": "bergen.example", "figures_public": "y",
}  # fmt: skip
PROFILE = {"name": "Amina Trabelsi", "language": "en", "time_zone": "UTC"}
QUESTIONS_FILE = b64encode(
    zlib.compress(b"type,question,answer 1,answer 2,right\nsingle_choice,Who is heard first?,Neighbours,Others,1\n")
).decode()
SEEN = mark(Completed(course_id=1), 1)  # as the scene's draft of a rule is at first
FORMS: dict[str, dict[str, str]] = {
    "rules.approve": {},
    "rules.arrange": {"seen": SEEN, "way": "into-not"},
    "rules.discard": {"seen": SEEN},
    "rules.dismiss": {"why": "It shuts small cities out."},
    "rules.edit_part": {"seen": SEEN, "kind": "completed", "mark": "0" * 64, "course": "1", "min_score": "70",
                        "within_months": "24"},
    "rules.new": {"seen": SEEN, "at_once": "", "reason": "Cities asked.", "approved_by": "the board",
                  "approved_on": "2026-11-20"},
    "rules.new_part": {"seen": SEEN, "kind": "city_trained", "under": "whole", "course": "1", "measure": "people",
                       "people": "3", "share": "12,5", "within_months": "24"},
    "rules.start": {"seen": SEEN},
    "rules.take_back": {},
    "rules.undo": {"seen": SEEN},
    "applications.create": {"city": "1"},
    "applications.save": {
        "go": "save", "text.version": "1", "text.seen": "x", "text.text": "Another plan", "amount.version": "0",
        "amount.amount": "12,000", "budget.version": "0", "budget.item": "Staff", "budget.cost": "10,000",
        "reach.version": "0", "reach.choice": "schools",
    },
    "submissions.ask": {},
    "submissions.endorse": {},
    "submissions.submit": {},
    "submissions.take_back": {},
    "submissions.withdraw": {},
    "administration.run_again": {},
    "administration.send_again": {},
    "administration.send_all_again": {},
    "notices.choose": {
        "welcome": "digest", "enrolled": "at_once", "due_soon": "digest", "late": "digest",
        "certificate_expiring": "digest", "new_edition": "not", "marked": "at_once", "grant_opened": "at_once",
        "grant_closing": "digest", "rule_waits": "digest", "said_for_you": "digest", "application_word": "at_once",
        "rule_decided": "digest",
    },
    "notices.open_one": {},
    "notices.read_all": {},
    "notices.stop": {},
    "assignments.change_due": {"when": "day", "day": "2099-05-31", "days": "30"},
    "assignments.create": {
        "course": "1", "whom": "city", "city": "1", "cohort": "1", "person": "1", "who": "amina", "role": "trainer",
        "when": "days", "day": "2099-05-31", "days": "30",
    },
    "assignments.end": {},
    "assignments.preview": {
        "course": "1", "whom": "person", "city": "1", "cohort": "1", "person": "1", "who": "amina", "role": "trainer",
        "when": "days", "day": "2099-05-31", "days": "30",
    },
    "auth.accept_invitation": {**PROFILE, "password": "a longer secret"},
    "cohorts.add": {"person": "1"},
    "cohorts.add_addresses": {"addresses": "someone@ghent.example, other@ghent.example"},
    "cohorts.end": {},
    "cohorts.new": {
        "name": "Spring", "kind": "rule", "of_city": "1", "cities": "1", "regions": "europe", "countries": "BE",
        "sizes": "medium", "roles": "trainer", "joined_from": "2026-01-01", "joined_before": "2027-01-01",
    },
    "cohorts.remove": {},
    "cohorts.rename": {"name": "Summer"},
    "appeal_answers.answer": {"outcome": "upheld", "amount": "20000", "answer": "The figure was right.", "beyond": "y"},
    "appeal_answers.pass_on": {
        "owner": "4", "day": (date.today() + timedelta(days=30)).isoformat(), "seen": "0:2027-03-01T09:00:00Z",
    },
    "appeals.make": {"reason": "A figure was wrong."},
    "decisions.decide": {
        "outcome": "refused", "amount": "20000", "reason": "Too dear.", "beyond": "y", "action": "draft",
    },
    "decisions.draft_many": {"application": "1:1", "outcome": "awarded", "amount": "20000", "reason": "Sound."},
    "decisions.drop": {"version": "1"},
    "decisions.look_over": {"application": "1:1"},
    "decisions.send_many": {"application": "1:1", "beyond": "y"},
    "duties.save": {"text": "All lamps stand.", "version": "1", "action": "hand_in"},
    "enrolments.bring_back": {},
    "enrolments.withdraw": {"reason": "Works elsewhere."},
    "learn.withdraw": {},
    "people.invite_again": {},
    "people_import.confirm": {},
    "people_import.create": {},
    "people_import.drop": {},
    "auth.change_email": {"email-email": "new@ghent.example", "email-current_password": PASSWORD},
    "auth.change_password": {"password-password": "a longer secret", "password-current_password": PASSWORD},
    "auth.create_account": {**PROFILE, "email": "someone@ghent.example", "password": "a longer secret"},
    "auth.create_confirmation": {},
    "auth.create_reset": {"email": "someone@ghent.example"},
    "auth.create_sign_in": {
        "email": "someone@ghent.example", "password": PASSWORD, "next": "/account", "carried-path": "/account",
        "carried-files": "picture", "carried.name": "Amina",
    },
    "auth.erase": {"names": "take_off", "current_password": PASSWORD},
    "auth.register_again": {},
    "auth.send_link": {},
    "auth.sign_out": {},
    "auth.sign_out_elsewhere": {},
    "auth.update_email": {},
    "auth.update_password": {"password": "a longer secret"},
    "auth.update_profile": {f"profile-{name}": value for name, value in PROFILE.items()},
    "certificates.share": {"holder": "y", "city": "y", "hours": "y", "score": "y"},
    "issued.reinstate": {},
    "issued.revoke": {"why": "Issued by mistake."},
    "cities.edit": {**CITY, "before": "", "take": "name"},
    "cities.new": CITY,
    "calls.create": {
        "before": "", "title": "Safer parks", "summary": "For green places.", "source_language": "en",
        "slug": "safer-parks", "time_zone": "Europe/Brussels", "opens_at": "2098-01-04T09:00",
        "opens_at_which": "first", "closes_at": "2098-03-31T18:00:00", "closes_at_which": "second", "grants": "12",
        "currency": "EUR", "ceiling": "50000", "why": "", "take": "title",
    },
    "calls.delete": {},
    "calls.publish": {"seen": "1", "rule": "1"},
    "calls.update": {
        "before": "", "title": "Safer streets", "summary": "For what comes first.", "slug": "safer-streets",
        "time_zone": "Europe/Brussels", "opens_at": "2098-01-04T09:00", "opens_at_which": "first",
        "closes_at": "2098-03-31T18:00:00", "closes_at_which": "second", "grants": "12", "currency": "EUR",
        "ceiling": "50000", "why": "Asked for", "take": "title",
    },
    "calls.withdraw": {"why": "Too early"},
    "call_questions.create": {
        "before": "", "title": "Where?", "help": "One is enough.", "required": "y", "choice_key": "",
        "choice_label": "North", "why": "", "action": "more",
    },
    "call_questions.place": {"direction": "down"},
    "call_questions.remove": {"before": "", "why": ""},
    "call_questions.update": {
        "before": "", "title": "Where?", "help": "One is enough.", "required": "y", "choice_key": "north",
        "choice_label": "North", "why": "", "action": "up-1",
    },
    "call_texts.save": {
        "text.title": "Des rues plus sûres", "shown.title": "", "source.title": string_hash("Safer streets"),
        "fits": "title", "why": "",
    },
    "captions.remove": {},
    "captions.save": {"text": "WEBVTT\n\n00:01.000 --> 00:02.000\nGood morning."},
    "grants.declare": {"key": "scene", "holds": "yes"},
    "trace.end_waiver": {"end-1-why": "The river fell."},
    "trace.waive": {"leaf": "0" * 64, "reason": "A flood", "until": "2099-12-31"},
    "grants.remind": {"wanted": "no"},
    "grants.remind_near": {},
    "learn.complete": {},
    "learn.enrol": {},
    "learn.language": {"language": "en", "activity": "lesson-1-1"},
    "learn.renew": {},
    "learn.spend": {
        "sitting": "1-2-3-4-5", "sequence": "1", "visible": "60", "used": "50", "share": "0.5", "ago": "3",
        "media": '{"abc": 12}',
    },
    "learners.give": {"action": "excused", "reason": "She teaches this herself."},
    "library.add": {"upload": UPLOAD, "seconds": "61.5", "width": "1280", "height": "720"},
    "library.measure": {"seconds": "61.5", "width": "1280", "height": "720"},
    "library.remove": {},
    "library.update": {
        "f000000000000-name": "map.webp", "f000000000000-alternative_en": "A map.", "f000000000000-version": "1",
        "f000000000000-decorates": "",
    },
    "people.end_role": {},
    "people.erase": {"names": "keep", "reason": "Asked for it by letter."},
    "people.grant": {"role": "trainer"},
    "people.leave": {},
    "people.place": {"city": "2"},
    "people.reopen": {},
    "quizzes.check": {"slot": "0", "q0-sequence": "0", "q0-choice": "a", "q0-certainty": "2", "check": "0"},
    "quizzes.respond": {
        "slot": "0", "q0-sequence": "1", "q0-choice": "a", "q0-certainty": "1", "q0-flagged": "on", "go": "1",
        "again": "0", "q0-text": "zebra",
    },
    "quizzes.start": {"code": "zebra"},
    "quizzes.submit": {},
    "reviewers.assign": {"pair": "1:2"},
    "reviewers.release": {},
    "reviews.decline": {"why": "My sister leads it."},
    "reviews.save": {"version": "1", "comment": "A good one.", "action": "save"},
    "reports.schedule": {"report": "due", "rhythm": "weekly", "city": "1", "state": "late"},
    "reports.stop": {},
    "site.choose_language": {"language": "en"},
    "bank.change": {
        "do": "tag", "question": "1", "tags": "night, day", "category": "streets", "quiz": "", "counted": "2",
    },
    "bank.delete": {"question": "1"},
    "bank.undo": {},
    "bank_naming.remove_tag": {"old": "day"},
    "bank_naming.rename_category": {"old": "streets", "path": "streets/crossings", "merge": ""},
    "bank_naming.rename_tag": {"old": "night", "name": "dusk", "merge": ""},
    "bank_question.duplicate": {},
    "bank_question.file": {
        "file-before": '{"category":"","tags":["dusk"]}', "file-category": "streets", "file-tags": "night, day",
    },
    "bank_question.hide": {},
    "bank_question.show": {},
    "bodies.restore": {},
    "bodies.withdraw": {"why": "It names a person."},
    "editions.publish": {"note": "A new lesson.", "seen": "1.00000000.00000000.1-00000000"},
    "editions.publish_again": {"note": "Edition 1 again.", "in_force": "1"},
    "preview.try_out": {
        "so_far": '{"0":{"answer":{"type":"single_choice","choice":"a"}}}', "slot": "1", "q1-choice": "b", "go": "2",
        "check": "1",
    },
    "builder.add_activity": {"kind": "lesson"},
    "builder.add_module": {},
    "builder.copy_activity": {},
    "builder.copy_module": {},
    "builder.edit_module": {"completed_by": "some", "enough": "1", "version": "1"},
    "builder.edit_activity": {
        "required": "y", "length": "given", "minutes": "5", "above": "y", "after": "lesson-2-1", "version": "x",
    },
    "builder.place_activity": {"direction": "down", "module": "1", "before": "2"},
    "builder.place_module": {"direction": "down", "before": "2"},
    "builder.remove_activity": {},
    "builder.remove_module": {},
    "builder.rename_activity": {"title": "Lesson 1.1", "version": "x"},
    "builder.rename_module": {"title": "Module 1", "version": "x"},
    "builder.return_activity": {},
    "builder.return_module": {},
    "changes.discard": {"change": "edited", "seen": "x"},
    "changes.discard_part": {"change": "summary", "seen": "x"},
    "studio.new": {"title": "Streets", "source_language": "en", "slug": "streets"},
    "course_settings.update": {
        "before": "", "title": "The city’s part", "summary": "What a city can do, and what it cannot.",
        "topics": "prevention", "length": "computed", "minutes": "", "order": "free", "completed_by": "required",
        "enough": "", "scored": "any", "min_score": "", "validity": "months", "certificate_months": "24",
        "take": "title",
    },
    "course_settings.move": {"was": "the-citys-part", "slug": "the-citys-part"},
    "archiving.update": {"seen": "x", "replaced_by": ""},
    "archiving.bring_back": {},
    "audience.update": {"before": "", "admits": "anyone", "cities": "1", "roles": "trainer"},
    "audience.invite": {"addresses": "someone@ghent.example, other@ghent.example"},
    "audience.take_back": {},
    "course_trainers.invite": {"email": "someone@ghent.example", "role": "lead", "languages": "fr"},
    "course_trainers.change": {"part1-role": "lead", "part1-languages": "fr"},
    "course_trainers.remove": {},
    "translation.add": {"language": "de", "tag": ""},
    "translation.remove": {},
    "translation.save_activity": {
        "text.title": "Leçon", "shown.title": "", "source.title": string_hash("Lesson 1.1"), "fits": "", "next": "1",
    },
    "translation.save_course": {
        "text.title": "Le rôle", "shown.title": "", "source.title": string_hash("The city’s part"), "fits": "",
    },
    "xliff.check": {"file": ""},
    "xliff.take": {"file": "eJw="},
    "questions.create": {
        "type": "single_choice", "quiz": "9", "number": "0", "stem": "Who is heard first?", "feedback": "Think of it.",
        "choices-0-key": "", "choices-0-text": "The city", "choices-0-feedback": "No.", "choices-0-earns": "10",
        "choices-1-text": "Its people", "right": "1", "action": "save",
    },
    "questions_moving.imports": {
        "format": "any", "language": "en", "category": "Streets/Crossings", "tags": "safety", "state": "ready",
    },
    "questions_moving.take": {
        "format": "csv", "language": "en", "category": "Streets", "tags": "safety", "state": "draft",
        "name": "questions.csv", "leave_out": "y", "seen-heard": "1", "way-heard": "version",
        "file": QUESTIONS_FILE,
    },
    "questions.delete": {},
    "questions.restore": {},
    "questions.save": {
        "quiz": "", "number": "1", "stem": "Who is heard?", "choices-0-key": "a", "choices-0-text": "The city",
        "choices-1-text": "Its people", "right": "0", "action": "draft",
    },
    "quiz_studio.add": {"question": "1", "marks": "2", "after": "1", "pinned": "1"},
    "quiz_delivery.give": {
        "whom": "person", "who": "Amina", "person": "1", "city": "1", "zone": "Europe/Brussels", "minutes": "",
        "closes_at": "2026-12-10T18:00", "attempts": "", "reason": "She was ill.",
    },
    "quiz_delivery.update": {
        "before": '{"opens_at":null,"closes_at":null,"access_code":null}', "zone": "Europe/Brussels",
        "opens_at": "2026-12-01T08:00", "closes_at": "2026-12-03T18:00", "access_code": "streets",
    },
    "quiz_delivery.withdraw": {},
    "quiz_studio.draw": {"category": "all", "below": "y", "count": "2", "marks": "1.5"},
    "quiz_studio.duplicate": {},
    "quiz_studio.follow": {},
    "quiz_studio.move": {"move": "down", "after": "1"},
    "quiz_studio.paginate": {"pages": "every", "every": "2"},
    "quiz_studio.redraw": {"draw1-category": "all", "draw1-below": "y"},
    "quiz_studio.remove": {},
    "quiz_studio.set_up": {
        "made_from": "{}", "pass_mark": "70", "attempts": "3", "grading": "highest", "shuffle": "y",
        "completes": "attempts", "least_attempts": "2", "wait": "2", "wait_unit": "days", "builds_on_last": "y",
        "time_limit": "30", "overdue": "grace", "grace": "5", "behaviour": "interactive", "tries": "3",
        "penalty": "33.33", "anonymous_marking": "y", "shuffle_questions": "y", "review_attempt": "during",
        "review_overall": "closed", "right_once_done": "y", "bands-0-was": "0", "bands-0-start": "80",
        "bands-0-text": "Well done.",
    },
    "quiz_studio.turn_page": {"page": "1"},
    "quiz_studio.weigh": {"marks": "2.5"},
    "marking.mark": {"points": "0.5", "comment": "Half of it.", "seen": "0", "go": "mark", "from": "attempt"},
    "regrades.create": {"question": "1", "version": "1", "seen": "0123456789abcdef", "reason": "The key was wrong."},
    "uploads.create": {},
    "writing.keep": {"note": "Before the summer"},
    "writing.restore": {"version": "1"},
    "writing.save": {"html": "<p>A text.</p>", "version": "1", "choice": ""},
    "moving.answer": {"reviewed": "y"},
    "moving.copy": {"title": "A copy", "address": "a-copy"},
    "moving.drop": {},
    "moving.export": {},
    "moving.new": {"upload": ""},
    "moving.place": {"address": "another-address"},
}  # fmt: skip
# What the addresses of pages ask.
QUESTIONS: dict[str, dict[str, str]] = {
    "rules.edit": {"on": "2026-12-31", "count": "yes"},
    "rules.count": {"kind": "city_trained", "under": "whole", "course": "1", "measure": "share", "share": "12,5"},
    "rules.preview": {"page": "2"},
    "rules.look": {"q": "amina", "person": "1", "city": "1"},
    "rules.new_part": {"kind": "declared", "under": "0-1"},
    "auth.sign_in": {"next": "/account"},
    "notices.index": {"page": "1"},
    "library.index": {"sort": "picture", "unused": "y"},
    "certificates.verify": {"code": CODE},
    "issued.index": {"q": "amina", "status": "revoked", "page": "1"},
    "cities.index": {"q": "ghent", "region": "europe"},
    "courses.catalogue": {"q": "city", "language": "en", "topic": "prevention", "length": "short"},
    "grants.network": {"region": "europe", "show": "near", "page": "1"},
    "trace.show": {"at": "2026-11-01", "person": "1"},
    "grants.what_if": {"city": "1", "person": "1", "course": "1"},
    "call_questions.preview": {"language": "fr"},
    "call_texts.index": {"add": "ar"},
    "applications.show": {"missing": "1", "more": "budget"},
    "decisions.index": {"show": "drafted", "q": "ghent", "page": "1"},
    "decisions.sending": {"application": "1:1", "show": "drafted", "q": "ghent", "page": "1"},
    "duties.overview": {"page": "1"},
    "people.index": {"q": "amina", "city": "1", "state": "active", "role": "trainer", "page": "1"},
    "quizzes.attempt": {"question": "1", "again": "1"},
    "reports.attempts": {
        "course": "the-citys-part",
        "quiz": "test",
        "outcome": "first-passed",
        "sort": "score",
        "page": "1",
    },
    "reports.attempts_file": {"course": "the-citys-part", "quiz": "test", "outcome": "passed"},
    "reports.completion": {"by": "month", "sort": "late", "page": "2", "region": "europe", "country": "BE"},
    "reports.due": {"course": "the-citys-part", "cohort": "1", "role": "trainer"},
    "reports.inactive": {"period": "all", "idle": "30"},
    "reports.people": {
        "from": "2026-01-01",
        "to": "2026-12-31",
        "basis": "completed",
        "city": "1",
        "course": "the-citys-part",
        "activity": "lesson-1-1",
        "came": "reached",
        "state": "completed",
        "due": "7",
        "sort": "name",
        "page": "1",
    },
    "reports.people_file": {"period": "12", "region": "europe", "course": "the-citys-part", "city": "Ghent, Belgium"},
    "reports.practitioners": {"city": "1", "role": "trainer", "sort": "quiet", "page": "1"},
    "reports.practitioners_file": {"period": "all", "region": "europe"},
    "reports.quizzes": {"period": "3", "page": "1"},
    "reports.times": {"course": "the-citys-part"},
    "reviewers.choose": {"q": "amina", "person": "2", "application": "1", "each": "2"},
    "letters.show": {"city": "1"},
    "site.network": {"region": "europe"},
    "editions.activity": {"against": "1", "language": "en"},
    "assignments.index": {"course": "1", "ended": "y", "page": "1"},
    "assignments.new": {"course": "1", "whom": "person", "person": "1", "cohort": "1", "city": "1"},
    "assignments.show": {"page": "1"},
    "cohorts.index": {"ended": "y"},
    "cohorts.show": {"q": "amina", "page": "1"},
    "editions.preview": {"language": "en"},
    "editions.show": {"against": "1", "language": "en"},
    "preview.activity": {"language": "en"},
    "preview.course": {"language": "en"},
    "changes.activity": {"language": "en"},
    "changes.course": {"language": "en"},
    "studio.course": {"removed": "activity-1", "at": "activity-1"},
    "translation.show": {"left": "1"},
    "bank.index": {
        "q": "first",
        "category": "streets",
        "tag": "night",
        "type": "single_choice",
        "state": "ready",
        "used": "draft",
        "order": "key",
        "page": "1",
        "done": "1",
    },
    "learners.index": {"q": "amina", "page": "1"},
    "marking.answer": {"from": "attempt"},
    "marking.attempts": {"q": "amina", "waiting": "y", "page": "1"},
    "regrades.new": {"question": "1", "version": "1", "page": "1"},
    "questions.edit": {"quiz": "1"},
    "questions_moving.download": {"ids": "1", "quiz": "", "language": "en", "category": "Streets", "tag": "safety"},
    "questions_moving.exports": {"ids": "1", "quiz": "", "language": "en", "category": "Streets", "tag": "safety"},
    "questions.new": {"type": "short_answer", "quiz": "1"},
    "quiz_studio.edit": {
        "q": "first",
        "category": "/",
        "tag": "night",
        "removed": "draw",
        "draw": '{"category":"Streets"}',
        "marks": "1",
        "after": "first",
        "pinned": "1",
        "page": "0",
    },
}
OF_QUIZZES = {"preview.try_out", "quizzes.start"}
OWNERS = {
    "applications": "coordinator",
    "submissions": "coordinator",
    "quizzes": "practitioner",
    "certificates": "practitioner",
    "notices": "trainer",
    "learn": "practitioner",
    "studio": "trainer",
    "library": "trainer",
    "appeals": "coordinator",
    "duties": "coordinator",
    "writing.edit": {"language": "en"},
    "writing.history": {"language": "en", "before": "1", "after": "now"},
}
FOR_VISITORS = {"auth.create_account", "auth.create_sign_in", "auth.create_reset", "auth.register_again"}


@pytest.fixture
def tokens_apart(app: Flask) -> Iterator[None]:
    """Forms are taken without their token, which is another question."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr(passwords, "DUMMY", PASSWORD_HASH)


@pytest.fixture
def scene(app: Flask) -> Scene:
    """The network, with something in the draft to publish."""
    made = a_scene()
    with unit_of_work():
        db.session.execute(sa.update(Course).values(summary=text("What a city can do, and what it cannot.")))
    return made


def addresses(app: Flask, scene: Scene, method: str) -> Iterator[tuple[str, str]]:
    """Every endpoint with `method`, and an address of it that leads somewhere: links in mails with their token.

    Who is erased is nobody whom the others name.
    """
    waiting, other = a_person(state=PersonState.UNCONFIRMED), a_person(state=PersonState.UNCONFIRMED)
    invited = a_person(state=PersonState.INVITED)
    invited_id = invited.id
    with app.test_request_context():
        links = {
            "auth.create_confirmation": tokens.make(Purpose.CONFIRM, waiting),
            "auth.update_password": tokens.make(Purpose.RESET_PASSWORD, other),
            "auth.accept_invitation": tokens.make(Purpose.INVITATION, invited),
            "auth.update_email": tokens.make(Purpose.CHANGE_EMAIL, scene.trainer, email="new@mombasa.example"),
        }
    for rule, takes, address in list(requests(app, scene)):
        if takes == method:
            address = address.replace("not-a-token", links.get(rule.endpoint, "not-a-token"))
            if rule.endpoint == "people.erase":
                address = address.replace(f"/{scene.practitioner.id}/", f"/{invited_id}/")
            yield rule.endpoint, address.replace("lesson-1-1", "test") if rule.endpoint in OF_QUIZZES else address


def browser(app: Flask, scene: Scene, endpoint: str) -> FlaskClient:
    """The browser of somebody who may use the route and whose rows its address names."""
    client = app.test_client()
    if endpoint in FOR_VISITORS:
        return client
    person: Person = getattr(scene, OWNERS.get(endpoint.partition(".")[0], "administrator"))
    return signed_in(client, person)


def faults_of(app: Flask, scene: Scene, endpoint: str, what: str, send: Callable[[FlaskClient], Any]) -> list[str]:
    """What is wrong with the answer to one request."""
    client = browser(app, scene, endpoint)
    before = rows_by_table()
    with capture_logs() as logged:
        response = send(client)
    if response.status_code >= 500:
        why = [repr(entry.get("exc_info"))[:300] for entry in logged if entry["event"] == "unforeseen"]
        return [f"{endpoint} with {what}: {response.status} {why}"]
    if response.status_code >= 400 and rows_by_table() != before:
        return [f"{endpoint} with {what}: {response.status}, yet rows were written"]
    return []


def test_every_form_and_filter_is_known_here(the_app: Flask) -> None:
    unsafe = {rule.endpoint for rule in the_app.url_map.iter_rules() if (rule.methods or set()) & {"POST"}}
    assert unsafe == set(FORMS)
    assert set(QUESTIONS) <= {rule.endpoint for rule in the_app.url_map.iter_rules()}


def bodies(fields: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Requests that no form of ours sends."""
    yield "nothing", {}
    yield "JSON", {"json": dict.fromkeys(fields, 1) | {"extra": [1, {"a": None}]}}
    yield "broken JSON", {"data": b"{", "content_type": "application/json"}
    yield "XML", {"data": b"<a>&b;</a>", "content_type": "text/xml"}
    yield "broken bytes", {"data": b"name=%ff%fe&email=\xff\x00", "content_type": "application/x-www-form-urlencoded"}
    yield "another character set", {
        "data": "name=é".encode("utf-16"), "content_type": "application/x-www-form-urlencoded; charset=utf-16"
    }  # fmt: skip
    yield "no boundary", {"data": b"--x\r\n\r\n", "content_type": "multipart/form-data"}
    yield "a broken part", {"data": b"--x\r\nContent-Dis", "content_type": "multipart/form-data; boundary=x"}
    yield "files for fields", {"data": {name: (io.BytesIO(b"x"), "x.txt") for name in fields} or {"x": "y"}}
    yield "fields twice", {"data": {name: [value, value + "x", ""] for name, value in fields.items()}}
    yield "2 000 parts", {"data": b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n" * 2000 + b"--x--\r\n",
                          "content_type": "multipart/form-data; boundary=x"}  # fmt: skip
    yield "3 MB", {"data": b"note=" + b"x" * 3_000_000, "content_type": "application/x-www-form-urlencoded"}


@pytest.mark.usefixtures("tokens_apart")
def test_the_forms_here_are_those_of_people(app: Flask, scene: Scene) -> None:
    """So that what is refused below is refused for what is bad in it."""
    refused = {}
    for endpoint, address in addresses(app, scene, "POST"):
        status = browser(app, scene, endpoint).post(address, data=FORMS[endpoint]).status_code
        if status >= 400:
            refused[endpoint] = status
    # Nobody is known by that address; the role is of somebody else; the course is translated into nothing, and has one
    # lead; nothing was edited, what was changed was not seen, and the settings
    # of an activity and of a module are other ones by now; no certificate is about to expire, and nobody is excused
    # from what they have done; only the page itself knows what was seen of a draft; the only edition is in force; the
    # language of a text, of captions and of a file went with the form before; the upload is not complete, and one
    # begins with headers; the question was published, and somebody (the form before) changed the settings of the quiz;
    # that place of it draws nothing; no question stands in a category, one was asked, published and in no change of
    # many; no folder was sent, and the move asks nothing; by that key no mark would change;
    # no mail and no job has failed, and a link that stops mails is signed;
    # nobody is invited, no file of people was sent, and the one that is there is another's;
    # that report by mail is another person’s;
    # the rule of the call asks nobody to state anything; only the page itself knows what was seen of a city, of a call
    # and of its questions; the draft of a rule is gone with the form before, and no rule waits;
    # the certificate is revoked by the form after; who coordinates a city asks nobody for the word; nobody answers for
    # the appeal yet, the call is open, so nothing is decided, who would take a draft back has still to review, and the
    # practitioner belongs to another city by now; the review was taken back by the form before; the rule asks nothing
    # by that mark; the last administrator is not erased; the call that would be deleted is published; who was erased
    # by a form before comes back into no course.
    assert refused == {
        "auth.erase": 409,
        "call_questions.remove": 409, "calls.delete": 409, "calls.publish": 409, "calls.update": 409,
        "submissions.ask": 403, "trace.waive": 422,
        "appeal_answers.answer": 403, "appeals.make": 404, "duties.save": 404, "reviews.decline": 409,
        "reviews.save": 409, "decisions.decide": 409, "decisions.draft_many": 409, "decisions.send_many": 409,
        "decisions.drop": 403,
        "people.invite_again": 404, "people_import.confirm": 404, "people_import.create": 422,
        "people_import.drop": 404,
        "auth.create_sign_in": 400, "cities.edit": 409, "enrolments.bring_back": 403, "people.end_role": 404,
        "course_trainers.invite": 422, "course_trainers.change": 422, "course_trainers.remove": 409,
        "builder.edit_activity": 409, "builder.edit_module": 409, "learn.renew": 409, "learners.give": 409,
        "changes.discard": 404, "changes.discard_part": 409,
        "archiving.update": 409,
        "editions.publish": 409, "editions.publish_again": 409, "xliff.check": 404, "xliff.take": 404,
        "captions.remove": 404, "captions.save": 404, "writing.keep": 403, "writing.restore": 403, "writing.save": 403,
        "questions.delete": 409, "questions_moving.imports": 422,
        "library.add": 409, "uploads.create": 412, "quiz_studio.set_up": 409,
        "bank.delete": 409, "bank.undo": 404, "bank_naming.rename_category": 409, "bank_question.hide": 409,
        "quiz_studio.redraw": 404,
        "moving.answer": 409, "moving.drop": 409, "moving.new": 422, "moving.place": 409,
        "regrades.create": 409, "reports.stop": 404,
        "administration.run_again": 404, "administration.send_again": 404, "notices.stop": 404,
        "issued.reinstate": 409, "grants.declare": 404,
        "rules.approve": 409, "rules.arrange": 409, "rules.dismiss": 409, "rules.edit_part": 409, "rules.new": 409,
        "rules.new_part": 409, "rules.start": 409, "rules.undo": 409,
        "rules.take_back": 409,
    }  # fmt: skip


@pytest.mark.once
@pytest.mark.usefixtures("tokens_apart")
def test_bodies_that_no_form_sends(app: Flask, scene: Scene) -> None:
    faults = []
    for endpoint, address in addresses(app, scene, "POST"):
        for what, body in bodies(FORMS[endpoint]):
            faults += faults_of(app, scene, endpoint, what, partial(post, address, body))
    assert not faults, "\n".join(faults)


def post(address: str, body: dict[str, Any], client: FlaskClient) -> Any:
    return client.post(address, **body)


def get(address: str, asked: dict[str, str], client: FlaskClient) -> Any:
    return client.get(address, query_string=asked)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "value" in metafunc.fixturenames:
        values = NASTY if metafunc.config.getoption("--database") == "sqlite" else NASTY_TO_POSTGRESQL
        metafunc.parametrize("value", values, ids=lambda value: ascii(value)[:24])


@pytest.mark.usefixtures("tokens_apart")
def test_a_nasty_value_in_every_field(app: Flask, scene: Scene, value: str) -> None:
    """In all fields of a form together, and in each alone."""
    faults = []
    for endpoint, address in addresses(app, scene, "POST"):
        together = {"data": dict.fromkeys(FORMS[endpoint], value[:1000])}
        faults += faults_of(app, scene, endpoint, "all fields", partial(post, address, together))
        for name in FORMS[endpoint]:
            body = {"data": {**FORMS[endpoint], name: value}}
            faults += faults_of(app, scene, endpoint, name, partial(post, address, body))
    for endpoint, address in addresses(app, scene, "GET"):
        for name in QUESTIONS.get(endpoint, ()):
            asked = {**QUESTIONS[endpoint], name: value[:200_000]}
            faults += faults_of(app, scene, endpoint, name, partial(get, address, asked))
    assert not faults, "\n".join(faults)


@pytest.mark.once
@pytest.mark.parametrize("token", ["", "x", "another browser's"])
def test_a_form_with_a_wrong_token_is_refused_and_writes_nothing(app: Flask, scene: Scene, token: str) -> None:
    if token == "another browser's":
        page = app.test_client().get("/sign-in").text
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        assert token
    faults = []
    for endpoint, address in addresses(app, scene, "POST"):
        client = browser(app, scene, endpoint)
        before = rows_by_table()
        response = client.post(address, data={**FORMS[endpoint], "csrf_token": token})
        if not 400 <= response.status_code < 500 or rows_by_table() != before:
            faults.append(f"{endpoint}: {response.status}")
    assert not faults, "\n".join(faults)
