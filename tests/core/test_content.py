from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import content, resanitising, sanitise
from app.core.errors import NotFound
from app.core.models import AuditEvent, Content
from app.core.transactions import unit_of_work
from app.extensions import db

HTML = "text/html"
DIRTY = '<p onclick="x()">Hello</p>'
CLEAN = "<p>Hello</p>"


def stored(html: str, policy: int = sanitise.POLICY) -> str:
    with unit_of_work():
        return content.store(HTML, html, policy=policy)


def resanitise() -> int:
    """All outdated bodies in one batch; returns how many differ."""
    cleaned = resanitising.clean_all(resanitising.list_outdated(after="", limit=100))
    with unit_of_work():
        resanitising.replace_all(cleaned, by=None)
    return sum(one.differs for one in cleaned)


def rows() -> dict[str, Content]:
    db.session.expire_all()
    return {row.hash: row for row in db.session.scalars(sa.select(Content))}


# --- withdrawing -------------------------------------------------------------


def test_a_withdrawn_body_gives_way_to_its_reason_and_comes_back(app: Flask) -> None:
    digest = stored(CLEAN)
    before = content.get_body(digest)
    with unit_of_work():
        content.withdraw(digest, why="  It names a person. ", by=7)
    body = content.get_body(digest)
    assert (body.html, body.withdrawn_why) == ("", "It names a person.")
    assert body.withdrawn_at and body.version != before.version
    with unit_of_work():
        content.restore(digest, by=7)
    assert content.get_body(digest) == before
    events = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [(event.action, event.actor_id) for event in events] == [("content.withdraw", 7), ("content.restore", 7)]
    assert events[0].subject == f"content:{digest}" and events[0].details["why"] == "It names a person."


def test_withdrawing_again_changes_the_reason_and_not_the_day(app: Flask) -> None:
    digest = stored(CLEAN)
    with unit_of_work():
        content.withdraw(digest, why="One", by=1)
    first = content.get_body(digest)
    with unit_of_work():
        content.withdraw(digest, why="Two", by=1)
    second = content.get_body(digest)
    assert (second.withdrawn_at, second.withdrawn_why) == (first.withdrawn_at, "Two")
    assert first.version != second.version


def test_a_text_is_withdrawn_in_every_state_of_cleaning(app: Flask) -> None:
    digest = stored(DIRTY, policy=0)
    resanitise()
    cleaner = content.body_hash(HTML, CLEAN)
    assert content.list_family(digest) == content.list_family(cleaner) == sorted([digest, cleaner])
    for named in (digest, cleaner):
        with unit_of_work():
            content.withdraw(named, why="Why", by=1)
        assert content.list_withdrawn([digest, cleaner, "0" * 64]) == sorted([digest, cleaner])
        with unit_of_work():
            content.restore(named, by=1)
        assert content.list_withdrawn([digest, cleaner]) == []


def test_what_is_not_stored_is_not_found(app: Flask) -> None:
    for nothing in ("0" * 64, "", "x"):
        with unit_of_work(), pytest.raises(NotFound):
            content.withdraw(nothing, why="Why", by=1)
        with unit_of_work(), pytest.raises(NotFound):
            content.restore(nothing, by=1)


# --- cleaning again ----------------------------------------------------------


def test_readers_follow_to_the_cleaner_body(app: Flask) -> None:
    digest = stored(DIRTY, policy=sanitise.POLICY - 1)
    before = content.get_body(digest)
    assert resanitise() == 1
    body = content.get_body(digest)
    assert body.html == CLEAN and body.replaced_by == content.body_hash(HTML, CLEAN)
    assert body.version != before.version
    assert rows()[digest].body == DIRTY, "what was published is kept as it was"
    event = db.session.scalars(sa.select(AuditEvent)).one()
    assert (event.action, event.subject) == ("content.resanitise", f"content:{digest}")


def test_what_is_clean_already_stays_and_is_not_looked_at_again(app: Flask) -> None:
    digest = stored(CLEAN, policy=sanitise.POLICY - 1)
    assert resanitise() == 0
    assert content.get_body(digest).replaced_by is None
    assert resanitising.list_outdated(after="", limit=100) == []
    assert db.session.scalars(sa.select(AuditEvent)).all() == []


def test_doing_it_again_changes_nothing(app: Flask) -> None:
    stored(DIRTY, policy=0)
    stored(CLEAN, policy=0)
    assert resanitise() == 1
    first = {digest: (row.policy, row.replaced_by) for digest, row in rows().items()}
    assert resanitise() == 0
    assert {digest: (row.policy, row.replaced_by) for digest, row in rows().items()} == first
    assert len(first) == 2


def test_a_chain_of_cleanings_is_one_step(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    oldest = stored(DIRTY, policy=0)
    resanitise()
    middle = content.body_hash(HTML, CLEAN)
    monkeypatch.setattr(sanitise, "POLICY", sanitise.POLICY + 1)
    monkeypatch.setattr(sanitise, "clean", lambda html: html.replace("Hello", "Good day"))
    assert resanitise() == 1
    newest = content.body_hash(HTML, "<p>Good day</p>")
    assert {digest: row.replaced_by for digest, row in rows().items()} == {
        oldest: newest, middle: newest, newest: None
    }  # fmt: skip
    assert content.get_body(oldest).html == content.get_body(middle).html == "<p>Good day</p>"


def test_a_policy_that_turns_back_makes_no_circle(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    dirty = stored(DIRTY, policy=0)
    resanitise()
    monkeypatch.setattr(sanitise, "POLICY", sanitise.POLICY + 1)
    monkeypatch.setattr(sanitise, "clean", lambda html: DIRTY)
    resanitise()
    clean = content.body_hash(HTML, CLEAN)
    assert {digest: row.replaced_by for digest, row in rows().items()} == {dirty: None, clean: dirty}
    assert content.get_body(clean).html == content.get_body(dirty).html == DIRTY


def test_what_was_withdrawn_stays_so_when_it_is_cleaned(app: Flask) -> None:
    digest = stored(DIRTY, policy=0)
    with unit_of_work():
        content.withdraw(digest, why="Why", by=1)
    resanitise()
    for named in (digest, content.body_hash(HTML, CLEAN)):
        body = content.get_body(named)
        assert (body.html, body.withdrawn_why) == ("", "Why")


def test_two_bodies_may_become_one(app: Flask) -> None:
    one, other = stored(DIRTY, policy=0), stored('<p onload="y()">Hello</p>', policy=0)
    assert resanitise() == 2
    assert content.get_body(one).html == content.get_body(other).html == CLEAN
    assert len(rows()) == 3


def test_only_markup_is_cleaned(app: Flask) -> None:
    with unit_of_work():
        content.store("text/vtt", DIRTY, policy=0)
    assert resanitising.list_outdated(after="", limit=10) == []
