"""Items as other programs write them: what each becomes, or why it is refused, and where."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from app.config import ROOT
from app.core.text import Text
from app.exchange.parsed import ParsedQuestion
from app.exchange.qti import QTI3, QTI21, Qti
from app.exchange.qti.reading import read
from app.exchange.questions import OutgoingQuestion
from app.exchange.sheet.examples import examples
from app.quizzes.types import (
    Content,
    Essay,
    Gaps,
    Matching,
    MultipleChoice,
    Number,
    NumberAnswer,
    OrderCredit,
    Ordering,
    ShortAnswer,
    ShortAnswerAnswer,
    SingleChoice,
    TrueFalse,
    grade,
)

ATTACKS = sorted((ROOT.parent / "shared" / "corpus" / "attacks" / "xml").glob("*"))
SPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
MATCH = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"
MAP = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/map_response"
SCORE = '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'


@pytest.fixture(autouse=True)
def in_english(the_app: Flask) -> Any:
    with the_app.test_request_context():
        yield


def item(declarations: str, body: str, processing: str = f'<responseProcessing template="{MATCH}"/>', more: str = "",
         *, space: str = SPACE) -> bytes:  # fmt: skip
    return (
        f'<assessmentItem xmlns="{space}" identifier="Item_1" title="A title" adaptive="false" timeDependent="false">\n'
        f"{declarations}\n{SCORE}\n<itemBody>\n{body}\n</itemBody>\n{processing}\n{more}</assessmentItem>"
    ).encode()


def response(kind: str, *values: str, cardinality: str = "single", mapping: str = "") -> str:
    right = "".join(f"<value>{value}</value>" for value in values)
    correct = f"<correctResponse>{right}</correctResponse>" if values else ""
    return (
        f'<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="{kind}">'
        f"{correct}{mapping}</responseDeclaration>"
    )


def mapped(*entries: tuple[str, float], more: str = "") -> str:
    inner = "".join(f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in entries)
    return f'<mapping defaultValue="0"{more}>{inner}</mapping>'


def one(data: bytes) -> ParsedQuestion:
    questions, faults = read(data, file="item.xml", language="en")
    assert faults == [] and len(questions) == 1
    return questions[0]


def content(data: bytes) -> Content:
    return one(data).content


def refused(data: bytes) -> tuple[int, str]:
    questions, faults = read(data, file="item.xml", language="en")
    assert questions == [] and len(faults) == 1 and faults[0].file == "item.xml"
    return faults[0].line, faults[0].reason


def said(text: Text | None) -> str | None:
    return text and text.best("en", "en")


UNATTENDED = (
    "<p>Look at the text in the picture.</p><p>It says <strong>NEVER LEAVE LUGGAGE UNATTENDED</strong>.</p>"
    '<choiceInteraction responseIdentifier="RESPONSE" shuffle="false" maxChoices="1"><prompt>What does it say?</prompt>'
    '<simpleChoice identifier="ChoiceA">You must stay with your luggage.</simpleChoice>'
    '<simpleChoice identifier="ChoiceB">Do not let someone else look after it.</simpleChoice></choiceInteraction>'
)


def test_a_simple_choice() -> None:
    question = one(item(response("identifier", "ChoiceA"), UNATTENDED))
    assert question.key == "item-1" and question.marks == 1 and question.line == 1
    assert isinstance(question.content, SingleChoice)
    assert said(question.content.stem) == (
        "Look at the text in the picture.\n\nIt says NEVER LEAVE LUGGAGE UNATTENDED.\n\nWhat does it say?"
    )
    assert [(c.key, c.fraction) for c in question.content.choices] == [("choicea", 1.0), ("choiceb", 0.0)]


@pytest.mark.parametrize(
    "space", ["http://www.imsglobal.org/xsd/imsqti_v2p0", "http://www.imsglobal.org/xsd/imsqti_v2p2", SPACE]
)
def test_every_version_2_is_read(space: str) -> None:
    assert isinstance(content(item(response("identifier", "ChoiceA"), UNATTENDED, space=space)), SingleChoice)


def test_version_3_is_read() -> None:
    data = b"""<?xml version="1.0"?>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="luggage" title="t"
  adaptive="false" time-dependent="false">
