"""A form refused because its token or the sign-in had run out comes back filled.

What was typed travels in the page itself, never in the session: as hidden fields through the sign-in, and then
in a form that sends it where it was going. Only a request that came from a page of this site is brought back,
and never a field that holds a password.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from app.core.access import Permission, permission_of

from . import sessions
from .forms import SignInForm
from .identity import current_person, for_anyone

PREFIX = "carried."
PATH = "carried-path"
FILES = "carried-files"


@dataclass(frozen=True, slots=True)
class Carried:
    """A form on its way: where to, its fields in order, and the names of the files that have to be chosen again."""

    path: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = ()

    @property
    def readable(self) -> list[tuple[str, str]]:
        """What the person typed or chose, each under a name made of words."""
        return [(_words(name), value) for name, value in self.fields if value.strip()]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The hidden inputs that carry all of this through the sign-in form."""
        files = [(FILES, name) for name in self.files]
        return [(PATH, self.path), *files, *((PREFIX + name, value) for name, value in self.fields)]


def init_app(app: Flask) -> None:
    """Answer requests whose token was refused."""
    app.register_error_handler(CSRFError, for_anyone(_refused_token))


def ask_to_sign_in() -> Response:
    """The answer to an unsafe request of somebody whose sign-in has ended: sign in, and nothing typed is lost."""
    if wants_json():
        message = _("You have been signed out. Sign in again; what you typed is still here.")
        return make_response(jsonify(error=message, code="signed_out"), 401)
    if not is_from_this_site():
        return _not_from_here(403)
    page = render_template(
        "auth/sign_in.html", form=SignInForm(formdata=None), next_path=None, carried=_typed(), ran_out=True
    )
    return make_response(page, 401)


def resend_page(carried: Carried) -> str:
    """The page that shows a form filled, with one button that sends it where it was going."""
    return render_template("auth/resend.html", carried=carried)


def carried_here() -> Carried | None:
    """What a sign-in form brought along, if anything, and if it leads to a page of this site."""
    path = sessions.local_path(request.form.get(PATH))
    if path is None:
        return None
    pairs = request.form.items(multi=True)
    fields = _without_secrets((name.removeprefix(PREFIX), value) for name, value in pairs if name.startswith(PREFIX))
    return Carried(path=path, fields=fields, files=tuple(request.form.getlist(FILES)))


def wants_json() -> bool:
    """Whether a script is asking, rather than a person turning a page."""
    accepts = request.headers.get("Accept", "")
    script = request.headers.get("X-Requested-With") == "fetch" or request.is_json
    return script or ("application/json" in accepts and "text/html" not in accepts)


def is_from_this_site() -> bool:
    """Whether the browser says that a page of this site sent the request. One that says nothing is not believed."""
    if said := request.headers.get("Sec-Fetch-Site"):
        return said == "same-origin"
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return source != "" and urlsplit(source).netloc == request.host


def _refused_token(error: CSRFError) -> Response:
    if current_person() is None and _needs_a_person():
        return ask_to_sign_in()
    if wants_json():
        message = _("This page is too old to save from. Load it again in another tab, then try once more.")
        return make_response(jsonify(error=message, code="expired"), 400)
    if request.method != "POST" or not is_from_this_site():
        return _not_from_here(400)
    return make_response(resend_page(_typed()), 400)


def _needs_a_person() -> bool:
    return permission_of(current_app, request.endpoint or "") not in (Permission.ANYONE, Permission.DEVELOP)


def _not_from_here(status: int) -> Response:
    return make_response(render_template("auth/refused.html"), status)


def _typed() -> Carried:
    """What the present request brought, as far as it may be shown again."""
    path = "/" + request.full_path.rstrip("?").lstrip("/")
    pairs = ((name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
    return Carried(path=path, fields=_without_secrets(pairs), files=tuple(dict.fromkeys(request.files)))


def _without_secrets(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, value) for name, value in pairs if "password" not in name.lower() and not name.endswith("csrf_token")
    )


def _words(name: str) -> str:
    """`title_fr` and `title-fr` are read as `Title fr`."""
    words = name.replace("_", " ").replace("-", " ").replace(".", " ").strip()
    return words[:1].upper() + words[1:]
