from __future__ import annotations

import re
import time
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.sanitise import clean, plain_text
from app.core.text import Text
from app.courses.lessons.dressing import (
    LibraryFile,
    described,
    dressed,
    frames_in,
    has_media,
    hashes_in,
    played_in,
    said_size,
    silent_pictures,
    source_of,
    undressed,
)

PHOTO, TALK, LAW, SOUND, UNKNOWN = ("a" * 64, "b" * 64, "c" * 64, "d" * 64, "e" * 64)
ENGLISH, FRENCH = "1" * 64, "2" * 64
LIBRARY = {
    PHOTO: LibraryFile(PHOTO, "photo.webp", "image/webp", 90_000, 1920, 1080, variants=(480, 960, 1440)),
    TALK: LibraryFile(
        TALK, "talk.mp4", "video/mp4", 9_000_000, 1280, 720, 245.0, captions={"en": ENGLISH, "fr": FRENCH}
    ),
    LAW: LibraryFile(LAW, "law.pdf", "application/pdf", 1_234_567),
    SOUND: LibraryFile(SOUND, "talk.mp3", "audio/mpeg", 900_000, seconds=60.0),
}


def test_a_picture_comes_in_the_widths_there_are() -> None:
    source = f'<img src="/media/{PHOTO}/photo.webp" alt="A square" loading="lazy">'
    assert dressed(source, LIBRARY, "en") == (
        f'<img src="/media/{PHOTO}/photo.webp" alt="A square" srcset="/media/{PHOTO}/480/photo.webp 480w, '
        f"/media/{PHOTO}/960/photo.webp 960w, /media/{PHOTO}/1440/photo.webp 1440w, "
        f'/media/{PHOTO}/photo.webp 1920w" sizes="(max-width: 48rem) 100vw, 46rem" width="1920" height="1080" '
        'loading="lazy">'
    )


def test_the_size_that_the_source_says_stays() -> None:
    source = f'<img src="/media/{PHOTO}/photo.webp" alt="" width="640" height="360" loading="lazy">'
    shown = dressed(source, LIBRARY, "en")
    assert shown.count("width=") == shown.count("height=") == 1
    assert undressed(shown) == source


def test_a_video_plays_with_captions_in_the_language_of_the_text_first_and_loads_nothing_before() -> None:
    shown = dressed(f'<video src="/media/{TALK}/talk.mp4"></video>', LIBRARY, "fr")
    assert shown == (
        f'<video src="/media/{TALK}/talk.mp4" controls preload="none" width="1280" height="720">'
        f'<track kind="captions" src="/media/{FRENCH}/captions.vtt" srclang="fr" label="français" default="">'
        f'<track kind="captions" src="/media/{ENGLISH}/captions.vtt" srclang="en" label="English"></video>'
    )
    assert 'srclang="en" label="English" default=""' in dressed(undressed(shown), LIBRARY, "de")


def test_what_the_library_does_not_know_can_be_played_all_the_same() -> None:
    shown = dressed(f'<audio src="/media/{UNKNOWN}/x.mp3"></audio>', LIBRARY, "en")
    assert shown == f'<audio src="/media/{UNKNOWN}/x.mp3" controls preload="none"></audio>'


def test_a_document_says_what_it_is_and_how_large() -> None:
    source = f'<p><a class="document" href="/media/{LAW}/law.pdf">The <em>law</em></a></p>'
    assert plain_text(dressed(source, LIBRARY, "en")) == "The law PDF, 1.2 MB"
    assert plain_text(dressed(source, LIBRARY, "fr")) == "The law PDF, 1,2 Mo"
    assert plain_text(dressed(source.replace(LAW, UNKNOWN), LIBRARY, "en")) == "The law PDF"
    assert described(None, "minutes.docx", "en") == "DOCX"


@pytest.mark.parametrize(
    ("size", "said"), [(1, "1 kB"), (870_400, "870 kB"), (999_999, "1 MB"), (2_147_483_648, "2.1 GB")]
)
def test_sizes_are_said_as_people_say_them(size: int, said: str) -> None:
    assert unescape(said_size(size, "en")).replace("\xa0", " ").replace("1.0", "1") == said
    assert said_size(size, "no-such-language-at-all") == said_size(size, "en")


def test_a_text_without_files_is_left_as_it_is() -> None:
    source = "<p>Words &amp; more <a href='/courses'>words</a></p>"
    assert dressed(source, LIBRARY, "en") is source


def test_markup_within_an_attribute_is_a_value_and_no_tag() -> None:
    source = f"<p title='<video src=\"/media/{TALK}/talk.mp4\">'>x</p>"
    assert dressed(source, LIBRARY, "en") == source
    assert played_in(source) == []


