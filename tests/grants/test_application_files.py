"""Files of an application: judged by content, for those who may see it, kept by every sweep."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Role
from app.core import clock
from app.core.models import AuditEvent
from app.core.store import the_store
from app.core.transactions import unit_of_work
from app.courses import jobs
from app.extensions import db
from app.grants.applications.access import WORK, WRITE
from app.grants.applications.intake import LARGEST
from app.grants.models import Application, ApplicationFile, GrantCall
from app.grants.reviews.conflicts import Conflict, conflict
from tests.factories import a_city, a_person
from tests.grants.applying import PDF, SCRIPT, Town, a_file, a_town, answered, parts, typed
from tests.grants.factories import NOW, moved
from tests.pages import check_page

LATER = NOW + timedelta(days=9)


@pytest.fixture
def town(app: Flask) -> Iterator[Town]:
    app.config["WTF_CSRF_ENABLED"] = False
    with clock.at(NOW):
        yield a_town(app)
    app.config["WTF_CSRF_ENABLED"] = True


def files(*conditions: sa.ColumnElement[bool]) -> list[ApplicationFile]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(ApplicationFile).where(*conditions).order_by(ApplicationFile.id)))


def send(town: Town, client: object, status: int = 303, **more: object) -> str:
    data = {**a_file(**more)} if more else a_file()  # type: ignore[arg-type]
    answer = client.post(town.address, data=data, content_type="multipart/form-data")  # type: ignore[attr-defined]
    html: str = answer.get_data(as_text=True)
    assert answer.status_code == status, html
    return html


def stored() -> set[str]:
    return {digest for digest, _kept in the_store().files()}


def sweep() -> None:
    """The sweep, when everything in the store is old."""
    with clock.at(LATER + timedelta(days=400)):
        jobs.sweep()


def test_a_file_is_kept_under_its_hash_and_given_to_keep(town: Town) -> None:
    client = town.begun()
    assert send(town, client)
    (file,) = files()
    assert (file.name, file.media_type, file.size, file.added_by_id) == (
        "letter.pdf", "application/pdf", len(PDF), town.amina.id,
    )  # fmt: skip
    answer = client.get(f"{town.address}/files/{file.id}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"] == "attachment; filename=letter.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_file_is_for_those_who_may_see_the_application(town: Town) -> None:
    send(town, town.begun())
    address = f"{town.address}/files/{files()[0].id}"
    ada = a_person("Ada", roles=(Role.ADMINISTRATOR,))
    for person, status in ((town.hedi, 200), (ada, 200), (town.nadia, 404), (a_person("Jo"), 404)):
        assert town.browser(person).get(address).status_code == status
    assert town.app.test_client().get(address).status_code == 302
    assert town.browser(town.amina).get(f"{town.address}/files/99").status_code == 404
    assert town.browser(ada).get(f"/media/{files()[0].hash}/letter.pdf").status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("letter.pdf", b"MZ\x90\x00 a program", "This file is of another kind. Taken here: PDF,"),
        ("letter.pdf", b"<html><script>alert(1)</script>", "This file is of another kind."),
        ("letter.pdf", b"", "The file is empty."),
        ("letter.pdf", b"PK\x03\x04 no zip", "cut off or broken"),
        ("film.pdf", b"\x1aE\xdf\xa3webm V_VP9" + b"\0" * 80, "This file is of another kind."),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG pictures can carry programs"),
        ("old.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 40, "This is an old kind of document"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(town: Town, name: str, content: bytes, words: str) -> None:
    client = town.begun()
    html = send(town, client, 422, name=name, content=content)
    assert words in html
    assert check_page(html) == []
    assert files() == []
    assert stored() == set()


def test_what_was_typed_is_saved_with_a_file_that_is_refused(town: Town) -> None:
    client = town.begun()
    data = {**typed("plan", text="Kept."), **a_file(content=b"MZ")}
    answer = client.post(town.address, data=data, content_type="multipart/form-data")
    assert answer.status_code == 200
    assert "This file is of another kind." in answer.text
    assert "Kept." in client.get(town.address).text


def test_who_writes_and_adds_a_file_at_once_is_written_down_once(town: Town) -> None:
    town.begun()
    hedi = town.browser(town.hedi)
    for sent in (typed("more", text="One."), typed("more", version=1, seen="One.", text="Two.")):
        data = {**sent, **a_file(name=f"{sent['more.text']}pdf")}
        assert hedi.post(town.address, data=data, content_type="multipart/form-data").status_code == 303
    db.session.rollback()
    work = sa.select(AuditEvent.action).where(AuditEvent.actor_id == town.hedi.id, AuditEvent.action.in_(WORK))
    assert len(files()) == 2
    assert list(db.session.scalars(work)) == [WRITE]


@pytest.mark.parametrize("column", ["added_by_id", "endorsed_by_id", "submitted_by_id"])
def test_whoever_worked_on_it_goes_on_by_what_stands_of_theirs(town: Town, column: str) -> None:
    """Nadia is not eligible, and the audit log knows nothing of her. She reads and judges by the same rule."""
    send(town, town.begun())
    nadia = town.browser(town.nadia)
    assert nadia.get(town.address).status_code == 404
    with unit_of_work():
        table = ApplicationFile if column == "added_by_id" else Application
        db.session.execute(sa.update(table).values({column: town.nadia.id}))
    assert nadia.get(town.address).status_code == 200
    assert town.address in nadia.get("/applications").text
    found = sa.select(conflict(town.nadia.id)).select_from(Application).join(GrantCall)
    moved(town.nadia, a_city("Ghent"), town.call.opens_at - timedelta(days=1))
    assert db.session.scalar(found) == Conflict.WORKED


def test_a_file_that_is_too_large_is_refused_with_what_to_do(town: Town) -> None:
    answer = town.begun().post(town.address, **parts(a_file(content=PDF + b"x" * LARGEST)))
    assert answer.status_code == 422
    assert "larger than 10 MB" in answer.text
    assert stored() == set()


def test_a_file_far_too_large_loses_nothing_that_was_typed(town: Town) -> None:
    client = town.begun()
    sent = parts({**typed("plan", text="Kept."), **a_file(content=PDF + b"x" * 4 * LARGEST)})
    answer = client.post(town.address, **sent)
    assert "larger than 10 MB" in answer.text
    assert "Kept." in client.get(town.address).text


class Arriving(io.BytesIO):
    """A body that comes slowly: `late` is called as soon as anything is read of it."""

    def __init__(self, body: bytes, late: Callable[[], object]) -> None:
        super().__init__(body)
        self.late = late

    def readinto(self, buffer: Any, /) -> int:
        self.late()
        return super().readinto(buffer)


@pytest.mark.parametrize(("content", "kept"), [(PDF, 1), (b"MZ", 0)])
def test_what_was_sent_in_time_is_kept_though_its_file_arrives_after_the_deadline(
    town: Town, content: bytes, kept: int
) -> None:
    client, closes_at = town.begun(), town.call.closes_at
    sent = parts({**typed("plan", text="In time."), **a_file(content=content)})
    with ExitStack() as later:
        body = Arriving(sent.pop("data"), lambda: later.enter_context(clock.at(closes_at + timedelta(minutes=1))))
        with clock.at(closes_at - timedelta(seconds=1)):
            answer = client.post(
                town.address, input_stream=body, content_length=len(body.getvalue()), **sent,
            )  # fmt: skip
    assert answer.status_code in (200, 303)
    assert len(files()) == kept
    assert "In time." in town.browser(town.amina).get(town.address).text


def test_what_was_under_way_when_the_word_was_given_is_changed_since(town: Town) -> None:
    """It began to come before the word, and arrived after it."""
    hedi, minute = town.begun(town.hedi), timedelta(minutes=1)
    with clock.at(NOW + minute):
        town.browser(town.amina).post(f"{town.address}/word")
    sent = parts({**typed("plan", text="Under way."), **a_file()})
    with ExitStack() as later:
        body = Arriving(sent.pop("data"), lambda: later.enter_context(clock.at(NOW + 2 * minute)))
        answer = hedi.post(town.address, input_stream=body, content_length=len(body.getvalue()), **sent)
        assert answer.status_code == 303
        assert hedi.get(town.address).text.count("Changed after the word") == 2


def test_pressing_without_a_file_says_to_choose_one(town: Town) -> None:
    client = town.begun()
    assert "Choose a file first" in client.post(town.address, data={"go": "file:papers"}).text
    assert "Choose a file first" in send(town, client, 422, name="")


def test_a_name_is_only_a_name(town: Town) -> None:
    client = town.begun()
    send(town, client, name="../../etc/pass wd; x=.exe")
    (file,) = files()
    assert "/" not in file.name
    assert file.name.endswith(".pdf")
    answer = client.get(f"{town.address}/files/{file.id}")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_question_takes_so_many_files(town: Town) -> None:
    client = town.begun()
    send(town, client)
    send(town, client)  # the same again is there once
    send(town, client, name="other.pdf")
    assert [file.name for file in files()] == ["letter.pdf", "other.pdf"]
    html = send(town, client, 422, name="third.pdf")
    assert "as many files as it takes" in html
    assert len(files()) == 2


def test_a_removed_file_is_kept_until_the_application_is_submitted(town: Town) -> None:
    client = town.begun()
    answered(town, client)
    send(town, client, name="spare.pdf", content=PDF + b"spare")
    letter, spare = files()
    client.post(town.address, data={"go": f"unfile:papers:{spare.id}"})
    assert "1 removed file, kept until this is submitted" in client.get(town.address).text
    sweep()
    assert stored() == {letter.hash, spare.hash}
    client.post(town.address, data={"go": f"refile:papers:{spare.id}"})
    assert files(ApplicationFile.removed_at.is_not(None)) == []
    client.post(town.address, data={"go": f"unfile:papers:{spare.id}"})
    assert client.post(f"{town.address}/submission").status_code == 303
    assert [file.name for file in files()] == ["letter.pdf"]
    sweep()
    assert stored() == {letter.hash}


def test_what_was_once_submitted_is_never_swept(town: Town) -> None:
    client = town.begun()
    answered(town, client)
    (letter,) = files()
    assert client.post(f"{town.address}/submission").status_code == 303
    assert client.post(f"{town.address}/withdrawal").status_code == 303
    client.post(town.address, data={"go": f"unfile:papers:{letter.id}"})
    send(town, client, name="new.pdf", content=PDF + b"new")
    with clock.at(LATER):
        assert town.browser(town.amina).post(f"{town.address}/submission").status_code == 303
    assert [file.name for file in files()] == ["letter.pdf", "new.pdf"]
    assert "letter.pdf" not in client.get(town.address).text
    sweep()
    assert stored() == {file.hash for file in files()}


def test_a_removed_file_is_for_those_who_write(town: Town) -> None:
    client = town.begun()
    send(town, client)
    (file,) = files()
    client.post(town.address, data={"go": f"unfile:papers:{file.id}"})
    address = f"{town.address}/files/{file.id}"
    assert client.get(address).status_code == 200
    assert town.browser(a_person("Ada", roles=(Role.ADMINISTRATOR,))).get(address).status_code == 404


def test_a_script_that_sends_a_file_is_told_of_its_answers(town: Town) -> None:
    data = {**typed("plan", text="One."), "papers.file": (io.BytesIO(PDF), "a.pdf")}
    answer = town.begun().post(town.address, data=data, content_type="multipart/form-data", headers=SCRIPT)
    assert answer.get_json()["answers"][0]["outcome"] == "saved"
    assert files() == []
