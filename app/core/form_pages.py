"""On which page a form stands whose address takes nothing but the form.

A refused form is shown at the address that it was sent to. Whoever then asks for that address itself, by choosing
another language or opening it again, is led to the page of the form: the nearest one above it in the address, or the
one that its view declares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException

View = TypeVar("View", bound=Callable[..., Any])


def form_on(endpoint: str, *, query: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Declare on which page the form of a view stands, where it is not the nearest one above.

    What the path of that page needs, the path of the view has; `query`: what else of that the page is asked with.
    """

    def declare(view: View) -> View:
        view.form_on = (endpoint, query)  # type: ignore[attr-defined]
        return view

    return declare


def find_form_page() -> str | None:
    """The address of the page whose form the address of this request takes, with its query; None if it takes none."""
    taken = _match(request.path, "POST")
    if taken is None:
        return None
    page = _declared(*taken) or next(filter(None, (_match(path, "GET") for path in _above(request.path))), None)
    if page is None:
        return None
    endpoint, values = page
    address, asked = url_for(endpoint, **values), urlencode(list(request.args.items(multi=True)))
    return address + ("&" if "?" in address else "?") + asked if asked else address


def _declared(endpoint: str, values: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    declared = getattr(current_app.view_functions[endpoint], "form_on", None)
    if declared is None:
        return None
    page, query = declared
    [rule] = current_app.url_map.iter_rules(page)
    return page, {name: values[name] for name in (*rule.arguments, *query)}


def _match(path: str, method: str) -> tuple[str, dict[str, Any]] | None:
    """The endpoint that answers there, and what it reads in the path; None for none."""
    adapter = current_app.create_url_adapter(request)
    assert adapter is not None
    try:
        endpoint, values = adapter.match(path, method=method)
    except HTTPException:
        return None
    return endpoint, dict(values)


def _above(path: str) -> Iterator[str]:
    """`/a/b` and `/a` and `/`, of `/a/b/c`."""
    while path.strip("/"):
        path = path.rpartition("/")[0] or "/"
        yield path
