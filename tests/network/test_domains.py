"""Which domains can place a person in a city."""

from __future__ import annotations

import pytest
from flask import Flask

from app.auth.addresses import domains, folded
from app.network.domains import ImplausibleDomain, normal_domain


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("oslo.kommune.no", "oslo.kommune.no"),
        ("  @Sfax.GOV.TN ", "sfax.gov.tn"),
        ("München.de", "xn--mnchen-3ya.de"),
        ("mail.oslo.no", "mail.oslo.no"),
        ("a" * 63 + ".example", "a" * 63 + ".example"),
    ],
)
def test_a_domain_is_stored_in_one_spelling(written: str, stored: str) -> None:
    assert normal_domain(written) == stored


def test_a_domain_is_spelt_as_addresses_are() -> None:
    assert normal_domain("München.de") in domains(folded("Jana@Rathaus.MÜNCHEN.de"))


@pytest.mark.parametrize(
    "written",
    [
        "oslo", "ola@oslo.no", "https://oslo.no", "oslo..no", "-oslo.no", "oslo_no.no", "192.168.1.1", ".", "@",
        "a" * 64 + ".no", ".".join(["abcdefgh"] * 30), "oslo.no\x00",
    ],
)  # fmt: skip
def test_what_is_no_domain_is_refused(app: Flask, written: str) -> None:
    with app.test_request_context(), pytest.raises(ImplausibleDomain, match="is not a domain"):
        normal_domain(written)


@pytest.mark.parametrize("written", ["gmail.com", "GMAIL.com", "x.gmail.com", "yahoo.fr", "hotmail.co.uk", "web.de"])
def test_a_public_mail_provider_is_refused_with_the_reason(app: Flask, written: str) -> None:
    with app.test_request_context(), pytest.raises(ImplausibleDomain, match="Anyone can have an address"):
        normal_domain(written)


@pytest.mark.parametrize("written", ["gov.uk", "gouv.fr", "gob.mx", "com.br"])
def test_what_a_country_shares_is_refused(app: Flask, written: str) -> None:
    with app.test_request_context(), pytest.raises(ImplausibleDomain, match="Many organisations share"):
        normal_domain(written)
