"""Journeys walk the real site: its server and worker as processes, the demonstration network, a real Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from app.config import ROOT
from app.core import assets

PASSWORD = "demo-demo-demo"
PATIENCE = 60  # seconds for the site to answer

expect.set_options(timeout=20_000)  # milliseconds: a machine may be busy


@dataclass(frozen=True)
class Site:
    """A running site. `data` is its own folder; nothing else uses it."""

    address: str
    data: Path

    def mails(self, to: str = "") -> list[EmailMessage]:
        """What was mailed so far, oldest first, to `to` if given."""
        files = sorted((self.data / "mail").glob("*.eml"))
        messages = [BytesParser(policy=policy.default).parsebytes(file.read_bytes()) for file in files]
        return [message for message in messages if to in str(message["To"])]  # type: ignore[misc]

    def wait_for_mail(self, to: str, *, count: int = 1, seconds: float = 120) -> EmailMessage:
        """The latest mail to `to` once there are `count`; the worker sends it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if len(found := self.mails(to)) >= count:
                return found[-1]
            time.sleep(0.2)
        raise AssertionError(f"no mail to {to} within {seconds} seconds")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser; the tests of one file and language stay in one process, on one site."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            values = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group(f"{item.path.stem} {values.get('language', '')}"))


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demonstration network in it; copy it, never change it."""
    if not (assets.BUILT / "manifest.json").exists():
        assets.build()
    data = tmp_path_factory.mktemp("demonstration")
    subprocess.run([ROOT / "scripts" / "prepare"], env=_environment(data), check=True, capture_output=True)
    return data


@pytest.fixture(scope="module")
def site(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site with the demonstration network, new for each file of journeys."""
    with serving(demonstration, tmp_path_factory.mktemp("site") / "data") as server:
        yield Site(server.address, server.data)


@pytest.fixture
def context(new_context: Callable[..., BrowserContext], site: Site) -> BrowserContext:
    """A visitor's browser, at the site: `page.goto("/…")`."""
    return new_context(base_url=site.address)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, quiet, as root or not."""
    return {
        **browser_type_launch_args,
        "executable_path": _chromium(),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "en-GB", "reduced_motion": "reduce"}


@pytest.fixture
def sign_in(page: Page) -> Callable[..., Page]:
    """`sign_in("trainer")` or with an e-mail address: the page of that person."""

    def as_person(who: str, password: str = PASSWORD) -> Page:
        fill_in_sign_in(page, who, password)
        return page

    return as_person


@pytest.fixture(scope="module")
def people(
    browser: Browser, browser_context_args: dict[str, Any], site: Site
) -> Iterator[Callable[..., BrowserContext]]:
    """`people("trainer", "fr")`: the browser of that person, signed in once for the file; `None` is a visitor."""
    contexts: dict[tuple[str | None, str], BrowserContext] = {}

    def of(who: str | None, language: str = "en") -> BrowserContext:
        if (who, language) not in contexts:
            locale = {"en": "en-GB", "fr": "fr-FR"}[language]
            context = browser.new_context(**{**browser_context_args, "base_url": site.address, "locale": locale})
            contexts[who, language] = context
            if who:
                page = context.new_page()
                fill_in_sign_in(page, who)
                page.close()
        return contexts[who, language]

    yield of
    for context in contexts.values():
        context.close()


def fill_in_sign_in(page: Page, who: str, password: str = PASSWORD) -> None:
    """Sign in as a demonstration person (`trainer`) or by address."""
    page.goto("/sign-in")
    page.fill("main input[name=email]", who if "@" in who else f"{who}@demo.example")
    page.fill("main input[name=password]", password)
    page.press("main input[name=password]", "Enter")
    page.wait_for_url(lambda address: "/sign-in" not in address)


def speak(page: Page, language: str) -> None:
    """Read the open page in `language`, by the menu in the masthead."""
    if page.locator("html").get_attribute("lang") == language:
        return
    page.locator(".masthead details.drop").first.locator("summary").click()
    page.locator(f".masthead button[name=language][value={language}]").click()
    page.wait_for_selector(f"html[lang={language}]")


def assert_accessible(page: Page, *, by: Sequence[str] = ()) -> None:
    """axe finds nothing on the page as it stands, of whatever weight; `by`: only these of its rules."""
    page.wait_for_load_state()
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if by:
        options["runOnly"] = {"type": "rule", "values": list(by)}
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    told = []
    for rule in page.evaluate("options => axe.run(options).then(found => found.violations)", options):
        places = [f"    {node['html']}" for node in rule["nodes"][:3]]
        told.append("\n".join([f"{rule['id']} ({rule['impact']}): {rule['help']}", *places]))
    assert not told, f"{page.url}\n" + "\n".join(told)


def watch(page: Page) -> list[str]:
    """What goes wrong in the page from here on: errors, refusals by the policy, answers that failed."""
    wrong: list[str] = []

    def counts(request: Request) -> bool:
        """A page that is left takes its icon and what it fetched ahead with it, and no answer to its last report of
        time reaches it, nor the figures of a rule that come after it, nor a look for news: that is nobody's fault."""
        if request.failure != "net::ERR_ABORTED":
            return True
        path = urllib.parse.urlsplit(request.url).path
        looks = request.method == "GET" and "/bodies/" in path
        return not (
            looks or path.endswith(("/time", "/rule/count")) or request.resource_type in ("image", "media", "other")
        )

    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "requestfailed", lambda request: wrong.append(f"{request.url}: {request.failure}") if counts(request) else None
    )
    return wrong


def _chromium() -> str:
    found = subprocess.run([ROOT / "scripts" / "chromium"], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.fail("there is no Chromium: install one, name it in CHROMIUM, or leave these out with -m 'not browser'")
    return found.stdout.strip()


def _environment(data: Path, port: int = 8000) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "DATA_DIR": str(data),
        "DEMO": "yes",
        "MAIL": "folder",
        "PORT": str(port),
        "WEB_WORKERS": "1",
        "LOG_LEVEL": "WARNING",
    }


@dataclass
class Server:
    """The server and its worker as processes, on `port`, with the data in `data`."""

    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        log = self.data / "server.log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [ROOT / "scripts" / "serve"],
                cwd=ROOT,
                env=_environment(self.data, self.port),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        _wait(self.address, self.process, log)

    def kill(self) -> None:
        """End it as a failing machine would."""
        if self.process is not None and self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def serving(demonstration: Path, data: Path) -> Iterator[Server]:
    """A server on a free port, with a copy of `demonstration` in `data`."""
    shutil.copytree(demonstration, data)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = Server(data, probe.getsockname()[1])
    try:
        server.start()
        yield server
    finally:
        server.kill()  # its data are thrown away


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except urllib.error.HTTPError as refused:
            raise AssertionError(refused.read().decode()) from None
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the site did not start:\n{log.read_text()[-4000:]}")
