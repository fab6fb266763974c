"""A folder as it is read: a sound one whole, a broken one with every fault at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.config import ROOT
from app.core.sanitise import clean, plain_text
from app.courses.outline import CourseSettings, Opens, Order
from app.exchange import folder
from app.exchange.faults import Refused
from app.exchange.parsed import LessonPart, Parsed, ParsedActivity, QuizPart
from app.quizzes.settings import Grading, QuizSettings
from app.quizzes.types import MultipleChoice, MultipleChoiceAnswer, ShortAnswer, ShortAnswerAnswer

from .sample import CHECK, COURSE, QUICK, files, image, replaced, written, zipped

Read = Callable[..., Parsed]

pytestmark = pytest.mark.usefixtures("app")  # whose database says which pictures are known


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read the sample with some files changed."""

    def read(**changes: str | bytes | None) -> Parsed:
        return folder.read(written(tmp_path / "course", files(**changes)))

    return read


def faults(parsed: Parsed) -> list[str]:
    return [str(fault) for fault in parsed.faults]


def activity(parsed: Parsed, key: str) -> ParsedActivity:
    return next(a for a in parsed.sound().activities() if a.key == key)


def body(parsed: Parsed, key: str, language: str = "en") -> str:
    part = activity(parsed, key).part
    assert isinstance(part, LessonPart)
    return part.bodies[language]


def test_a_sound_folder_is_read_whole(read: Read) -> None:
    parsed = read()
    assert (faults(parsed), parsed.warnings) == ([], ())
    course = parsed.sound()
    assert (course.key, course.language, course.languages) == ("sample", "en", ("en", "fr"))
    assert course.title.strings() == {"en": "A sample", "fr": "Un exemple"}
    assert course.title.outdated("en") == []
    assert course.topics == ("schools", "prevention")
    assert course.settings == CourseSettings(Order.SEQUENTIAL, 24)
    assert [(m.key, [a.key for a in m.activities]) for m in course.modules] == [
        ("first", ["welcome", "picture", "check"]),
        ("second", ["closing", "quick"]),
    ]
    assert activity(parsed, "check").opens == Opens(above=True)
    assert activity(parsed, "closing").opens == Opens(after=("welcome", "check"))
    assert not activity(parsed, "picture").required
    assert {picture.name for picture in course.media} == {"talk.png", "end.webp"}


def test_questions_are_read_with_what_they_earn(read: Read) -> None:
    part = activity(read(), "check").part
    assert isinstance(part, QuizPart)
    assert part.settings == QuizSettings(70, 3, Grading.LAST, True)
    by_key = {question.key: question for question in part.questions}
    assert list(by_key) == ["first-step", "who", "shares", "article"]
    first = by_key["first-step"].content
    assert first.stem.strings()["en"] == "A message spreads.\n\nWhat comes first?"
    assert [choice.text.best("en", "en") for choice in first.choices] == ["Ask", "No"], "no is a word, not a boolean"
    assert (by_key["first-step"].category, by_key["first-step"].tags) == ("Steps", ("steps", "easy"))
    assert by_key["who"].marks == 2
    shares = by_key["shares"].content
    assert isinstance(shares, MultipleChoice)
    assert shares.grade(MultipleChoiceAnswer(("a",)), "en").fraction == 0.5
    article = by_key["article"].content
    assert isinstance(article, ShortAnswer)
    assert article.grade(ShortAnswerAnswer("19"), "fr").fraction == 1
    (said,) = article.grade(ShortAnswerAnswer("article 10"), "fr").feedback
    assert said.best("fr", "en") == "Oui"


def test_lessons_become_clean_html_with_images_of_our_own(read: Read) -> None:
    parsed = read()
    assert "<th>When</th>" in body(parsed, "welcome")
    assert '<a href="https://example.org/?a=1&amp;b=2" title="A guide"' in body(parsed, "welcome")
    talk = next(picture for picture in parsed.sound().media if picture.name == "talk.png")
    assert f'<img src="{talk.address}" alt="Two people talk"' in body(parsed, "picture")
    assert f'<a href="{talk.address}">large</a>' in body(parsed, "picture")
    assert 'alt="A “door”"' in body(parsed, "closing")
    for key in ("welcome", "picture", "closing"):
        assert clean(body(parsed, key)) == body(parsed, key), "as it is saved, so it stays"