def test_what_a_text_holds() -> None:
    source = (
        f'<video src="/media/{TALK}/talk.mp4"></video><audio src="/media/{SOUND}/talk.mp3"></audio>'
        f'<img src="/media/{PHOTO}/photo.webp" alt="">'
    )
    assert played_in(source) == [("video", TALK), ("audio", SOUND)]
    assert hashes_in(source) == {TALK, SOUND, PHOTO}
    assert hashes_in(dressed(source, LIBRARY, "en")) == {TALK, SOUND, PHOTO, ENGLISH, FRENCH}
    assert has_media(source)
    assert not has_media("<p>x</p>")


def test_a_picture_that_only_decorates_is_not_silent() -> None:
    silent = f'<img src="/media/{PHOTO}/photo.webp" alt="">'
    spoken = f'<img src="/media/{PHOTO}/photo.webp" alt="A square">'
    decorating = {PHOTO: LibraryFile(PHOTO, "photo.webp", "image/webp", 1, alternative=Text({}))}
    assert silent_pictures(silent + spoken, LIBRARY) == 1
    assert silent_pictures(silent + spoken, decorating) == 0


@pytest.mark.parametrize(
    ("address", "frames"),
    [
        ("https://www.youtube.com/watch?v=abcdefg", ("https://www.youtube-nocookie.com",)),
        ("https://youtu.be/abcdefg", ("https://www.youtube-nocookie.com",)),
        ("https://vimeo.com/123", ("https://player.vimeo.com",)),
        ("https://video.example/1", ()),
        ("https://youtube.com.evil.example/1", ()),
        ("http://www.youtube.com/watch?v=abcdefg", ()),
    ],
)
def test_a_page_may_hold_the_players_of_the_sites_in_it_and_no_others(address: str, frames: tuple[str, ...]) -> None:
    assert frames_in(f'<figure class="elsewhere"><a href="{address}" rel="x">A talk</a></figure>') == frames
    assert frames_in(f'<p><a href="{address}">A talk</a></p>') == ()


PIECES = st.sampled_from(
    [
        f'<img src="/media/{PHOTO}/photo.webp" alt="A square">',
        f"<img src='/media/{PHOTO}/photo.webp' alt='say \"hi\"' width=640>",
        f'<img width="3" height="4" src="/media/{PHOTO}/photo.webp">',
        f'<img src="/media/{UNKNOWN}/photo.webp" alt="a > b &amp; c">',
        f"<img src='/media/{PHOTO}/photo.webp' alt='it&#39;s \"a\" & b' title=x>",
        f'<a class="document" href="/media/{LAW}/law.pdf">The law</a>',
        f'<a class="document" href="/media/{UNKNOWN}/law.pdf">Minutes <small>of May</small></a>',
        f'<a href="/media/{LAW}/law.pdf">The law</a>',
        f'<figure><img src="/media/{PHOTO}/photo.webp" alt=""><figcaption>Square</figcaption></figure>',
        "<p>", "</p>", "<em>", "</em>", "<h2>", "</h2>", "<ul><li>", "</li></ul>", "<table><tr><td>",
        "</td></tr></table>", "words", " ", "&lt;img&gt;", "a &amp; b", "é", "\n", '<a href="/courses">', "</a>",
        "<pre><code>", "</code></pre>",
    ]
)  # fmt: skip
PLAYERS = st.sampled_from(
    [
        f'<video src="/media/{TALK}/talk.mp4"></video>',
        f'<figure><video controls src="/media/{TALK}/talk.mp4" width="9"></video><figcaption>x</figcaption></figure>',
        f'<audio src="/media/{SOUND}/talk.mp3"></audio>',
        f'<video src="/media/{UNKNOWN}/x.webm"></video>',
        '<figure class="elsewhere"><a href="https://vimeo.com/1">A talk</a></figure>',
        f'<p><a class="document" href="/media/{LAW}/law.pdf">The <em>law</em></a></p>',
        f'<p><a class="document" href="/media/{UNKNOWN}/minutes.docx">Minutes <small>of May</small></a></p>',
        "<p>words</p>",
    ]
)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.one_of(PIECES, PLAYERS), max_size=10).map("".join).map(source_of), st.just("en"))
def test_what_is_dressed_is_clean_and_what_is_undressed_is_the_source(source: str, language: str) -> None:
    shown = dressed(source, LIBRARY, language)
    assert clean(shown) == shown
    assert undressed(shown) == source
    assert source_of(shown) == source
    assert plain_text(re.sub(r" <small>(PDF|DOCX)[^<]*</small></a>", "</a>", shown)) == plain_text(source)


def test_a_text_of_many_documents_is_undressed_in_good_time() -> None:
    source = f'<p><a class="document" href="/media/{LAW}/law.pdf">The law</a></p>' * 8000
    begun = time.process_time()  # the machine may be busy
    assert undressed(dressed(source, LIBRARY, "en")) == source
    assert time.process_time() - begun < 10
