"""Keys as Multikeys, sealed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.progress.badges import keys

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def read(words: str) -> bytes:
    """Base58btc read back, by arithmetic of its own."""
    number = sum(ALPHABET.index(digit) * 58**place for place, digit in enumerate(reversed(words[1:])))
    zeros = len(words[1:]) - len(words[1:].lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


@given(data=st.binary(max_size=70))
def test_multibase_is_read_back(data: bytes) -> None:
    assert keys.multibase(data)[0] == "z"
    assert read(keys.multibase(data)) == data


def test_multibase_writes_what_others_write() -> None:
    """The examples of draft-msporny-base58, section 5."""
    assert keys.multibase(b"Hello World!") == "z2NEpo7TZRRrLZSi2U"
    assert keys.multibase(bytes.fromhex("0000287fb4cd")) == "z11233QC4"


def test_a_key_opens_under_its_own_secret_only() -> None:
    public, sealed = keys.new_key("one secret")
    other, _sealed = keys.new_key("one secret")
    private = keys.unseal(sealed, public, "one secret")
    assert private is not None
    assert read(public) == b"\xed\x01" + private.public_key().public_bytes_raw()
    assert public.startswith("z6Mk")
    assert keys.unseal(sealed, public, "another secret") is None
    assert keys.unseal(sealed, other, "one secret") is None
    assert keys.unseal("sealed", public, "one secret") is None
    assert private.private_bytes_raw().hex() not in sealed
