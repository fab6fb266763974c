"""Media as people meet them: sent over a bad line, captioned, and played in a lesson, by a real Chromium."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from app.config import ROOT
from tests.made_files import TALK, a_picture

from .conftest import Site, _environment, _wait, assert_accessible, fill_in_sign_in, watch

COURSE, LESSON = 1, "three-moments"
MEGABYTE = 1024 * 1024


@pytest.fixture
def library(sign_in: Callable[..., Page]) -> Page:
    """A trainer's library."""
    page = sign_in("trainer")
    page.goto(f"/teach/courses/{COURSE}/media")
    return page


def a_long_video(path: Path, megabytes: int) -> Path:
    """A video that goes on with nothing: players stop at its end, and uploads take their time."""
    with path.open("wb") as file:
        file.write(TALK.read_bytes())
        file.write(os.urandom(megabytes * MEGABYTE))
    return path


def files(page: Page) -> list[str]:
    return page.locator("#files h3").all_inner_texts()


def shown_in_the_lesson(site: Site, html: str) -> None:
    """Put this before the text of a published lesson's draft, as its editor would."""
    with sqlite3.connect(site.data / "academy.sqlite", timeout=30) as connection:
        connection.execute(
            "UPDATE lesson_body SET html = ? || html WHERE language = 'en' AND lesson_id ="
            " (SELECT id FROM activity WHERE key = ? AND course_id = ?)",
            (html, LESSON, COURSE),
        )
    connection.close()