def test_a_zip_reads_as_its_folder_does(read: Read, tmp_path: Path) -> None:
    whole = read().sound()
    assert folder.read(zipped(tmp_path / "flat.zip", files())).sound() == whole
    within = files() | {"__MACOSX/._course.yaml": b"x", ".DS_Store": b"x"}
    assert folder.read(zipped(tmp_path / "deep.zip", {f"my course/{n}": d for n, d in within.items()})).sound() == whole


def test_hidden_files_are_passed_over(read: Read) -> None:
    assert faults(read(**{".gitignore": "x", "lessons__.notes.md": "x", ".git__config": "x"})) == []


def test_a_course_in_one_language_needs_no_maps(tmp_path: Path) -> None:
    course = """\
format: 1
key: one
language: pt-BR
title: "No"
summary: 2024
modules:
  - key: m
    title: M
    activities:
      - {key: a, kind: lesson, title: A, minutes: 1}
"""
    parsed = folder.read(written(tmp_path, {"course.yaml": course, "lessons/a.pt-BR.md": "Olá"}))
    assert faults(parsed) == []
    assert parsed.sound().title.strings() == {"pt-BR": "No"}
    assert parsed.sound().summary.strings() == {"pt-BR": "2024"}, "words are words, with quotes or without"


COURSE_FAULTS = [
    ("format: 1", "format: 2", "course.yaml:1: format must be 1, not '2'"),
    ("key: sample", "key: Sample Course", "course.yaml:2: key 'Sample Course' is not a key: only lower-case letters"),
    ("key: sample\n", "", "course.yaml:1: the course has no key"),
    ("key: sample\n", f"key: {'a' * 61}\n", "is longer than 60 characters"),
    ("language: en\nl", "language: english!\nl", "course.yaml:3: 'english!' is not a language tag"),
    ("languages: [en, fr]", "languages: [fr]", "course.yaml:4: languages lacks en, the course’s own"),
    ("title: {en: A sample, fr: Un exemple}", "title: {fr: Un exemple}", "course.yaml:5: title is missing in en"),
    ("fr: Un exemple}", "de: Ein Beispiel}", "course.yaml:5: title is given in 'de', which is not among"),
    ("fr: Un exemple}", 'fr: ""}', "course.yaml:5: title in fr is empty: leave the language out instead"),
    ("title: {en: A sample, fr: Un exemple}", "title: [A sample]", "title must be words, or a map from language"),
    ("title: {en: A sample, fr: Un exemple}", "title:", "course.yaml:5: title is empty"),
    ("topics: [schools, prevention]", "topics: [school]", "course.yaml:7: unknown topic 'school'; the topics are"),
    ("topics: [schools, prevention]", "topics: [school]", "did you mean 'schools'?"),
    ("topics: [schools, prevention]", "topics: schools", "course.yaml:7: topics must be a list"),
    ("topics: [schools, prevention]", "topics: [youth, youth]", "course.yaml:7: youth stands in topics twice"),
    ("title: Second\n", f"title: {'long ' * 50}\n", "course.yaml:29: title in en is longer than 200 characters"),
    ("order: sequential", "order: sequental", "course.yaml:8: order must be one of free, sequential, not 'sequental'"),
    ("order: sequential", "ordr: free", "course.yaml:8: the course has no field 'ordr'; did you mean 'order'?"),
    ("certificate_months: 24", "certificate_months: two", "certificate_months must be a whole number from 1 to 600"),
    ("certificate_months: 24", "certificate_months: 24\ncertificate_months: 12", "course.yaml:10: certificate_months"),
    ("        minutes: 6", "        minutes: six", "course.yaml:17: minutes must be a whole number from 1 to 600"),
    ("order: sequential", "order: free\nenough: 0", "course.yaml:9: enough must be a whole number from 1 to 2000"),
    ("order: sequential", "order: free\nmin_score: 101", "course.yaml:9: min_score must be a number from 0 to 100"),
    ("order: sequential", "order: free\nminutes: 2 h", "course.yaml:9: minutes must be a whole number from 1 to 60000"),
    ("        required: false", "        required: no", "course.yaml:22: required must be true or false, not 'no'"),
    ("      - key: picture\n        kind: lesson", "      - key: picture\n        kind: video",
     "course.yaml:19: kind must be one of lesson, quiz, not 'video'"),
    ("- key: picture", "- key: welcome", ":18: two activities have the key welcome; the first is in line 14"),
    ("- key: second", "- key: first", "course.yaml:28: two modules have the key first; the first is in line 11"),
    ("opens_after: above", "opens_after: below", "opens_after must be above, or a list of activity keys"),
    ("opens_after: above", "opens_after: [check]", "course.yaml:27: the activity check cannot wait for itself"),
    ("[welcome, check]", "[welcom]", ":35: opens_after names 'welcom', which is no activity of the course"),
    ("[welcome, check]", "[welcom]", "did you mean 'welcome'?"),
    ("title: Second\n", "title: Second\n    titel: x\n", "course.yaml:30: the module second has no field 'titel'; did"),
    ("pass_mark: 60", "pass_mark: 160", "course.yaml:40: pass_mark must be a number from 0 to 100, not '160'"),
    ("pass_mark: 60", "pass: 60", "the quiz of the activity quick has no field 'pass'"),
    ("modules:\n", "modules: none\nx:\n", "course.yaml:10: modules must be a list"),
    ("- key: first\n", "- first\n", "not YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), COURSE_FAULTS)
def test_what_is_wrong_in_course_yaml_is_said_with_its_line(read: Read, old: str, new: str, expected: str) -> None:
    found = faults(read(**{"course.yaml": replaced(old, new)}))
    assert any(expected in fault for fault in found), found


QUIZ_FAULTS = [
    ("pass_mark: 70", "pass_mark: most", "quizzes/check.yaml:1: pass_mark must be a number from 0 to 100"),
    ("attempts: 3", "attempts: 0", "quizzes/check.yaml:2: attempts must be a whole number from 1 to 1000, not '0'"),
    ("grading: last", "grading: best", "grading must be one of highest, mean, first, last, not 'best'"),
    ("type: single_choice", "type: single", "quizzes/check.yaml:6: type must be one of single_choice, multiple_choice"),
    ("        right: true\n        feedback", "        feedback", "the question first-step: no choice is right"),
    ("      - key: b\n", "      - key: a\n", "quizzes/check.yaml:21: two entries of choices have the key a"),
    ("  - key: who\n", "  - key: first-step\n", "quizzes/check.yaml:23: two questions have the key first-step"),
    ("fraction: -1", "fraction: -1, right: true", "quizzes/check.yaml:38: a choice has either right or fraction"),
    ("fraction: -1", "fraction: -7", "fraction must be a number from -1 to 1, not '-7'"),
    ("text: Africa, fraction: 0.5", "text: Africa", "the right choices together earn less than the whole mark"),
    ("    stem: Who is told?\n", "", "quizzes/check.yaml:23: the question who has no stem"),
    ("    marks: 2", "    mark: 2", "the question who has no field 'mark'; did you mean 'marks'?"),
    ("      fr: [19, {", "      de: [19, {", "answers is given in 'de', which is not among the course’s languages"),
    ('["19", {text', '["", {text', "quizzes/check.yaml:43: an accepted answer has from 1 to 500 characters"),
    ("      en: [", "      fr: [", "fr stands here a second time, first in line 43"),
    ("fr: [19, {text: article 19, feedback: C’est cela.}]", "fr: []", "the answers in fr must be a list with at least"),
    ("text: The press}", "text: The press, feedback: {fr: Non}}", "feedback is missing in en, the course"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), QUIZ_FAULTS)
def test_what_is_wrong_in_a_quiz_is_said_with_its_line(read: Read, old: str, new: str, expected: str) -> None:
    found = faults(read(**{"quizzes/check.yaml": replaced(old, new, CHECK)}))
    assert any(expected in fault for fault in found), found


FILE_FAULTS: list[tuple[dict[str, str | bytes | None], str]] = [
    ({"course.yaml": None}, "course.yaml:1: is missing"),
    ({"course.yaml": ""}, "course.yaml:1: the file is empty"),
    ({"course.yaml": "- a\n- b\n"}, "course.yaml:1: the course must be written as fields"),
    ({"course.yaml": COURSE + "\n---\nformat: 1\n"}, "course.yaml:42: only one YAML document may stand in the file"),
    ({"course.yaml": "title: \"open\nkey: x\n"}, "course.yaml:3: not YAML: found unexpected end of stream"),
    ({"course.yaml": COURSE.replace("minutes: 6", "minutes: 6\n   bad: 1")}, "course.yaml:18: not YAML"),
    ({"course.yaml": COURSE.encode("utf-16")}, "course.yaml:1: not UTF-8"),
    ({"course.yaml": replaced("title: Second", 'title: "Sec\\0ond"')}, "course.yaml:29: the character U+0000 cannot"),
    ({"lessons/welcome.en.md": None}, "course.yaml:14: lessons/welcome.en.md is missing: the lesson welcome"),
    ({"lessons/welcome.en.html": "<p>x</p>"}, "lessons/welcome.en.html:1: lessons/welcome.en.md is the same lesson"),
    ({"lessons/welcome.de.md": "x"}, "lessons/welcome.de.md:1: de is not among the course’s languages"),
    ({"lessons/other.en.md": "x"}, "lessons/other.en.md:1: no lesson of course.yaml asks for this file"),
    ({"lessons/welcome.en.md": b"caf\xe9"}, "lessons/welcome.en.md:1: not UTF-8"),
    ({"lessons/welcome.en.md": "a\nb\x08"}, "lessons/welcome.en.md:2: the character U+0008 cannot be stored"),
    ({"lessons/welcome.en.md": "<!-- nothing -->\n"}, "lessons/welcome.en.md:1: the lesson has no text"),
    ({"lessons/welcome.en.md": "x" * (2 * 1024 * 1024 + 1)}, ":1: a file of this kind may have at most 2 MB"),
    ({"quizzes/check.yaml": None}, "course.yaml:23: quizzes/check.yaml is missing: the questions of the quiz check"),
    ({"quizzes/check.gift": QUICK}, "quizzes/check.gift:1: quizzes/check.yaml is the same quiz: keep one"),
    ({"quizzes/old.yaml": "questions: []"}, "quizzes/old.yaml:1: no quiz of course.yaml asks for this file"),
    ({"quizzes/quick.gift": "Only words"}, "quick.gift:1: this is a text without a question; if it is one,"),
    ({"quizzes/quick.gift": "// nothing"}, "quizzes/quick.gift:1: there is no question in the file"),
    ({"quizzes/quick.gift": "::who::Who?{=x ~y}"}, "another question has the key who: quizzes/check.yaml, line 23"),
    ({"media/talk.png": None}, "lessons/picture.en.md:3: there is no media/talk.png"),
    ({"media/talk.png": "no picture"}, "media/talk.png:1: Accepted are pictures (JPEG, PNG, WebP, GIF)"),
    ({"media/talk.png": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}, "talk.png:1: SVG pictures can carry programs"),
    ({"media/talk.png": image()[:50]}, "media/talk.png:1: This picture is cut off or broken"),
    ({"media/talk.en.vtt": b" " * (1024**2 + 1)}, "media/talk.en.vtt:1: a file of this kind may have at most 1 MB"),
    ({"media/a picture.png": image()}, "media/a picture.png:1: a name in media/ has only letters without accents"),
    ({"lessons/welcome.en.md": "x\n\n![](../media/talk.png)"}, ":3: the image ../media/talk.png has no words"),
    ({"lessons/welcome.en.md": "x\n\ny\n<img src='../media/talk.png'>"}, "lessons/welcome.en.md:4: the image"),
    ({"lessons/welcome.en.md": "![x](https://example.org/x.png)"}, "must lie in media/, as ../media/name.webp"),
    ({"lessons/welcome.en.md": "<svg><img src='../media/talk.png' alt='x'></svg>"}, "an image is lost"),
    ({"readme.txt": "x"}, "readme.txt:1: only course.yaml, bank.yaml and the folders lessons, quizzes, media stand"),
    ({"notes/a.md": "x"}, "notes/a.md:1: there is no folder notes/ in a course"),
    ({"lessons/old/a.md": "x"}, "lessons/old/a.md:1: folders within lessons/ are not read"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), FILE_FAULTS)
def test_what_is_wrong_with_files_is_said(read: Read, changes: dict[str, str | bytes | None], expected: str) -> None:
    found = faults(read(**changes))
    assert any(expected in fault for fault in found), found


def test_every_fault_is_found_at_once(read: Read) -> None:
    parsed = read(
        **{
            "course.yaml": replaced("minutes: 6", "minutes: six").replace("topics: [schools", "topics: [football"),
            "quizzes/check.yaml": replaced("marks: 2", "marks: two", CHECK),
            "media/talk.png": b"x",
            "lessons/closing.en.html": None,
            "lessons/stray.en.md": "x",
        }
    )
    assert [(fault.file, fault.line) for fault in parsed.faults] == [
        ("course.yaml", 7),
        ("course.yaml", 17),
        ("course.yaml", 31),
        ("lessons/stray.en.md", 1),
        ("media/talk.png", 1),
        ("quizzes/check.yaml", 25),
    ]
    with pytest.raises(Refused) as refused:
        parsed.sound()
    assert refused.value.faults == parsed.faults


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("a: &a [x]\nb: *a\n", "course.yaml:2: the alias *a cannot be used here"),
        ("a: &a [x]\nb: *a\n", "course.yaml:1: the anchor &a cannot be used here"),
        ("a: !!python/object:os.system x\n", "course.yaml:1: the tag tag:yaml.org,2002:python/object:os.system cannot"),
        ("a: " + "[" * 50 + "]" * 50, "course.yaml:1: nested more than 20 deep"),
        ("a: [" + "x," * 60_000 + "x]", "course.yaml:1: more than 50000 values"),
        ("a: " + "[" * 1_000_000, "course.yaml:1: nested more than 20 deep"),
        ("? [a, b]\n: c\n", "course.yaml:1: a field’s name must be a word"),
    ],
)
def test_yaml_that_could_grow_or_run_is_refused(read: Read, yaml: str, expected: str) -> None:
    found = faults(read(**{"course.yaml": yaml}))
    assert any(expected in fault for fault in found), found


