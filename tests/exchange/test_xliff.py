"""A course's texts out and back: exactly what was translated is taken, and nothing of a file that does not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.auth.models import Role
from app.core.languages import RIGHT_TO_LEFT
from app.core.transactions import unit_of_work
from app.courses import services
from app.courses.kinds import TranslationState
from app.courses.models import Course, CourseTrainer
from app.courses.translation import queries as translation_queries
from app.exchange import xliff_queries, xliff_services
from app.exchange.faults import Refused
from app.exchange.xliff import read, write
from app.exchange.xliff_texts import Changes, around_of, changes_of, document_of
from app.extensions import db
from tests.courses.translating import a_course_to_translate, change
from tests.factories import a_person

from .test_xliff_inline import PICTURE
from .xliff import conforms, edited, q, translate, unit

RICH = (
    f'<h2>Why &amp; how</h2><p>Cities <strong>talk <em>fast</em></strong>.</p><figure><img src="{PICTURE}" alt="A map">'
    '<figcaption>A map</figcaption></figure><ul><li>One</li><li>See <a href="/learn" title="The list">here</a></li>'
    "</ul>"
)


@pytest.fixture
def course(app: Flask) -> Course:
    course = a_course_to_translate(a_person(roles=(Role.TRAINER,)))
    change(course, "lesson-1-1", html=RICH)
    return course


def exported(course: Course, language: str = "fr") -> bytes:
    db.session.rollback()
    draft = xliff_queries.get_draft(course.id, language)
    return write(document_of(draft), *around_of(draft))


def looked_at(course: Course, data: bytes, language: str = "fr") -> Changes:
    db.session.rollback()
    return changes_of(read(data), xliff_queries.get_draft(course.id, language))


def taken(course: Course, data: bytes, language: str = "fr") -> int:
    texts = xliff_services.cleaned(looked_at(course, data, language))
    db.session.rollback()
    with unit_of_work():
        by = db.session.scalars(sa.select(CourseTrainer.person_id).where(CourseTrainer.course_id == course.id)).first()
        return xliff_services.take(course_id=course.id, language=language, texts=texts, by=by)


def translations(course: Course, language: str = "fr") -> dict[tuple[str, str], str | None]:
    db.session.rollback()
    draft = translation_queries.get_translation(course.id, language)
    return {(part.key, unit.key): unit.translation for part in draft.parts for unit in part.units}


def faults(course: Course, data: bytes, language: str = "fr") -> list[str]:
    with pytest.raises(Refused) as refused:
        looked_at(course, data, language)
    return [fault.reason for fault in refused.value.faults]


# --- the way out -------------------------------------------------------------------


def test_a_file_is_as_the_standard_has_it_before_and_after(course: Course) -> None:
    assert conforms(exported(course)) == []
    taken(course, translate(exported(course), str.upper))
    change(course, "lesson-1-1", title="Anew", html=RICH.replace("fast", "slowly"))
    assert conforms(exported(course)) == []


def test_states_directions_notes_and_protected_markup(course: Course) -> None:
    taken(course, translate(exported(course, "ar"), lambda words: f"«{words}»"), "ar")
    change(course, "lesson-1-1", title="Anew")

    def look(root: Any) -> None:
        file = next(f for f in root.iter(q("file")) if f.get("id") == "activity.lesson-1-1")
        assert (file.get("srcDir"), file.get("trgDir")) == ("ltr", "rtl") and "ar" in RIGHT_TO_LEFT
        assert file.get("original") == f"{course.slug}/edition-0/activity.lesson-1-1"
        title, body = unit(root, "title", file.get("id")), unit(root, "body", file.get("id"))
        assert [s.get("state") for s in title.iter(q("segment"))] == ["translated"]
        assert {s.get("state") for s in body.iter(q("segment"))} == {"final"}
        assert len(body.findall(q("segment"))) == 5
        notes = [note.text for note in title.iter(q("note"))]
        assert "At most 200 characters." in notes
        assert any("changed since it was translated" in note for note in notes)
        assert {data.text for data in body.iter(q("data"))} >= {"<strong>", "</strong>", "<h2>"}
        assert "<" not in "".join(text for s in body.iter(q("source")) for text in s.itertext())

    edited(exported(course, "ar"), look)


def test_characters_that_xml_cannot_hold_come_back(course: Course) -> None:
    change(course, "lesson-1-2", title="Bell \x07 \ufffe end")
    assert conforms(exported(course)) == []
    taken(course, translate(exported(course), str))
    assert translations(course)["lesson-1-2", "title"] == "Bell \x07 \ufffe end"


# --- the way back ------------------------------------------------------------------


def test_exactly_the_translations_are_taken(course: Course) -> None:
    data = translate(exported(course), str.upper)
    changes = looked_at(course, data)
    before = translations(course)
    assert (changes.new, changes.replaced, changes.left) == (len(before), 0, 0)
    assert taken(course, data) == len(before)
    after = translations(course)
    assert after.keys() == before.keys()
    assert after["", "title"] == "THE CITY’S PART"
    assert after["test", "question-2/answer/2/text"] == "HEARSAY"
    assert after["lesson-1-1", "body"] == RICH.replace("Why &amp; how", "WHY &amp; HOW").replace(
        "Cities <strong>talk <em>fast", "CITIES <strong>TALK <em>FAST"
    ).replace("A map", "A MAP").replace("<li>One</li><li>See", "<li>ONE</li><li>SEE").replace(
        "The list", "THE LIST"
    ).replace(">here<", ">HERE<").replace('alt="A MAP"', 'alt="A MAP" loading="lazy"')
    draft = translation_queries.get_translation(course.id, "fr")
    assert draft.tally.done == draft.tally.total


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.characters(codec="ascii", categories=["Lu", "Ll"]), st.characters(categories=["L"]), min_size=1, max_size=40
    )
)
def test_whatever_the_translation_it_comes_back_as_it_was_made(course: Course, letters: dict[str, str]) -> None:
    table = str.maketrans(letters)
    data = translate(exported(course), lambda words: words.translate(table))
    taken(course, data)
    sources = {
        (part.key, unit.key): unit.source
        for part in translation_queries.get_translation(course.id, "fr").parts
        for unit in part.units
        if not unit.html
    }
    found = translations(course)
    assert {key: found[key] for key in sources} == {key: source.translate(table) for key, source in sources.items()}
    again = looked_at(course, exported(course))
    assert not again.changes and again.left == 0


def test_an_unchanged_file_changes_nothing_whatever_the_state(course: Course) -> None:
    assert not looked_at(course, exported(course)).changes
    taken(course, translate(exported(course), str.upper))
    assert not looked_at(course, exported(course)).changes
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    change(
        course, "lesson-1-1", title="Anew", html=RICH.replace("<p>Cities <strong>talk <em>fast</em></strong>.</p>", "")
    )
    change(course, "lesson-1-2", html="<p>Quite other words.</p><p>In two paragraphs.</p>")
    changes = looked_at(course, exported(course))
    assert not changes.changes and changes.left == 3


def test_what_has_not_changed_of_a_lesson_comes_with_its_translation(course: Course) -> None:
    taken(course, translate(exported(course), str.upper))
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    change(course, "lesson-1-1", html=RICH.replace("<ul>", "<p>New.</p><ul>"))

    def look(root: Any) -> None:
        body = unit(root, "body", "activity.lesson-1-1")
        segments = body.findall(q("segment"))
        assert [s.get("state") for s in segments] == ["translated"] * 3 + ["initial"] + ["translated"] * 2

    edited(exported(course), look)


def test_an_outdated_translation_that_was_checked_is_up_to_date(course: Course) -> None:
    taken(course, translate(exported(course), str.upper))
    change(course, "lesson-1-2", title="Anew")

    def check(root: Any) -> None:
        (segment,) = unit(root, "title", "activity.lesson-1-2").iter(q("segment"))
        segment.set("state", "reviewed")

    changes = looked_at(course, edited(exported(course), check))
    assert [(c.unit.key, c.typed.fits, c.after) for c in changes.changes] == [("title", True, "LESSON 1.2")]
    assert taken(course, edited(exported(course), check)) == 1
    part = next(p for p in translation_queries.get_translation(course.id, "fr").parts if p.key == "lesson-1-2")
    assert [u.state for u in part.units] == [TranslationState.DONE] * 2


def test_what_is_not_translated_yet_stays_as_it_is(course: Course) -> None:
    def one(root: Any) -> None:
        for segment in unit(root, "title", "course").iter(q("segment")):
            etree_target = segment.makeelement(q("target"))
            etree_target.text = "Le titre"
            segment.append(etree_target)
        body = unit(root, "body", "activity.lesson-1-1")
        first = body.find(q("segment"))
        target = first.makeelement(q("target"))
        target.text = "Pourquoi"
        first.append(target)  # one block of five

    changes = looked_at(course, edited(exported(course), one))
    assert [c.unit.key for c in changes.changes] == ["title"]
    assert changes.left == len(translations(course)) - 1


def test_sources_that_a_program_copied_into_the_targets_are_no_translations(course: Course) -> None:
    copied = translate(exported(course), str, state="initial")
    assert not looked_at(course, copied).changes


# --- what other programs do to a file -------------------------------------------------------


def messy(data: bytes) -> bytes:
    """As a program on Windows might write it: a BOM, other line ends, its own attributes, elements and comments."""

    def scribble(root: Any) -> None:
        root.set("{urn:some-tool}build", "7")
        for file in root.iter(q("file")):
            file.set("{urn:some-tool}memory", "on")
            units = file.findall(q("unit"))
            for element in units:
                file.remove(element)
            for element in reversed(units):  # reordered
                file.append(element)
            for element in units:
                del element.attrib["name"]
                for name in [name for name in element.attrib if name.startswith("{urn:strong")]:
                    del element.attrib[name]
                matches = element.makeelement("{urn:some-tool}matches")
                element.insert(0, matches)
                notes = element.find(q("notes"))
                if notes is not None:
                    extra = notes.makeelement(q("note"))
                    extra.text = "Seen by Léa"
                    notes.append(extra)

    text = edited(data, scribble).decode().replace("<notes>", "<!-- tool -->\n<?tool x?><notes>")
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()


def test_a_file_that_other_programs_handled_is_taken(course: Course) -> None:
    with unit_of_work():
        pass
    data = messy(translate(exported(course), str.upper))
    clean = looked_at(course, translate(exported(course), str.upper))
    assert [(c.unit.key, c.after) for c in looked_at(course, data).changes] == [
        (c.unit.key, c.after) for c in clean.changes
    ]


def test_other_encodings_groups_annotations_and_split_pairs_are_read(course: Course) -> None:
    def other(root: Any) -> None:
        body = unit(root, "body", "activity.lesson-1-1")
        target = body.findall(q("segment"))[1].find(q("target"))
        for pair in list(target.iter(q("pc")))[::-1]:  # pairs as two codes, the inner one first
            parent, place = pair.getparent(), pair.getparent().index(pair)
            start = pair.makeelement(q("sc"), {"id": pair.get("id")})
            end = pair.makeelement(q("ec"), {"startRef": pair.get("id")})
            start.tail, end.tail = pair.text, pair.tail
            parent.remove(pair)
            for offset, element in enumerate([start, *pair, end]):
                parent.insert(place + offset, element)
        title = unit(root, "title", "course")
        target = title.find(q("segment")).find(q("target"))
        note = target.makeelement(q("mrk"), {"id": "m1", "type": "comment"})
        note.text, target.text = target.text, None
        target.append(note)
        group = title.makeelement(q("group"), {"id": "g"})
        title.getparent().append(group)
        group.append(title)

    data = edited(translate(exported(course), str.upper), other)
    clean = looked_at(course, translate(exported(course), str.upper))
    for changed in (data, data.decode().replace("encoding='UTF-8'", "encoding='UTF-16'").encode("utf-16")):
        found = looked_at(course, changed).changes
        assert [(c.unit.key, c.after) for c in found] == [(c.unit.key, c.after) for c in clean.changes]


# --- what is refused ----------------------------------------------------------------


def drop(name: str, file: str) -> Callable[[Any], object]:
    return lambda root: unit(root, name, file).getparent().remove(unit(root, name, file))


def invent(root: Any) -> None:
    root.find(q("file")).append(root.makeelement(q("unit"), {"id": "extra"}))


def reword(root: Any) -> None:
    unit(root, "title", "course").find(q("segment")).find(q("source")).text = "Other words"


def break_codes(root: Any) -> None:
    target = unit(root, "body", "activity.lesson-1-1").findall(q("segment"))[1].find(q("target"))
    for element in list(target):
        target.remove(element)


def drop_file(root: Any) -> None:
    root.remove(next(f for f in root.iter(q("file")) if f.get("id") == "activity.test"))


def lengthen(root: Any) -> None:
    unit(root, "title", "course").find(q("segment")).find(q("target")).text = "x" * 201


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (drop("title", "course"), "the text title of course is missing"),
        (drop("body.words.1", "activity.lesson-1-1"), "the text body/words/1 of activity.lesson-1-1 is missing"),
        (invent, "the course has no text extra in course"),
        (reword, "the source of “Title of the course” is not the course’s"),
        (break_codes, "the codes in the translation of “Lesson 1.1: Text of the lesson” are not those of its source"),
        (drop_file, "the texts of “Test” are missing"),
        (lengthen, "“Title of the course” is longer than 200 characters"),
        (lambda root: root.set("trgLang", "de"), "it is a translation into German"),
        (lambda root: root.set("srcLang", "fr"), "its source is not in English"),
        (
            lambda root: root.find(q("file")).set("original", "x"),
            "a file element does not say which course it is from",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_reason(
    course: Course, edit: Callable[[Any], object], reason: str
) -> None:
    assert faults(course, edited(translate(exported(course), str.upper), edit)) == [reason]


def test_everything_that_is_wrong_is_listed_and_nothing_is_taken(course: Course) -> None:
    def several(root: Any) -> None:
        drop("title", "course")(root)
        invent(root)
        break_codes(root)

    data = edited(translate(exported(course), str.upper), several)
    assert len(faults(course, data)) == 3
    assert set(translations(course).values()) == {None}


def test_a_file_for_another_edition_course_or_language_is_refused(course: Course) -> None:
    data = translate(exported(course), str.upper)
    other = a_course_to_translate()
    assert faults(other, data) == [f"the file is from another course, {course.slug}"]
    assert faults(course, data, "ar") == ["it is a translation into French"]
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    assert faults(course, data) == ["the file is for edition 0, and the course is at edition 1: download it again"]


def test_a_file_whose_source_changed_meanwhile_is_refused(course: Course) -> None:
    data = translate(exported(course), str.upper)
    change(course, "lesson-1-1", html="<p>Other</p>", title="Other")
    assert faults(course, data) == [
        "the source of “Other: Title” changed since the file was made",
        "the source of “Other: Text of the lesson” changed since the file was made",
    ]


def test_what_changed_between_looking_and_taking_keeps_all_as_it_was(course: Course) -> None:
    texts = xliff_services.cleaned(looked_at(course, translate(exported(course), str.upper)))
    change(course, "lesson-1-2", "fr", title="Entre-temps")
    db.session.rollback()
    with pytest.raises(Refused), unit_of_work():
        xliff_services.take(course_id=course.id, language="fr", texts=texts, by=1)
    found = translations(course)
    assert found.pop(("lesson-1-2", "title")) == "Entre-temps"
    assert set(found.values()) == {None}


def test_markup_in_a_translation_is_words(course: Course) -> None:
    taken(course, translate(exported(course), lambda words: f"<b onclick=x>{words}"))
    body = translations(course)["lesson-1-1", "body"]
    assert body is not None and "&lt;b onclick=x&gt;Why" in body and "<b" not in body
