"""Lessons taken apart and put together: no word and no tag is lost on the way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core import sanitise
from app.exchange.xliff.bodies import put_together, source_words, units_of
from app.exchange.xliff.document import State
from app.exchange.xliff.inline import Mark, join, plain, same_markup, split, well_nested

PICTURE = f"/media/{'0' * 64}/map.webp"
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), min_size=1, max_size=12)
INLINE = st.sampled_from(["strong", "em", "code", "mark", "span", "sub"])
BLOCK = st.sampled_from(["p", "h2", "blockquote", "div", "aside", "pre"])


def escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


inline = st.recursive(
    WORDS.map(escaped) | st.just("<br>") | WORDS.map(lambda w: f'<img src="{PICTURE}" alt="{escaped(w)}">'),
    lambda inner: (
        st.builds(lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>", INLINE, st.lists(inner, max_size=3))
        | st.builds(lambda parts: f'<a href="/learn">{"".join(parts)}</a>', st.lists(inner, max_size=2))
    ),
    max_leaves=6,
)
blocks = st.recursive(
    st.builds(lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>", BLOCK, st.lists(inline, max_size=4)),
    lambda inner: (
        st.builds(
            lambda items: "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>", st.lists(inner, max_size=3)
        )
        | st.builds(
            lambda cells: "<table><tr>" + "".join(f"<td>{c}</td>" for c in cells) + "</tr></table>",
            st.lists(inner, min_size=1, max_size=2),
        )
    ),
    max_leaves=5,
)
lessons = st.lists(blocks | inline, min_size=1, max_size=5).map("".join).map(sanitise.clean)


def test_blocks_codes_and_the_words_of_attributes() -> None:
    html = (
        f"<h2>Why &amp; how</h2>\n<p>Cities <strong>talk <em>fast</em></strong>,<br>always.</p><ul><li>"
        f'<img src="{PICTURE}" alt="A map"></li><li>Two</li></ul>'
    )
    found = split(html)
    assert [plain(words) for words in found.blocks] == ["Why & how", "Cities talk fast,always.", "Two"]
    assert found.blocks[1] == (
        "Cities ", Mark("open", "1"), "talk ", Mark("open", "2"), "fast", Mark("close", "2"), Mark("close", "1"), ",",
        Mark("alone", "3"), "always.",
    )  # fmt: skip
    assert found.spoken == ["A map"]
    assert join(found, found.blocks, found.spoken) == html
    assert join(found, found.blocks, ['Une "carte"']) == html.replace("A map", "Une &quot;carte&quot;")


def test_an_inline_tag_around_blocks_is_no_code_of_either() -> None:
    found = split('<a href="/x"><p>One</p><p>Two</p></a>')
    assert found.blocks == [("One",), ("Two",)] and found.codes == {}


@given(lessons)
def test_any_lesson_is_put_together_as_it_was(html: str) -> None:
    found = split(html)
    assert same_markup(join(found, found.blocks, found.spoken), html)
    assert all(well_nested(words) for words in found.blocks)
    assert sanitise.plain_text(join(found, found.blocks, found.spoken)) == sanitise.plain_text(html)


@given(lessons)
def test_a_translation_that_is_built_alike_finds_all_its_places(html: str) -> None:
    found = split(html)
    words = [tuple(p.upper() if isinstance(p, str) else p for p in block) for block in found.blocks]
    made = join(found, words, [string.upper() for string in found.spoken])
    (body, *rest), complete = units_of("body", html, made, None, State.FINAL, "0")
    assert complete and body.source == source_words(html)
    spoken = {place: plain(unit.target or ()) for place, unit in enumerate(rest)}
    again = put_together(html, body.target or (), spoken)
    assert again is not None and (not found.blocks or same_markup(again, made))


def test_what_has_not_changed_in_the_source_finds_its_translation() -> None:
    former = "<p>One</p><p>Two <b>bold</b></p>"
    source = "<h2>New</h2><p>Two <b>bold</b></p><p>One</p>"
    (body, *_rest), complete = units_of(
        "body", source, "<p>Un</p><p>Deux <b>gras</b></p>", former, State.TRANSLATED, "0"
    )
    targets = [segment.target and plain(segment.target) for segment in body.segments if segment.state is not None]
    assert (targets, complete) == ([None, "Deux gras", "Un"], False)


def test_a_translation_that_is_built_otherwise_finds_no_place() -> None:
    (body, *_rest), complete = units_of("body", "<p>One</p>", "<p>Un</p><p>Deux</p>", None, State.FINAL, "0")
    assert not complete and body.target is None


def test_codes_that_are_not_the_source_s_are_not_put_together() -> None:
    html = "<p>One <b>two</b></p><p>Three</p>"
    right = source_words(html)
    assert put_together(html, right, {}) is not None
    for wrong in (right[1:], right[:-1], right[::-1], tuple(p for p in right if p != Mark("close", "1"))):
        assert put_together(html, wrong, {}) is None