def test_what_is_taken_out_of_a_lesson_is_said(read: Read) -> None:
    lesson = (
        '# Title\n\nWords.\n\n<p onclick="x()">More</p>\n<script>alert(1)</script>\n\n'
        "<canvas id=x></canvas>\n\n[a](b.md)\n"
    )
    parsed = read(**{"lessons/welcome.fr.md": lesson})
    assert faults(parsed) == []
    assert [str(warning) for warning in parsed.warnings] == [
        "lessons/welcome.fr.md:1: headings in a lesson begin at the second level; this one becomes one of the second",
        "lessons/welcome.fr.md:5: onclick is taken out of <p>",
        "lessons/welcome.fr.md:6: <script> is taken out of the lesson",
        "lessons/welcome.fr.md:8: <canvas> is taken out of the lesson",
        "lessons/welcome.fr.md:10: the link b.md leads nowhere on the site",
    ]
    html = body(parsed, "welcome", "fr")
    assert "alert" not in html and "onclick" not in html and "script" not in html
    assert plain_text(html) == "Title Words. More a"


def test_reading_twice_gives_the_same(read: Read) -> None:
    assert read() == read()


@pytest.mark.parametrize("name", ["prevention", "rights", "schools"])
def test_the_demonstration_courses_are_sound(name: str) -> None:
    parsed = folder.read(ROOT / "demo" / "courses" / name)
    assert (faults(parsed), parsed.warnings) == ([], ())
    assert len(parsed.sound().modules) >= 3
    assert sum(activity.kind == "lesson" for activity in parsed.sound().activities()) >= 10
