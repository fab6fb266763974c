"""Every page is a sound document, protected by its headers, for everyone who may see it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.wrappers import Response

from app.core.access import permission_of
from app.wiring import CONTENT_SECURITY_POLICY
from tests.factories import signed_in
from tests.pages import check_page

from .scene import Scene, a_scene
from .test_routes import MAY, arguments

LOOSE = ("unsafe-inline", "unsafe-eval", "data:", "http:", "https:", " *")


# What a script puts into a page: not a page of its own.
PARTS = ("/rule/count",)


def pages(app: Flask, scene: Scene, role: str) -> Iterator[tuple[str, Response]]:
    """Every page that takes a GET, as `role` sees it, by address."""
    person = None if role == "visitor" else getattr(scene, role)
    with app.test_request_context():
        addresses = [
            app.url_for(rule.endpoint, **arguments(rule, scene))
            for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
            if "GET" in (rule.methods or set()) and role in MAY[permission_of(app, rule.endpoint)]
        ]
    client = app.test_client()
    if person:
        signed_in(client, person)
    for address in [*addresses, "/there-is-no-such-page"]:
        yield address, client.get(address, headers={"Accept": "text/html"})


def test_the_policy_is_strict() -> None:
    assert not any(word in CONTENT_SECURITY_POLICY for word in LOOSE)
    for directive in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "form-action"):
        assert directive in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("role", ["visitor", "practitioner", "trainer", "coordinator", "administrator"])
def test_every_page_is_sound_and_protected(app: Flask, role: str) -> None:
    faults = []
    seen = 0
    for address, response in pages(app, a_scene(), role):
        if response.status_code >= 500:
            faults.append(f"{address}: {response.status}")
        if "Content-Security-Policy" not in response.headers:
            faults.append(f"{address}: no policy")
        for header, value in (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin")):
            if response.headers.get(header) != value:
                faults.append(f"{address}: {header} is {response.headers.get(header)!r}")
        if "X-Request-ID" not in response.headers:
            faults.append(f"{address}: no request id")
        if response.mimetype == "text/html" and not 300 <= response.status_code < 400:
            seen += 1
            if not address.endswith(PARTS):
                faults += [f"{address}: {fault}" for fault in check_page(response.get_data(as_text=True))]
            if "private" not in response.headers.get("Cache-Control", ""):
                faults.append(f"{address}: a shared cache may keep it")
    assert not faults, "\n".join(faults)
    assert seen >= 5
