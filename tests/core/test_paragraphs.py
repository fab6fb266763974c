from __future__ import annotations

import pytest
from flask import Flask

from app.core.paragraphs import paragraphs


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<h2>First</h2><p>One <strong>bold</strong> word,\nand another.</p>", "First\nOne bold word, and another."),
        ("<p>One</p><ul><li>two</li><li>three</li></ul>", "One\n• two\n• three"),
        ("<table><tr><th>City</th><td>Ghent</td></tr><tr><td>a</td><td>b</td></tr></table>", "City | Ghent\na | b"),
        ('<figure><img src="/x" alt="A square"><figcaption>Ghent</figcaption></figure>', "[Picture: A square]\nGhent"),
        ('<p>See <a href="https://a.example/b">the page</a>.</p>', "See the page (https://a.example/b)."),
        ('<p>See <a href="/courses">courses</a>.</p>', "See courses."),
        ('<video src="/media/00/walk.mp4"></video><p>Look</p>', "[Recording: walk.mp4]\nLook"),
        ("<pre><code>one\n  two</code></pre>", "one\ntwo"),
        ("<p>1 &lt; 2 &amp; 3</p><p> </p>", "1 < 2 & 3"),
        ("", ""),
    ],
)
def test_reads_html_as_a_person_does(app: Flask, html: str, words: str) -> None:
    with app.test_request_context():
        assert paragraphs(html) == words