def test_a_video_is_sent_captioned_published_and_played(
    site: Site, library: Page, people: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    page = library
    wrong = watch(page)
    photo = tmp_path / "the square.png"
    photo.write_bytes(a_picture("PNG", 1200, 600))
    page.set_input_files("#file", [TALK, photo])
    expect(page.locator("#files h3")).to_have_count(2)
    expect(page.locator("#uploads li")).to_have_count(0)
    expect(page.locator("#files")).to_contain_text(re.compile(r"WebM · 215 kB · 320 × 180 · 0:0[56]"))

    # The list is asked for again after each file and each answer; the focus says that it came.
    ask = page.locator(".describing")
    expect(ask.get_by_label("What it shows, in English")).to_be_focused()
    ask.get_by_label("What it shows, in English").fill("A teal square")
    ask.get_by_role("button", name="Save").click()
    expect(page.locator(".describing")).to_have_count(0)
    expect(page.get_by_role("link", name="the square.webp")).to_be_focused()
    assert_accessible(page)

    page.get_by_role("link", name="talk.webm").click()
    address = page.locator("video").get_attribute("src")
    page.wait_for_load_state()
    page.get_by_role("link", name="Add captions in English").click()
    page.wait_for_function("() => document.querySelector('#player')?.readyState > 0")
    page.wait_for_load_state()
    caption_by_keyboard(page)
    assert_accessible(page)
    page.get_by_role("button", name="Save captions").click()
    expect(page.locator(".flash")).to_have_text("The captions in English are saved.")
    page.wait_for_load_state()
    assert_accessible(page)

    kept = page.context.request.get(f"/teach/courses/{COURSE}/media/files").json()
    picture = next(item for item in kept if item["name"] == "the square.webp")
    shown_in_the_lesson(
        site,
        f'<video src="{address}"></video><figure><img src="{picture["address"]}" alt="A teal square" loading="lazy">'
        "</figure>",
    )
    page.goto(f"/teach/courses/{COURSE}")
    assert "Every video has captions" in str(page.locator("main").text_content())
    page.get_by_role("button", name=re.compile("Publish edition")).click()
    expect(page.locator(".flash")).to_contain_text("is published")
    assert not wrong
    played_by_a_practitioner(people("practitioner").new_page(), str(address))


def caption_by_keyboard(page: Page) -> None:
    """Two captions, the second begun from within the first."""
    page.evaluate("() => { document.querySelector('#player').currentTime = 1 }")
    page.wait_for_function("() => !document.querySelector('#player').seeking")
    page.locator("#add").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Good morning.")
    page.evaluate("() => { document.querySelector('#player').currentTime = 3 }")
    page.wait_for_function("() => !document.querySelector('#player').seeking")
    page.keyboard.press("Alt+Enter")
    page.keyboard.type("Let us begin.")
    page.get_by_role("button", name="Show as text").click()
    text = page.get_by_label("Captions, as WebVTT").input_value()
    assert text.startswith("WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nGood morning.\n\n00:00:03.000 --> ")
    page.get_by_role("button", name="Show as text").click()


def played_by_a_practitioner(page: Page, address: str) -> None:
    wrong = watch(page)
    asked: list[tuple[str, int]] = []
    page.on("response", lambda answer: asked.append((urlsplit(answer.url).path, answer.status)))
    page.goto(f"/learn/prevention/{LESSON}")
    video = page.locator(".body video")
    page.wait_for_load_state("networkidle")
    assert (address, 206) not in asked, "nothing of it loads before somebody asks"
    assert_accessible(page)

    track = "() => [...document.querySelector('.body video').textTracks].map(t => [t.language, t.mode])"
    assert page.evaluate(track) == [["en", "showing"]]
    page.evaluate(
        """() => { const track = document.querySelector('.body video').textTracks[0]; window.shown = [];
        track.addEventListener('cuechange', () => shown.push(...[...track.activeCues].map(c => c.text))); }"""
    )
    video.evaluate("v => { v.muted = true; return v.play() }")
    page.wait_for_function("() => document.querySelector('.body video')?.currentTime > 0.3")
    assert (address, 206) in asked
    page.wait_for_function("() => shown.includes('Good morning.')")
    video.evaluate("v => { v.currentTime = 3.5 }")
    page.wait_for_function("() => shown.includes('Let us begin.')")
    page.get_by_label("Speed").select_option("1.5")
    assert video.evaluate("v => v.playbackRate") == 1.5
    page.reload()
    expect(page.get_by_label("Speed")).to_have_value("1.5")
    sources = page.locator(".body figure img").get_attribute("srcset")
    assert sources is not None
    assert re.findall(r" (\d+)w", sources) == ["480", "960", "1200"]
    assert not wrong


def test_a_line_that_breaks_while_sending_goes_on_by_itself(
    context: BrowserContext, library: Page, tmp_path: Path
) -> None:
    film = a_long_video(tmp_path / "long.webm", 12)
    sent: list[int] = []
    library.on(
        "request",
        lambda request: request.method == "PATCH" and sent.append(int(request.headers.get("upload-offset", 0))),
    )
    with library.expect_response(lambda answer: answer.request.method == "PATCH"):
        library.set_input_files("#file", film)
    context.set_offline(True)
    library.wait_for_timeout(1500)
    assert "long" not in "".join(files(library))
    context.set_offline(False)
    expect(library.locator("#files h3", has_text="long.webm")).to_have_count(1, timeout=60_000)
    assert sent[0] == 0
    assert sent.count(0) == 1, "what had come was not sent again"


def test_a_page_that_was_left_goes_on_where_it_was_when_the_file_is_chosen_again(library: Page, tmp_path: Path) -> None:
    film = a_long_video(tmp_path / "left.webm", 12)
    with library.expect_response(lambda answer: answer.request.method == "PATCH"):
        library.set_input_files("#file", film)
    library.on("dialog", lambda dialog: dialog.accept())
    library.goto(f"/teach/courses/{COURSE}/media")
    sent: list[int] = []
    library.on(
        "request",
        lambda request: request.method == "PATCH" and sent.append(int(request.headers.get("upload-offset", 0))),
    )
    library.set_input_files("#file", film)
    expect(library.locator("#files h3", has_text="left.webm")).to_have_count(1, timeout=60_000)
    assert sent
    assert sent[0] >= 2 * MEGABYTE


def test_an_upload_can_be_cancelled_while_others_go_on(library: Page, tmp_path: Path) -> None:
    films = [a_long_video(tmp_path / f"{name}.webm", 12) for name in ("kept", "cancelled")]
    for film in films:
        with library.expect_response(lambda answer: answer.request.headers.get("upload-offset") == "0"):
            library.set_input_files("#file", film)
    row = library.locator("#uploads li", has_text="cancelled.webm")
    with library.expect_response(lambda answer: answer.request.method == "DELETE"):
        row.get_by_role("button", name="Cancel").click()
    expect(row).to_contain_text("Cancelled")
    expect(library.locator("#files h3", has_text="kept.webm")).to_have_count(1, timeout=60_000)
    assert "cancelled.webm" not in files(library)


def test_files_that_are_pasted_or_dropped_come_in_and_bad_ones_say_why(library: Page) -> None:
    for event, width in (("paste", 30), ("drop", 40)):
        library.evaluate(
            """([event, name, bytes]) => {
              const carried = new DataTransfer();
              carried.items.add(new File([new Uint8Array(bytes)], name));
              const made = event === 'paste'
                ? new ClipboardEvent(event, {clipboardData: carried, bubbles: true, cancelable: true})
                : new DragEvent(event, {dataTransfer: carried, bubbles: true, cancelable: true});
              document.body.dispatchEvent(made);
            }""",
            [event, f"{event}.png", list(a_picture("PNG", width, 20))],
        )
        expect(library.locator("#files h3", has_text=f"{event}.webp")).to_have_count(1)
        expect(library.locator("#uploads li")).to_have_count(0)
    library.set_input_files("#file", {"name": "again.png", "mimeType": "image/png", "buffer": a_picture("PNG", 30, 20)})
    row = library.locator("#uploads li")
    expect(row).to_contain_text("In the library already, as “paste.webp”")
    row.get_by_role("button", name="Clear").click()
    library.set_input_files(
        "#file", {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<svg onload='alert(1)'/>"}
    )
    expect(row).to_contain_text("SVG pictures can carry programs")
    row.get_by_role("button", name="Clear").click()
    expect(row).to_have_count(0)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "JPEG", "WEBP"])
