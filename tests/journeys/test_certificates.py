"""A certificate's way: earned, opened, made to show less, taken along as PDF and badge, verified by a stranger."""

from __future__ import annotations

import json

from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from .conftest import Site, assert_accessible, fill_in_sign_in
from .test_to_the_grant import register, take


def test_from_the_last_activity_to_a_strangers_check(page: Page, browser: Browser, site: Site) -> None:
    register(page, site)
    take(page, "schools", test="course-test", language="en")
    code = page.locator(".diploma footer bdi").inner_text()
    title = page.locator(".diploma h2").inner_text()
    assert_accessible(page)

    page.get_by_label("your city").check()
    page.get_by_label("your name").uncheck()
    page.get_by_role("button", name="Save what it shows").click()
    expect(page.get_by_text("Saved. The public page shows what you chose.")).to_be_visible()

    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download PDF").click()
    words = PdfReader(downloading.value.path()).pages[0].extract_text()
    assert code in words and title in " ".join(words.split())
    page.get_by_text("Download the signed badge").click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="The badge alone").click()
    badge = json.loads(downloading.value.path().read_text())
    assert badge["id"].endswith(f"/v/{code}")
    assert badge["proof"]["cryptosuite"] == "eddsa-jcs-2022"

    stranger = browser.new_page(base_url=site.address, locale="en-GB")
    stranger.goto("/verify")
    stranger.get_by_label("Code of the certificate").fill(code.lower().replace("-", " "))
    stranger.get_by_role("button", name="Verify").click()
    expect(stranger.get_by_text("Verified just now")).to_be_visible()
    expect(stranger.get_by_role("heading", name="The holder of this certificate")).to_be_visible()
    expect(stranger.locator(".diploma .lede")).to_have_text("Montréal")
    assert_accessible(stranger)

    administrator = browser.new_page(base_url=site.address, locale="en-GB")
    fill_in_sign_in(administrator, "admin")
    administrator.goto(f"/certificates/all?q={code}")
    administrator.get_by_role("row", name=code).get_by_role("link").first.click()
    administrator.locator("summary", has_text="Revoke").click()
    administrator.get_by_label("Reason").fill("Issued by mistake.")
    administrator.get_by_role("button", name="Revoke the certificate").click()
    expect(administrator.get_by_role("button", name="Reinstate the certificate")).to_be_visible()
    stranger.reload()
    expect(stranger.get_by_text("Issued by mistake.")).to_be_visible()
    administrator.get_by_role("button", name="Reinstate the certificate").click()
    expect(administrator.locator("summary", has_text="Revoke")).to_be_visible()
    stranger.reload()
    expect(stranger.get_by_text("Verified just now")).to_be_visible()