<qti-response-declaration identifier="RESPONSE" cardinality="multiple" base-type="identifier">
<qti-mapping lower-bound="0" upper-bound="2" default-value="0"><qti-map-entry map-key="A" mapped-value="1"/>
<qti-map-entry map-key="B" mapped-value="1"/><qti-map-entry map-key="C" mapped-value="-2"/></qti-mapping>
</qti-response-declaration>
<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
<qti-item-body><qti-choice-interaction response-identifier="RESPONSE" max-choices="0"><qti-prompt>Which?</qti-prompt>
<qti-simple-choice identifier="A">One<qti-feedback-inline outcome-identifier="FEEDBACK" identifier="A"
 show-hide="show">Yes, one.</qti-feedback-inline></qti-simple-choice>
<qti-simple-choice identifier="B">Two</qti-simple-choice><qti-simple-choice identifier="C">Three</qti-simple-choice>
</qti-choice-interaction></qti-item-body>
<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml"/>
</qti-assessment-item>"""
    question = one(data)
    assert isinstance(question.content, MultipleChoice) and question.content.partial and question.marks == 2
    assert [c.fraction for c in question.content.choices] == [0.5, 0.5, -1.0]
    assert [said(c.feedback) for c in question.content.choices] == ["Yes, one.", None, None]
    assert said(question.content.choices[0].text) == "One"


def test_true_and_false_are_known_by_what_they_are_called() -> None:
    def asked(true: str, false: str) -> Content:
        body = (
            '<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>Streets are for people.</prompt>'
            f'<simpleChoice identifier="true">{true}</simpleChoice>'
            f'<simpleChoice identifier="false">{false}</simpleChoice></choiceInteraction>'
        )
        return content(item(response("identifier", "false"), body))

    for words in (("True", "False"), ("Vrai", "Faux"), ("TRUE", "FALSE")):
        found = asked(*words)
        assert isinstance(found, TrueFalse) and not found.truth
    assert isinstance(asked("Yes", "No"), SingleChoice)


def test_words_to_type_with_weights_are_a_short_answer() -> None:
    mapping = (
        '<mapping defaultValue="0"><mapEntry mapKey="York" mappedValue="2" caseSensitive="false"/>'
        '<mapEntry mapKey="New *" mappedValue="1" caseSensitive="false"/></mapping>'
    )
    body = '<p>Which city?</p><p><textEntryInteraction responseIdentifier="RESPONSE" expectedLength="15"/></p>'
    question = one(item(response("string", "York", mapping=mapping), body, f'<responseProcessing template="{MAP}"/>'))
    found = question.content
    assert isinstance(found, ShortAnswer) and question.marks == 2
    assert not found.case_matters and found.accents_matter
    assert [(a.text, a.fraction) for a in found.answers["en"]] == [("York", 1.0), (r"New \*", 0.5)]
    assert grade(found, ShortAnswerAnswer("york"), "en").fraction == 1
    assert grade(found, ShortAnswerAnswer("New things"), "en").fraction == 0


def test_words_that_follow_make_it_a_gap() -> None:
    entry = '<textEntryInteraction responseIdentifier="RESPONSE"/>'
    body = f"<blockquote><p>Now is the {entry} of our discontent</p></blockquote>"
    found = content(item(response("string", "winter"), body))
    assert isinstance(found, Gaps) and said(found.stem) == "Now is the [[response]] of our discontent"
    assert found.case_matters and found.gaps[0].accepted["en"][0].text == "winter"


@pytest.mark.parametrize(
    ("test", "right", "wrong"),
    [
        ('<equal toleranceMode="absolute" tolerance="0.5 0.5"><variable identifier="RESPONSE"/>'
         '<correct identifier="RESPONSE"/></equal>', "9.5", "9.4"),
        ('<equal toleranceMode="relative" tolerance="10 10"><variable identifier="RESPONSE"/>'
         '<baseValue baseType="float">10</baseValue></equal>', "11", "11.1"),
        ('<and><gte><variable identifier="RESPONSE"/><baseValue baseType="float">9</baseValue></gte>'
         '<lte><variable identifier="RESPONSE"/><baseValue baseType="float">12</baseValue></lte></and>', "12", "12.1"),
    ],
)  # fmt: skip
def test_numbers_are_right_within_their_tolerance(test: str, right: str, wrong: str) -> None:
    processing = (
        f'<responseProcessing><responseCondition><responseIf>{test}<setOutcomeValue identifier="SCORE">'
        '<baseValue baseType="float">1</baseValue></setOutcomeValue></responseIf></responseCondition>'
        "</responseProcessing>"
    )
    body = '<p>How many? <textEntryInteraction responseIdentifier="RESPONSE"/></p>'
    found = content(item(response("float", "10"), body, processing))
    assert isinstance(found, Number) and said(found.stem) == "How many?"
    assert grade(found, NumberAnswer(right), "en").fraction == 1
    assert grade(found, NumberAnswer(wrong), "en").fraction == 0


PEOPLE = (
    '<matchInteraction responseIdentifier="RESPONSE" maxAssociations="4"><prompt>Who is in what?</prompt>'
    '<simpleMatchSet><simpleAssociableChoice identifier="C" matchMax="1">Capulet</simpleAssociableChoice>'
    '<simpleAssociableChoice identifier="D" matchMax="1">Demetrius</simpleAssociableChoice></simpleMatchSet>'
    '<simpleMatchSet><simpleAssociableChoice identifier="M" matchMax="4">A Dream</simpleAssociableChoice>'
    '<simpleAssociableChoice identifier="R" matchMax="4">Romeo</simpleAssociableChoice></simpleMatchSet>'
    "</matchInteraction>"
)


def test_matches_earn_their_shares_or_all_of_the_mark() -> None:
    shares = response("directedPair", "C R", "D M", cardinality="multiple", mapping=mapped(("C R", 1), ("D M", 1)))
    question = one(item(shares, PEOPLE, f'<responseProcessing template="{MAP}"/>'))
    assert isinstance(question.content, Matching) and question.marks == 2 and not question.content.all_or_nothing
    assert [(p.key, p.match) for p in question.content.prompts] == [("c", "r"), ("d", "m")]
    whole = content(item(response("directedPair", "C R", "D M", cardinality="multiple"), PEOPLE))
    assert isinstance(whole, Matching) and whole.all_or_nothing


def test_an_order_is_all_or_nothing() -> None:
    body = (
        '<orderInteraction responseIdentifier="RESPONSE"><prompt>Who was first?</prompt>'
        '<simpleChoice identifier="J">Jenson</simpleChoice><simpleChoice identifier="R">Rubens</simpleChoice>'
        '<simpleChoice identifier="M">Michael</simpleChoice></orderInteraction>'
    )
    found = content(item(response("identifier", "M", "J", "R", cardinality="ordered"), body))
    assert isinstance(found, Ordering) and found.credit is OrderCredit.ALL
    assert [said(thing.text) for thing in found.items] == ["Michael", "Jenson", "Rubens"]


def test_gaps_filled_from_one_list() -> None:
    body = (
        '<gapMatchInteraction responseIdentifier="RESPONSE"><prompt>Fill them.</prompt>'
        '<gapText identifier="W" matchMax="1">winter</gapText><gapText identifier="Su" matchMax="1">summer</gapText>'
        '<blockquote><p>Now is the <gap identifier="G1"/> of our discontent, made glorious <gap identifier="G2"/></p>'
        "</blockquote></gapMatchInteraction>"
    )
    mapping = mapped(("W G1", 1), ("Su G2", 3))
    shares = response("directedPair", "W G1", "Su G2", cardinality="multiple", mapping=mapping)
    question = one(item(shares, body, f'<responseProcessing template="{MAP}"/>'))
    found = question.content
    assert isinstance(found, Gaps) and question.marks == 4
    assert said(found.stem) == "Fill them.\n\nNow is the [[g1]] of our discontent, made glorious [[g2]]"
    assert [gap.weight for gap in found.gaps] == [1.0, 3.0]
    assert [[choice.fraction for choice in gap.choices] for gap in found.gaps] == [[1.0, 0.0], [0.0, 1.0]]


def test_an_essay_keeps_what_is_for_those_who_mark() -> None:
    body = (
        '<p>Write a postcard.</p><rubricBlock view="scorer"><p>Two points for a greeting.</p></rubricBlock>'
        '<extendedTextInteraction responseIdentifier="RESPONSE" expectedLength="200"><prompt>To Sam.</prompt>'
        "</extendedTextInteraction>"
    )
    found = content(item(response("string"), body, ""))
    assert isinstance(found, Essay) and said(found.guidance) == "Two points for a greeting."
    assert said(found.stem) == "Write a postcard.\n\nTo Sam."


CHAIN = (
    "<responseProcessing><responseCondition><responseIf><match><variable identifier='RESPONSE'/>"
    "<correct identifier='RESPONSE'/></match><setOutcomeValue identifier='SCORE'><baseValue baseType='float'>3"
    "</baseValue></setOutcomeValue><setOutcomeValue identifier='FB'><baseValue baseType='identifier'>good</baseValue>"
    "</setOutcomeValue></responseIf><responseElse><setOutcomeValue identifier='FB'><baseValue baseType='identifier'>bad"
    "</baseValue></setOutcomeValue></responseElse></responseCondition></responseProcessing>"
)
SAID = (
    "<modalFeedback outcomeIdentifier='FB' identifier='good' showHide='show'>Well done.</modalFeedback>"
    "<modalFeedback outcomeIdentifier='FB' identifier='bad' showHide='show'><p>Look again.</p></modalFeedback>"
)


def test_what_is_said_to_right_and_wrong_is_said_by_each_choice() -> None:
    question = one(item(response("identifier", "ChoiceA"), UNATTENDED, CHAIN, SAID))
    assert question.marks == 3
    assert [said(c.feedback) for c in question.content.choices] == [  # type: ignore[union-attr]
        "Well done.", "Look again."
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"<a>", 1, "this is not XML that can be read"),
        (b"", 1, "the file is empty"),
        (b"<questestinterop/>", 1, "this is QTI 1, which is not read"),
        (b"<assessmentTest/>", 1, "this is a test"),
        (b"<html/>", 1, "this is not an item of QTI: it begins with <html>"),
        (item("", "<p>Read this.</p>"), 4, "there is nothing to answer in it"),
        (item("", '<hotspotInteraction responseIdentifier="R"/>'), 5, "on a picture"),
        (item("", '<sliderInteraction responseIdentifier="R"/>'), 5, "<sliderInteraction> is a way to answer"),
        (item("", '<associateInteraction responseIdentifier="R"/>'), 5, "<associateInteraction> is a way to answer"),
        (item("", UNATTENDED), 5, "the response that it answers is not declared"),
        (item(response("identifier", "ChoiceA"), UNATTENDED + UNATTENDED), 5, "asks several things at once"),
        (item(response("identifier", "ChoiceA"), UNATTENDED.replace("You must", '<img src="a.png"/>')), 5,
         "it has a picture"),
        (item(response("identifier", "ChoiceA"), UNATTENDED.replace("You must", "<math>x</math>")), 5,
         "it holds <math>"),
        (item(response("identifier", "ChoiceA"), UNATTENDED, '<responseProcessing template="http://a/mine"/>'), 7,
         "by the template mine"),
        (item(response("identifier", "ChoiceA"), UNATTENDED, ""), 5, "how it is graded is not said"),
        (item(response("identifier", "ChoiceA"), UNATTENDED,
              "<responseProcessing>\n<setOutcomeValue identifier='SCORE'><random/></setOutcomeValue>\n"
              "</responseProcessing>"), 8, "<random>"),
        (item(response("identifier"), UNATTENDED), 1, "no answer earns anything"),
        (item(response("directedPair", "C R", cardinality="multiple"), PEOPLE), 2, "not every prompt"),
        (item(response("directedPair", "C R", "D M", cardinality="multiple", mapping=mapped(("C R", 1), ("D M", 2))),
              PEOPLE, f'<responseProcessing template="{MAP}"/>'), 2, "do not all earn the same"),
        (item(response("string", "a"), '<p>A? <textEntryInteraction responseIdentifier="RESPONSE"/></p>', CHAIN, SAID),
         5, "every wrong answer"),
        (item(response("point", "1 2"), '<p>A? <textEntryInteraction responseIdentifier="RESPONSE"/></p>'), 5,
         "neither words nor a number"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_with_place_and_reason(data: bytes, line: int, words: str) -> None:
    found, reason = refused(data)
    assert words in reason and found == line


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda path: path.name)
def test_attacks_by_xml_come_to_nothing(attack: Any) -> None:
    questions, faults = read(attack.read_bytes(), file="item.xml", language="en")
    assert questions == [] and faults
    assert "root:" not in faults[0].reason


def test_an_entity_of_its_own_is_never_read() -> None:
    data = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + item(
        response("identifier", "ChoiceA"), UNATTENDED.replace("You must", "&x;")
    )
    assert "document type" in refused(data)[1]


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return out.getvalue()


MANIFEST = '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>{}</resources></manifest>'
RESOURCE = '<resource identifier="r" type="imsqti_item_xmlv2p1" href="{}"/>'


def test_a_package_is_read_by_its_manifest() -> None:
    good, other = item(response("identifier", "ChoiceA"), UNATTENDED), b"<a>"
    manifest = MANIFEST.format(
        "".join(RESOURCE.format(name) for name in ("in%20a/good.xml", "missing.xml", "broken.xml"))
        + '<resource identifier="t" type="imsqti_test_xmlv2p1" href="test.xml"/>'
    ).encode()
    data = zipped(imsmanifest_xml=manifest, broken_xml=other, **{"in a/good.xml": good, "unlisted.xml": good})
    questions, faults = read(data, file="q.zip", language="en")
    assert len(questions) == 1
    assert [(f.file, f.line, f.reason[:25]) for f in faults] == [
        ("broken.xml", 1, "this is not XML that can "), ("missing.xml", 1, "the manifest names this f")
    ]  # fmt: skip


def test_a_zip_of_items_needs_no_manifest_and_equal_identifiers_no_renaming() -> None:
    good = item(response("identifier", "ChoiceA"), UNATTENDED)
    questions, faults = read(zipped(a_xml=good, b_xml=good), file="q.zip", language="en")
    assert faults == [] and [question.key for question in questions] == ["item-1", "item-1-2"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zipped(readme=b"hello"), "there is no file imsmanifest.xml"),
        (zipped(imsmanifest_xml=MANIFEST.format("").encode()), "the manifest lists no items"),
        (zipped(imsmanifest_xml=b"<a"), "imsmanifest.xml: this is not XML"),
        (zipped(**{"../evil.xml": b"<a/>"}), "a dangerous path"),
        (zipped(**{"/etc/evil.xml": b"<a/>"}), "a dangerous path"),
        (zipped(big=b"0" * 70_000_000), "far larger than any file of questions"),
        (zipped(**{f"{n}.xml": b"<assessmentItem/>" for n in range(5001)}), "far larger than any file of questions"),
        (b"PK\x03\x04", "not a zip file that can be read"),
    ],
)
def test_zips_that_are_none_or_would_do_harm_are_refused(data: bytes, words: str) -> None:
    questions, faults = read(data, file="q.zip", language="en")
    assert questions == [] and len(faults) == 1 and words in faults[0].reason


@pytest.mark.parametrize("format", [QTI21, QTI3], ids=["2.1", "3.0"])
def test_damaged_packages_never_fail(format: Qti) -> None:
    whole = format.write(examples("en"), "en")

    @settings(max_examples=100, deadline=None)
    @given(st.integers(0, len(whole) - 1), st.integers(0, 255), st.booleans())
    def survives(at: int, value: int, cut: bool) -> None:
        data = whole[:at] if cut else whole[:at] + bytes([value]) + whole[at + 1 :]
        _questions, faults = format.read(data, file="q.zip", language="en")
        assert all(fault.reason and fault.line >= 1 for fault in faults)

    survives()


def test_damaged_items_never_fail() -> None:
    from app.exchange.qti import writing
    from app.exchange.qti.tree import written
    from app.exchange.qti.version import Version

    items = [written(writing.item(question, "en"), version) for question in examples("en") for version in Version]
    pieces = st.sampled_from([b"<", b">", b"/", b'"', b"0", b"-1e999", b"nan", b"", b"RESPONSE", b"identifier"])

    @settings(max_examples=300, deadline=None)
    @given(st.sampled_from(items), st.data())
    def survives(data: bytes, drawn: st.DataObject) -> None:
        at = drawn.draw(st.integers(0, len(data)))
        size = drawn.draw(st.integers(0, 40))
        data = data[:at] + drawn.draw(pieces) + data[at + size :]
        _questions, faults = read(data, file="item.xml", language="en")
        assert all(fault.reason and fault.line >= 1 for fault in faults)

    survives()


def test_elements_that_are_lost_never_make_it_fail() -> None:
    """Any one element taken out of an item: it is read, or refused in words."""
    from app.exchange.qti import writing
    from app.exchange.qti.tree import written
    from app.exchange.qti.version import Version

    for question in examples("en"):
        whole = written(writing.item(question, "en"), Version.QTI21)
        for place in range(1, len(list(etree.fromstring(whole).iter()))):
            root = etree.fromstring(whole)
            element = list(root.iter())[place]
            element.getparent().remove(element)
            _questions, faults = read(etree.tostring(root), file="item.xml", language="en")
            assert all(fault.reason for fault in faults)


def test_the_same_questions_give_the_same_bytes() -> None:
    assert QTI21.write(examples("en"), "en") == QTI21.write(examples("en"), "en")


def test_what_is_written_stands_in_the_order_the_schema_asks_for() -> None:
    order = ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback"]
    with zipfile.ZipFile(io.BytesIO(QTI21.write(examples("en"), "en"))) as package:
        names = [name for name in package.namelist() if name.startswith("items/")]
        assert len(names) == len(examples("en"))
        for name in names:
            root = etree.fromstring(package.read(name))
            assert root.tag == f"{{{SPACE}}}assessmentItem" and root.get("identifier")
            places = [order.index(etree.QName(child).localname) for child in root]
            assert places == sorted(places)
            assert len(root.findall(f"{{{SPACE}}}itemBody")) == 1


def test_a_question_that_has_no_item_is_left_out_whole() -> None:
    from app.quizzes.types import HotSpot, Picture, Shape, Spot
    from tests.factories import text

    spot = HotSpot(
        text("Where?"),
        Picture("0" * 64, text("A map")),
        10,
        10,
        (Spot("a", text("Here"), Shape.CIRCLE, (1, 1, 2, 2), 1.0),),
    )
    asked = [OutgoingQuestion("where", spot, "en"), *examples("en")[:1]]
    losses = [loss for loss in QTI21.losses(asked, "en") if loss.key == "where"]
    assert [loss.whole for loss in losses] == [True]
    questions, faults = read(QTI21.write(asked, "en"), file="q.zip", language="en")
    assert faults == [] and [question.key for question in questions] == ["example-single"]