def test_a_picture_that_is_also_a_page_runs_nothing(library: Page, kind: str) -> None:
    polyglot = (
        a_picture(kind, 50 + len(kind) + ord(kind[0]), 21)
        + b"<html><script>document.title='owned'; alert(1)</script><img src=x onerror=alert(2)>"
    )
    alerts: list[str] = []
    library.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    library.set_input_files("#file", {"name": f"{kind}.html", "mimeType": "text/html", "buffer": polyglot})
    expect(library.locator("#files h3", has_text=f"{kind}.webp")).to_have_count(1)
    address = next(
        item["address"]
        for item in library.context.request.get(f"/teach/courses/{COURSE}/media/files").json()
        if item["name"] == f"{kind}.webp"
    )
    answer = library.goto(address)
    assert answer is not None
    assert answer.headers["content-type"] == "image/webp"
    assert b"script" not in answer.body()
    assert alerts == []
    assert "owned" not in library.title()


def test_a_video_on_another_site_loads_nothing_from_there_before_it_is_asked_for(
    site: Site, sign_in: Callable[..., Page]
) -> None:
    shown_in_the_lesson(
        site,
        '<figure class="elsewhere"><a href="https://www.youtube.com/watch?v=abcdefghijk" rel="noopener noreferrer">'
        "How Mombasa listens</a></figure>",
    )
    page = sign_in("trainer")
    elsewhere: list[str] = []

    def answer(route: Route) -> None:
        elsewhere.append(route.request.url)
        route.fulfill(body="<p>A player</p>", content_type="text/html")

    page.context.route(lambda url: not url.startswith(site.address), answer)
    page.goto(f"/teach/courses/{COURSE}/preview/three-moments")
    page.wait_for_load_state("networkidle")
    assert elsewhere == []
    figure = page.locator("figure.elsewhere")
    expect(figure).to_contain_text("It then learns that you watch it.")
    assert_accessible(page)
    figure.get_by_role("button", name="Play from youtube.com").click()
    expect(page.frame_locator("figure.elsewhere iframe").locator("p")).to_have_text("A player")
    assert elsewhere == ["https://www.youtube-nocookie.com/embed/abcdefghijk?autoplay=1&rel=0"]


class Server:
    """A server of its own, which can be killed and started again on what it left."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        log = self.data / "server.log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "wsgi:app"],
                cwd=ROOT, env=_environment(self.data, self.port), stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        _wait(self.address, self.process, log)

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def server(demonstration: Path, tmp_path: Path) -> Iterator[Server]:
    shutil.copytree(demonstration, tmp_path / "data")
    server = Server(tmp_path / "data")
    yield server
    server.kill()


def test_an_upload_cut_in_the_middle_goes_on_after_the_server_was_killed(
    server: Server, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context(base_url=server.address)
    page = context.new_page()
    fill_in_sign_in(page, "trainer")
    page.goto(f"/teach/courses/{COURSE}/media")
    content = TALK.read_bytes() + os.urandom(3 * MEGABYTE)
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in context.cookies())
    headers = {
        "Cookie": cookies,
        "X-CSRFToken": str(page.locator("input[name=csrf_token]").first.input_value()),
        "Tus-Resumable": "1.0.0",
    }

    def ask(method: str, path: str, data: bytes | None = None, **more: str) -> dict[str, str]:
        request = urllib.request.Request(server.address + path, data, {**headers, **more}, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return dict(answer.headers)

    told = {"Upload-Length": str(len(content)), "Upload-Metadata": "filename dGFsay53ZWJt,course MQ==,purpose bWVkaWE="}
    upload = ask("POST", "/teach/uploads", b"", **told)["Location"]
    part = {"Content-Type": "application/offset+octet-stream"}
    ask("PATCH", upload, content[:MEGABYTE], **part, **{"Upload-Offset": "0"})

    with socket.create_connection(("127.0.0.1", server.port)) as line:
        head = [f"PATCH {upload} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", f"Content-Length: {MEGABYTE}"]
        head += [f"{name}: {value}" for name, value in {**headers, **part, "Upload-Offset": str(MEGABYTE)}.items()]
        line.sendall("\r\n".join([*head, "", ""]).encode() + content[MEGABYTE : MEGABYTE + 300_000])
        page.wait_for_timeout(300)
    for _look in range(300):  # until the server has taken in what came
        at = int(ask("HEAD", upload)["Upload-Offset"])
        if at > MEGABYTE:
            break
        page.wait_for_timeout(100)
    assert MEGABYTE <= at <= MEGABYTE + 300_000, "what was acknowledged, and perhaps some of what was cut off"

    server.kill()
    server.start()
    assert int(ask("HEAD", upload)["Upload-Offset"]) == at
    while at < len(content):
        answer = ask("PATCH", upload, content[at : at + MEGABYTE], **part, **{"Upload-Offset": str(at)})
        at = int(answer["Upload-Offset"])
    added = context.request.post(
        f"/teach/courses/{COURSE}/media",
        form={"upload": upload.rpartition("/")[2]},
        headers={"X-CSRFToken": headers["X-CSRFToken"], "X-Requested-With": "fetch"},
    ).json()
    assert context.request.get(added["address"]).body() == content
    left = [path for path in (server.data / "media" / "uploads").rglob("*") if path.is_file()]
    assert left == []
