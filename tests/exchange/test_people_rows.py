"""Files of people as they come: encodings, separators, headers, formulas; and what each row would do. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.auth.models import PersonState
from app.core.sheets import csv_lines
from app.courses.outline import Admits, Audience
from app.exchange.people.judging import (
    Frame,
    Judged,
    KnownCohort,
    KnownCourse,
    KnownPerson,
    Promised,
    judge,
    within,
)
from app.exchange.people.rows import MOST_ROWS, Row, Unreadable, read
from app.progress.models import EnrolmentState

TABLE = "name,e-mail\nRené Müller,rene@ghent.example\n"


@pytest.fixture(autouse=True)
def words(the_app: Flask) -> Iterator[None]:
    with the_app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("data", "encoding", "guessed"),
    [
        (TABLE.encode(), "utf-8", False),
        (TABLE.encode("utf-8-sig"), "utf-8", False),
        (TABLE.encode("utf-16"), "utf-16", False),
        (TABLE.encode("utf-16-le"), "utf-16-le", True),
        (TABLE.encode("utf-16-be"), "utf-16-be", True),
        (TABLE.encode("cp1252"), "cp1252", True),
    ],
)
def test_encodings(data: bytes, encoding: str, guessed: bool) -> None:
    found = read(data)
    assert found.rows == [Row(2, email="rene@ghent.example", name="René Müller")]
    assert (found.encoding, found.guessed) == (encoding, guessed)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"name,e-mail\n", "no row below"),
        (b"name,town\nA,B\n", "none of them is “e-mail”"),
        (b"e-mail,mail\na@b.example,c\n", "Two columns"),
        (b"PK\x03\x04rest", "This is a spreadsheet"),
        (b"e-mail\n\x81\x8d\x8f\x90\xff\n", "cannot be read"),
        (b"e-mail\n\x00\x01\x02a\n", "not a text file"),
        (b"\xff\xfee\x00-", "cannot be read"),
        (b'e-mail\n"' + b"x" * 200_000 + b"\n", "cannot be read as CSV"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read(data)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("headers", [("name", "E-Mail", "due date"), ("Nom", "Adresse électronique", "Échéance")])
def test_separators_and_headers(mark: str, headers: tuple[str, ...]) -> None:
    found = read((mark.join(headers) + "\r\n" + mark.join(["A", "a@b.example", "2027-01-01"]) + "\r\n").encode())
    assert found.rows == [Row(2, email="a@b.example", name="A", due="2027-01-01")]


def test_lines_are_those_of_the_file() -> None:
    found = read(b'name,e-mail,town\n\n"A\nB",a@b.example,x\nC,c@b.example\n')
    assert [(row.line, row.name) for row in found.rows] == [(3, "A B"), (5, "C")]
    assert found.ignored == ("town",)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('"Jonas,j@x.example\nLea,l@x.example\n"Ida",i@x.example\n', 2),
        ('Lea,l@x.example\n"Jonas,j@x.example\nIda,i@x.example\n', 3),
        ('Lea "L" M,l@x.example\n"A ""B""\r\nC","j@x.example\nIda,i@x.example\n', 4),
        ('Lea,l@x.example\r\n\r\n"Jo" V,j@x.example\r\n', 4),
        ('Lea,l@x.example\n"Jonas,j@x.example' + "\nP,p@x.example" * 20_000, 3),
    ],
)
def test_a_stray_quotation_mark_drops_nobody_and_names_its_line(text: str, line: int) -> None:
    with pytest.raises(Unreadable, match=rf"^Line {line} cannot be read as CSV\. Look there for a quotation mark"):
        read(f"name,e-mail\n{text}".encode())


@pytest.mark.parametrize(
    ("cell", "name"), [('"A ""B"" C"', 'A "B" C'), ('Jean "Jo" D', 'Jean "Jo" D'), ('"A\nB"', "A B"), ('""', "")]
)
def test_quotation_marks_that_are_right_are_read(cell: str, name: str) -> None:
    assert read(f"name,e-mail\n{cell},a@b.example\n".encode()).rows == [Row(2, email="a@b.example", name=name)]


@given(st.text(alphabet="=+-@'abc \t1,;\"", max_size=12))
def test_formulas_are_text_on_the_way_in_and_harmless_on_the_way_out(cell: str) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["e-mail", "name"], ["a@b.example", cell]])
    (row,) = read(text.getvalue().encode()).rows
    ((out,),) = csv.reader(io.StringIO(csv_lines([[row.name]]))) if row.name else [("",)]
    assert not out.startswith(("=", "+", "-", "@"))
    again = read(f"e-mail,name\na@b.example,{csv_lines([[row.name]])}".encode()).rows[0]
    assert again.name == row.name or "'" in row.name


@pytest.mark.parametrize("name", ["Amina;=1+1;", "A, -B", 'C "@D"', "=E", "F;+G,"])
def test_a_file_that_came_from_here_says_the_same(name: str) -> None:
    written = csv_lines([["e-mail", "name"], ["a@b.example", name]])
    assert read(written.encode()).rows == [Row(2, email="a@b.example", name=name)]


def test_a_hundred_thousand_rows_and_no_more() -> None:
    body = "".join(f"Person {n},p{n}@ghent.example\n" for n in range(MOST_ROWS))
    assert len(read(("name,e-mail\n" + body).encode()).rows) == MOST_ROWS
    with pytest.raises(Unreadable, match="more than"):
        read(("name,e-mail\n" + body + "One,more@ghent.example\n").encode())


# --- what a row would do

NOW = datetime(2027, 1, 1, tzinfo=UTC)
GHENT, SFAX = 1, 2
COURSES = {
    "open": KnownCourse(7, Audience()),
    "ours": KnownCourse(8, Audience(Admits.SOME, (GHENT,), ())),
    "over": KnownCourse(9, Audience(), archived=True),
    "former": KnownCourse(10, Audience(), archived=True, replaced_by="open"),
}
COHORTS = {"spring": KnownCohort(3, GHENT, False), "rule": KnownCohort(4, None, True), "both": None}
PEOPLE = {
    "here@ghent.example": KnownPerson(
        11, PersonState.ACTIVE, GHENT, enrolments={7: (EnrolmentState.OPEN, None)}, cohorts=frozenset({3})
    ),
    "there@sfax.example": KnownPerson(12, PersonState.ACTIVE, SFAX),
    "gone@ghent.example": KnownPerson(13, PersonState.LEFT, GHENT),
    "waits@else.example": KnownPerson(14, PersonState.WAITING, None),
    "left@ghent.example": KnownPerson(15, PersonState.ACTIVE, GHENT, enrolments={7: (EnrolmentState.WITHDRAWN, None)}),
    "again@else.example": KnownPerson(18, PersonState.WAITING, None, enrolments={7: (EnrolmentState.OPEN, None)}),
    "new@else.example": KnownPerson(16, PersonState.UNCONFIRMED, None),
}


CITIES = {"ghent": GHENT, "sfax": SFAX, "valencia": 0}


def a_frame(rows: Sequence[Row], own: frozenset[int] | None = None) -> Frame:
    twice, names, places = within(rows, CITIES)
    domains = {"ghent.example": GHENT, "sfax.example": SFAX}
    return Frame(own, "UTC", "fr", NOW, CITIES, domains, COURSES, COHORTS, twice, names, places)


def judged(*rows: Row, own: frozenset[int] | None = None) -> list[Judged]:
    frame = a_frame(rows, own)
    promised: dict[str, Promised] = {}
    return [judge(row, frame, PEOPLE, promised) for row in rows]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (Row(2, name="A"), "no_email"),
        (Row(2, email="nobody", name="A"), "bad_email"),
        (Row(2, email="a@ghent.example"), "no_name"),
        (Row(2, email="a@ghent.example", name="x" * 121), "long_name"),
        (Row(2, email="gone@ghent.example"), "closed"),
        (Row(2, email="new@else.example"), "unconfirmed"),
        (Row(2, email="a@ghent.example", name="A", city="Atlantis"), "no_city"),
        (Row(2, email="a@ghent.example", name="A", city="Valencia"), "two_cities"),
        (Row(2, email="here@ghent.example", city="Sfax"), "elsewhere"),
        (Row(2, email="a@ghent.example", name="A", language="Klingon"), "no_language"),
        (Row(2, email="a@ghent.example", name="A", course="none"), "no_course"),
        (Row(2, email="a@ghent.example", name="A", course="over"), "archived"),
        (Row(2, email="a@ghent.example", name="A", course="former"), "replaced"),
        (Row(2, email="there@sfax.example", course="ours"), "not_admitted"),
        (Row(2, email="waits@else.example", course="open"), "waits"),
        (Row(2, email="waits@else.example", course="ours", cohort="Spring"), "cohort_elsewhere"),
        (Row(2, email="waits@else.example", course="ours"), "waits"),
        (Row(2, email="again@else.example", course="open", due="2027-05-31"), "waits"),
        (Row(2, email="here@ghent.example", due="2027-05-31"), "due_alone"),
        (Row(2, email="here@ghent.example", course="open", due="soon"), "bad_day"),
        (Row(2, email="here@ghent.example", course="open", due="2026-05-31"), "day_over"),
        (Row(2, email="here@ghent.example", cohort="Autumn"), "no_cohort"),
        (Row(2, email="here@ghent.example", cohort="Both"), "two_cohorts"),
        (Row(2, email="here@ghent.example", cohort="Rule"), "by_rule"),
        (Row(2, email="there@sfax.example", cohort="Spring"), "cohort_elsewhere"),
    ],
)
def test_why_a_row_is_left_out(row: Row, why: str) -> None:
    (one,) = judged(row)
    assert one.why == why


@pytest.mark.parametrize("email", ["there@sfax.example", "a@sfax.example", "a@else.example", "waits@else.example"])
def test_coordinators_enter_their_own_only_and_learn_nothing_of_others(email: str) -> None:
    (one,) = judged(Row(2, email=email, name="A"), own=frozenset({GHENT}))
    assert one.why == "not_yours"


def test_a_coordinator_is_told_of_the_city_and_not_of_the_address_where_the_city_is_wrong() -> None:
    (one,) = judged(Row(2, email="here@ghent.example", city="Sfax"), own=frozenset({GHENT}))
    assert (one.why, one.about) == ("not_theirs", "Sfax")


def test_what_rows_do() -> None:
    new, again, known, sooner, left, placed, twice = judged(
        Row(2, email="A@Ghent.example", name="=cmd|A", course="open", due="31/05/2027", cohort="spring"),
        Row(3, email="a@ghent.example", course="ours", language="anglais"),
        Row(4, email="here@ghent.example", course="https://site.example/courses/open", cohort="Spring"),
        Row(5, email="here@ghent.example", course="open", due="2027-05-31"),
        Row(6, email="left@ghent.example", course="open"),
        Row(7, email="waits@else.example", city="Sfax"),
        Row(8, email="a@ghent.example", course="Ours"),
    )
    assert (new.new, new.enrols, new.grouped, new.city_id, new.language) == (True, True, True, GHENT, "fr")
    assert new.due_at == datetime(2027, 5, 31, 23, 59, 59, tzinfo=UTC)
    assert (again.new, again.enrols, again.language, again.name, again.why) == (False, True, "en", "=cmd|A", "")
    assert known.unchanged
    assert (sooner.sooner, sooner.enrols) == (True, False)
    assert (left.left, left.enrols, left.unchanged) == (True, False, True)
    assert (placed.placed, placed.city_id) == (True, SFAX)
    assert (twice.why, twice.about) == ("twice", "3")


def test_rows_that_differ_in_the_due_date_alone_are_told_from_those_that_say_the_same() -> None:
    here = {"email": "here@ghent.example", "course": "open"}
    first, *others = judged(
        Row(2, due="2027-05-31", **here),
        Row(3, due="2027-06-30", **here),
        Row(4, due="31/05/2027", **here),
        Row(5, due="2027-06-30", **here),
        Row(6, **here),
        Row(7, due="2027-06-30", cohort="Spring", **here),
    )
    assert first.sooner and not first.why
    assert [(one.why, one.about) for one in others] == [
        ("other_day", "2"), ("twice", "2"), ("twice", "3"), ("other_day", "2"), ("", "")
    ]  # fmt: skip


def test_a_due_date_without_a_course_makes_no_row_another() -> None:
    one, other = judged(*(Row(line, email="here@ghent.example", due=f"2027-05-{line:02}") for line in (2, 3)))
    assert (one.why, other.why) == ("due_alone", "twice")


@pytest.mark.parametrize("email", ["a@else.example", "waits@else.example"])
def test_the_first_city_that_the_file_gives_holds_for_all_rows_of_an_address(email: str) -> None:
    before, first, other, without, unknown = judged(
        Row(2, email=email, name="A", course="open"),
        Row(3, email=email.upper(), city="Ghent", course="ours", cohort="Spring"),
        Row(4, email=email, city="Sfax"),
        Row(5, email=email, course="ours"),
        Row(6, email=email, city="Atlantis", course="ours"),
    )
    known = email in PEOPLE
    assert (before.city_id, before.new, before.placed, before.enrols) == (GHENT, not known, known, True)
    assert (first.why, first.new, first.placed, first.enrols, first.grouped) == ("", False, False, True, True)
    assert (other.why, other.about) == ("other_city", "Sfax")
    assert (without.why, without.unchanged) == ("", True)
    assert unknown.why == "no_city"


def test_who_waits_is_enrolled_once_the_file_gives_a_city_and_stays_in_what_they_are_in() -> None:
    enrolled, placed, there = judged(
        Row(2, email="waits@else.example", course="open"),
        Row(3, email="waits@else.example", city="Sfax"),
        Row(4, email="again@else.example", course="open"),
    )
    assert (enrolled.why, enrolled.placed, enrolled.city_id, enrolled.enrols) == ("", True, SFAX, True)
    assert placed.unchanged and there.unchanged


def test_who_has_a_city_stays_there_whatever_the_file_gives_first() -> None:
    wrong, right = judged(
        Row(2, email="here@ghent.example", city="Sfax"), Row(3, email="here@ghent.example", city="Ghent", course="open")
    )
    assert (wrong.why, right.why, right.city_id) == ("elsewhere", "", GHENT)


@pytest.mark.parametrize("email", ["a@ghent.example", "b@ghent.example"])
def test_what_an_earlier_row_does_is_not_done_again(monkeypatch: pytest.MonkeyPatch, email: str) -> None:
    monkeypatch.setitem(PEOPLE, "b@ghent.example", KnownPerson(17, PersonState.ACTIVE, GHENT))
    rows = [
        Row(2, email=email, name="A", course="open", cohort="Spring"),
        Row(3, email=email, course="ours", cohort="Spring"),
        Row(4, email=email, course="open", due="2027-05-31"),
        Row(5, email=email, course="/courses/open", due="2027-06-30"),
    ]
    assert [(one.enrols, one.sooner, one.grouped, one.unchanged) for one in judged(*rows)] == [
        (True, False, True, False), (True, False, False, False), (False, True, False, False),
        (False, False, False, True),
    ]  # fmt: skip


SAID = st.builds(
    Row,
    line=st.just(0),
    email=st.sampled_from(["a@else.example", "b@ghent.example", "waits@else.example", "here@ghent.example"]),
    name=st.sampled_from(["", "A"]),
    city=st.sampled_from(["", "", "Ghent", "Sfax", "Atlantis"]),
    course=st.sampled_from(["", "open", "/open", "ours", "over"]),
    due=st.sampled_from(["", "2027-05-31", "2027-06-30"]),
    cohort=st.sampled_from(["", "Spring"]),
)


@given(st.lists(SAID, max_size=8), st.integers(1, 8), st.sampled_from([None, frozenset({GHENT})]))
def test_rows_do_the_same_in_one_batch_and_in_several(said: list[Row], size: int, own: frozenset[int] | None) -> None:
    rows = [replace(row, line=line) for line, row in enumerate(said, 2)]
    frame, people, done = a_frame(rows, own), dict(PEOPLE), []
    for start in range(0, len(rows), size):
        promised: dict[str, Promised] = {}
        batch = [judge(row, frame, people, promised) for row in rows[start : start + size]]
        for one in batch:
            if not one.why:
                people[one.email] = after(people.get(one.email), one)
        done += batch
    assert [what(one) for one in done] == [what(one) for one in judged(*rows, own=own)]


def after(person: KnownPerson | None, one: Judged) -> KnownPerson:
    """Who somebody is once a row is done."""
    person = person or KnownPerson(99, PersonState.INVITED, one.city_id)
    enrolments, cohorts = dict(person.enrolments), set(person.cohorts)
    if one.course_id and (one.enrols or one.sooner):
        enrolments[one.course_id] = (EnrolmentState.OPEN, one.due_at)
    if one.cohort_id and one.grouped:
        cohorts.add(one.cohort_id)
    city_id = one.city_id if one.placed else person.city_id
    return replace(person, city_id=city_id, enrolments=enrolments, cohorts=frozenset(cohorts))


def what(one: Judged) -> tuple[object, ...]:
    return one.row.line, one.why, one.about, one.new, one.placed, one.city_id, one.enrols, one.sooner, one.grouped
