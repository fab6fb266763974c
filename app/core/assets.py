"""Static files: layers of style joined, names hashed, compressed once; and the addresses they got.

`python -m app.core.assets` builds `build/static/` from `static/` and the fonts that npm brought. WhiteNoise
serves that folder; a name carries the hash of its content, so it is cached for ever.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import brotli
import rcssmin
from flask import Flask
from whitenoise import WhiteNoise

from app.config import ROOT

SOURCE = ROOT / "static"
FONTS = ROOT / "node_modules" / "@fontsource-variable" / "public-sans" / "files"
BUILT = ROOT / "build" / "static"
LAYERS = (
    "reset",
    "tokens",
    "base",
    "frame",
    "pieces",
    "skyline",
    "learning",
    "certificate",
    "quizzes",
    "answering",
    "arranging",
    "grants",
    "reports",
    "messages",
    "people",
    "site",
    "media",
    "adapt",
    "utilities",
)
# What only trainers see, in a file of its own, so that practitioners never load it.
STUDIO_LAYERS = (
    "tabs",
    "studio",
    "builder",
    "writing",
    "library",
    "settings",
    "translation",
    "editions",
    "questions",
    "statistics",
    "bank",
    "moving",
    "marking",
)
# What only those see who write calls, apply, or decide, again in a file of its own.
GRANTING_LAYERS = ("tabs", "calls", "applications", "reviewing", "tracing", "rule_editor")
PACKAGES = ROOT / "node_modules"
# Other people's scripts, as npm brought them: from where, and under which name.
SCRIPTS = {
    "sortablejs/modular/sortable.core.esm.js": "lib/sortable.js",
}
# What a script of ours needs to be in one file with, since it is no module itself.
BUNDLED = {"upload.js": "tus-js-client/dist/tus.min.js"}
# The rich editor, in one request: the plugins that are used, registered before it looks for them elsewhere.
EDITOR = (
    "hugerte.min.js",
    "models/dom/model.min.js",
    "themes/silver/theme.min.js",
    "icons/default/icons.min.js",
    *(
        f"plugins/{name}/plugin.min.js"
        for name in ("autolink", "autoresize", "directionality", "link", "lists", "table")
    ),
)
# Its looks, light and dark in one file, below our own layer of changes; for the page, and for the text within it.
EDITOR_STYLES = {"lib/hugerte.css": ("skin", "editor"), "lib/hugerte-content.css": ("content", "prose")}
SKINS = ("oxide", "oxide-dark")
IMPORT = re.compile(r'from "\./([\w-]+\.js)"')
MAKES_PAGES = {".html", ".txt", ".py", ".mo"}
COMPRESSED = {".css", ".js", ".svg", ".webmanifest"}


class Assets:
    """Logical name to hashed address; `build` names the whole set, for ETags."""

    def __init__(self, folder: Path = BUILT) -> None:
        try:
            self._names: dict[str, str] = json.loads((folder / "manifest.json").read_text())
        except FileNotFoundError as error:
            raise RuntimeError("the static files are not built: run `make static`") from error
        self.build = fingerprint(folder / "manifest.json")

    def url(self, name: str) -> str:
        """The address of `name`, as `app.css`. Raises `KeyError` if there is no such file."""
        return "/static/" + self._names[name]


def init_app(app: Flask) -> None:
    """Serve the built files, and give templates `asset()`."""
    assets = Assets()
    app.extensions["assets"] = assets
    app.jinja_env.globals["asset"] = assets.url
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(BUILT),
        prefix="/static/",
        immutable_file_test=r"\.[0-9a-f]{10}\.",
        allow_all_origins=False,
        max_age=3600,
    )


def fingerprint(manifest: Path, *sources: Path) -> str:
    """What tells one build of the site from another: its static files, templates, translations and code.

    A page's ETag holds it, so that no browser keeps a page that a newer build would make otherwise.
    """
    digest = hashlib.sha256(manifest.read_bytes())
    for source in sources or (ROOT / "app", ROOT / "templates"):
        for file in sorted(p for p in source.rglob("*") if p.suffix in MAKES_PAGES):
            digest.update(f"{file.relative_to(source)}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:10]


def build(target: Path = BUILT) -> dict[str, str]:
    """Write the built files and their manifest; the same sources give the same names.

    What an earlier build wrote stays, since pages already sent still ask for it; `make clean` takes it away.
    """
    target.mkdir(parents=True, exist_ok=True)
    names: dict[str, str] = {}

    def write(name: str, data: bytes) -> None:
        stem, dot, suffix = name.rpartition(".")
        hashed = f"{stem}.{hashlib.sha256(data).hexdigest()[:10]}{dot}{suffix}"
        (target / hashed).parent.mkdir(parents=True, exist_ok=True)
        (target / hashed).write_bytes(data)
        names[name] = hashed
        if dot + suffix in COMPRESSED:
            (target / (hashed + ".br")).write_bytes(brotli.compress(data, quality=11))
            (target / (hashed + ".gz")).write_bytes(gzip.compress(data, 9, mtime=0))

    for font in ("public-sans-latin-wght-normal.woff2", "public-sans-latin-ext-wght-normal.woff2"):
        write(f"fonts/{font}", (FONTS / font).read_bytes())
    for file in sorted(p for p in SOURCE.rglob("*") if p.is_file() and p.parent.name not in ("css", "js")):
        write(file.relative_to(SOURCE).as_posix(), file.read_bytes())
    for script, name in SCRIPTS.items():
        write(name, (PACKAGES / script).read_bytes())
    for name, script_text in _modules(names):
        write(name, script_text.encode())
    write("lib/hugerte.js", b";\n".join((PACKAGES / "hugerte" / part).read_bytes() for part in EDITOR))
    for name, (looks, ours) in EDITOR_STYLES.items():
        write(name, minified(_editor_style(looks) + (SOURCE / "css" / f"{ours}.css").read_text()).encode())
    for name, layers in (("app.css", LAYERS), ("studio.css", STUDIO_LAYERS), ("granting.css", GRANTING_LAYERS)):
        style = "\n".join((SOURCE / "css" / f"{layer}.css").read_text() for layer in layers)
        style = re.sub(r'url\("([^"]+)"\)', lambda m: f'url("{names[m[1]]}")', style)
        write(name, minified(style).encode())
    unseen = target / "manifest.json.new"
    unseen.write_text(json.dumps(names, indent=1, sort_keys=True))
    unseen.replace(target / "manifest.json")
    return names


def _modules(names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Our scripts, each after those it imports, whose hashed names take the place of their own in it."""
    folder = SOURCE / "js"
    texts = {file.name: file.read_text() for file in sorted(folder.glob("*.js"))}
    for name, package in BUNDLED.items():
        texts[name] = f"{(PACKAGES / package).read_text()}\n{texts[name]}"
    order = TopologicalSorter({name: IMPORT.findall(text) for name, text in texts.items()})
    for name in order.static_order():
        yield f"js/{name}", IMPORT.sub(lambda m: f'from "./{Path(names["js/" + m[1]]).name}"', texts[name])


def _editor_style(looks: str) -> str:
    light, dark = ((PACKAGES / "hugerte" / "skins" / "ui" / skin / f"{looks}.min.css").read_text() for skin in SKINS)
    return (
        "@layer hugerte, house;\n"
        f"@layer hugerte {{ @media not (prefers-color-scheme: dark) {{ {light} }} "
        f"@media (prefers-color-scheme: dark) {{ {dark} }} }}\n"
    )


def minified(style: str) -> str:
    """`style` with everything out that browsers do not need.

    Inside `@layer`, rcssmin takes every colon for a declaration's and drops the space before it: `.scroll :is(td)`
    would become `.scroll:is(td)`, another selector. The star that CSS understands there keeps them apart.
    """
    return str(rcssmin.cssmin(re.sub(r"(?<=[\w\])]) +(?=:[a-z])", " *", style)))


if __name__ == "__main__":
    for logical, hashed in build().items():
        print(f"{logical} -> {hashed}")
