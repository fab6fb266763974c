"""docs/schema.md names every table and column that there is, and no other."""

from __future__ import annotations

import re

from flask import Flask

from app.config import ROOT
from app.core.base import Base

_ROW = re.compile(r"^\| (?P<table>[a-z_]+) \| [^|]+ \| (?P<columns>[a-z_, ]+) \| [^|]+ \|$", re.M)


def test_the_document_names_what_the_models_have(app: Flask) -> None:
    document = (ROOT / "docs" / "schema.md").read_text()
    said = {row["table"]: row["columns"].split(", ") for row in _ROW.finditer(document) if row["table"] != "table"}
    assert said == {name: [column.name for column in table.columns] for name, table in Base.metadata.tables.items()}


def test_each_table_stands_under_its_feature(app: Flask) -> None:
    feature = {mapper.local_table.name: mapper.class_.__module__.split(".")[1] for mapper in Base.registry.mappers}
    for section in (ROOT / "docs" / "schema.md").read_text().split("\n## ")[1:]:
        name, _, body = section.partition("\n")
        tables = {row["table"] for row in _ROW.finditer(body)} - {"table"}
        assert {feature[table] for table in tables} <= {name}
