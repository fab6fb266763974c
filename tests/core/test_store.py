"""The same promises in a folder and in an S3-compatible store."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.config import Settings, SettingsError, from_environment
from app.core import clock
from app.core.store import Store, open_store
from tests.store_server import BUCKET, KEY, SECRET, an_s3_server

WORDS = b"Listen first. " * 50_000
DIGEST = hashlib.sha256(WORDS).hexdigest()


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with an_s3_server() as address:
        yield address


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Store:
    if request.param == "folder":
        return open_store(replace(settings, data=tmp_path))
    return open_store(
        replace(
            settings,
            media_store=f"s3://{BUCKET}/{tmp_path.name}",
            media_endpoint=request.getfixturevalue("s3"),
            media_key=KEY,
            media_secret=SECRET,
        )
    )


def test_what_is_put_is_read_again(store: Store) -> None:
    store.put(DIGEST, WORDS)
    assert store.read(DIGEST) == WORDS
    assert store.size(DIGEST) == len(WORDS)
    assert b"".join(store.stream(DIGEST)) == WORDS


def test_a_file_is_put_in_pieces_and_not_held_in_memory(store: Store) -> None:
    class Watched(io.BytesIO):
        largest = 0

        def read(self, size: int | None = -1) -> bytes:
            piece = super().read(size)
            self.largest = max(self.largest, len(piece))
            return piece

    content = b"x" * (24 * 1024 * 1024)
    file = Watched(content)
    digest = hashlib.sha256(content).hexdigest()
    store.put(digest, file)
    assert store.size(digest) == len(content)
    assert 0 < file.largest < len(content) / 2


@pytest.mark.parametrize(("start", "end"), [(0, 1), (0, 14), (5, 20), (len(WORDS) - 3, None), (0, None)])
def test_a_part_of_a_file_is_streamed(store: Store, start: int, end: int | None) -> None:
    store.put(DIGEST, WORDS)
    assert b"".join(store.stream(DIGEST, start, end)) == WORDS[start:end]


def test_putting_twice_keeps_one(store: Store) -> None:
    for _again in range(2):
        store.put(DIGEST, WORDS)
    assert [digest for digest, _kept in store.files()] == [DIGEST]


def test_what_is_not_there_is_a_missing_file_at_once(store: Store) -> None:
    for ask in (store.read, store.stream, store.size):
        with pytest.raises(FileNotFoundError):
            ask(DIGEST)
    store.delete(DIGEST)


def test_what_is_deleted_is_gone(store: Store) -> None:
    store.put(DIGEST, WORDS)
    store.delete(DIGEST)
    with pytest.raises(FileNotFoundError):
        store.read(DIGEST)


def test_files_are_listed_by_age_and_apart_from_parts(store: Store) -> None:
    store.put(DIGEST, WORDS)
    store.put_at("uploads/abc/0000000000-00000003-ff", b"abc")
    store.put_at("uploads/abd/0000000000-00000003-ff", b"abd")
    assert {digest for digest, _kept in store.files(before=clock.now() + timedelta(minutes=1))} == {DIGEST}
    assert not list(store.files(before=clock.now() - timedelta(minutes=1)))
    assert [part.path for part in store.parts("abc")] == ["uploads/abc/0000000000-00000003-ff"]
    assert [part.size for part in store.parts()] == [3, 3]


def test_what_has_been_there_long_counts_as_new_when_it_is_put_again(store: Store) -> None:
    store.put(DIGEST, WORDS)
    before = next(kept.at for _digest, kept in store.files())
    time.sleep(1.1)  # an S3 store tells seconds
    with clock.at(clock.now() + timedelta(days=3)):
        store.put(DIGEST, WORDS)
    assert next(kept.at for _digest, kept in store.files()) > before


@pytest.mark.parametrize("name", ["", "x", "../../etc/passwd", "A" * 64, "a" * 63 + "/"])
def test_a_name_that_is_no_hash_is_refused(store: Store, name: str) -> None:
    with pytest.raises(ValueError, match="hash"):
        store.put(name, b"x")


@pytest.mark.parametrize("value", ["s3", "s3://", "s3:///prefix", "https://bucket", "gs://x", "s3://a b"])
def test_a_wrong_setting_stops_the_process(value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="MEDIA_STORE"):
        from_environment({"DATA_DIR": str(tmp_path), "SECRET_KEY": "x", "MEDIA_STORE": value})


def test_a_sweep_leaves_what_was_put_anew_after_it_was_listed(store: Store) -> None:
    store.put(DIGEST, WORDS)
    assert not store.sweep(DIGEST, clock.now() - timedelta(minutes=5))
    assert store.read(DIGEST) == WORDS
    assert store.sweep(DIGEST, clock.now() + timedelta(minutes=5))
    assert list(store.files()) == []
    assert not store.sweep(DIGEST, clock.now() + timedelta(minutes=5))
