from __future__ import annotations

import msgspec

from app.courses.outline import CourseSettings, Opens, Outline, OutlineActivity, OutlineModule
from tests.factories import text


def an_outline() -> Outline:
    def an_activity(number: int) -> OutlineActivity:
        return OutlineActivity(
            id=number, key=f"a{number}", kind="lesson", title=text(f"A {number}"), required=True, minutes=number * 5,
            opens=Opens(above=True, after=("a1",)) if number > 1 else None, marks=None, data={"bodies": {"en": "00"}},
        )  # fmt: skip

    modules = (
        OutlineModule(1, "one", text("One", fr="Un"), (an_activity(1), an_activity(2))),
        OutlineModule(2, "two", text("Two"), (an_activity(3),)),
    )
    return Outline(text("Title"), text("Summary"), "en", ("en", "fr"), ("rights",), CourseSettings(), modules)


def test_activities_come_in_the_order_of_the_course() -> None:
    outline = an_outline()
    assert [activity.key for activity in outline.activities()] == ["a1", "a2", "a3"]
    assert outline.minutes == 30


def test_an_outline_survives_json_as_it_is() -> None:
    outline = an_outline()
    assert msgspec.json.decode(msgspec.json.encode(outline), type=Outline) == outline


def test_an_outline_of_an_earlier_day_is_still_read() -> None:
    stored = msgspec.to_builtins(an_outline())
    stored["settings"] = {}
    stored["modules"][0]["activities"][1]["opens"] = {}
    read = msgspec.convert(stored, Outline)
    assert read.settings == CourseSettings()
    assert read.modules[0].activities[1].opens == Opens()
