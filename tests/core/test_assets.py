"""The built style says what its layers say."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core import assets


@pytest.mark.parametrize(
    ("source", "built"),
    [
        ("@layer a { .scroll :is(th, td) { color: red } }", "@layer a{.scroll *:is(th,td){color:red}}"),
        ("@layer a { .field[x] :focus-visible { color: red } }", "@layer a{.field[x] *:focus-visible{color:red}}"),
        ("@layer a { li> :is(a, b), li:hover { color: red } }", "@layer a{li>:is(a,b),li:hover{color:red}}"),
        (
            "@layer a { @media (min-width: 1px) { p { color : red } } }",
            "@layer a{@media (min-width:1px){p{color:red}}}",
        ),
    ],
)
def test_a_descendant_stays_a_descendant(source: str, built: str) -> None:
    assert assets.minified(source) == built


def test_the_same_sources_give_the_same_names(tmp_path: Path) -> None:
    names = assets.build(tmp_path / "one")
    assert assets.build(tmp_path / "two") == names
    style = (tmp_path / "one" / names["app.css"]).read_text()
    assert ".numbers *:is(a,button){" in style


def test_a_build_differs_from_another_by_a_template_alone(tmp_path: Path) -> None:
    manifest, templates = tmp_path / "manifest.json", tmp_path / "templates"
    templates.mkdir()
    manifest.write_text("{}")
    (templates / "page.html").write_text("once")
    before = assets.fingerprint(manifest, templates)
    assert assets.fingerprint(manifest, templates) == before
    (templates / "page.html").write_text("now")
    assert assets.fingerprint(manifest, templates) != before
