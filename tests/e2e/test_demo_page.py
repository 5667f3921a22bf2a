"""The demo as a newcomer meets it: the chat in a real browser, on a phone and on a desktop.

With POCKETDESK_SCREENSHOTS=docs the pictures of the README are taken on the way.
"""

import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.e2e.demo_process import DEMO, Demo, forked
from tests.journaled import asked

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
SLOW_MS = 20_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="THE CHAT PAGE IS NOT TESTED: there is no Chromium on this machine"),
]


async def picture(page: Page, name: str) -> None:
    """A screenshot into the folder that POCKETDESK_SCREENSHOTS names, if it does."""
    folder = os.environ.get("POCKETDESK_SCREENSHOTS")
    if folder:
        await page.wait_for_timeout(500)
        await page.screenshot(path=Path(folder) / f"chat-{name}.png")


async def say(page: Page, text: str) -> None:
    await page.fill("#composer", text)
    await page.click("#send")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a desk that has traded for an hour."""
    folder = tmp_path_factory.mktemp("lived")
    done = forked(*DEMO, "--data-dir", str(folder), "--speed", "0", "--for", "3600")
    assert (done.returncode, done.stderr) == (0, "")
    return folder


async def confirmed(page: Page) -> None:
    """Presses Confirm until all is flat: where the positions have changed since, the chat asks anew."""
    flat = page.locator(".bubble").filter(has_text=re.compile("FLAT"))
    overtaken = page.locator(".bubble").filter(has_text="Things changed since you were asked")
    for asked_again in range(10):
        await page.locator(".kb-button").filter(has_text=re.compile("^Confirm")).last.click()
        await expect(flat.or_(overtaken.nth(asked_again)).first).to_be_visible()
        if await flat.count():
            return
    raise AssertionError("the positions changed before every Confirm")


@pytest.mark.parametrize("size", SIZES)
async def test_a_newcomer_reads_the_status_refreshes_it_and_closes_everything(
    size: str, lived: Path, tmp_path: Path
) -> None:
    width, height = SIZES[size]
    shutil.copytree(lived, tmp_path, dirs_exist_ok=True)
    with Demo(tmp_path, "--speed", "30", fresh=size == "phone") as demo:
        demo.ready()
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            page = await browser.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(SLOW_MS)
            expect.set_options(timeout=SLOW_MS)
            strayed: list[str] = []
            page.on("pageerror", lambda error: strayed.append(str(error)))
            page.on("console", lambda said: strayed.append(said.text) if said.type == "error" else None)
            await page.goto(demo.url)
            await expect(page.locator(".bubble").filter(has_text="The desk has started").last).to_be_visible()
            if "POCKETDESK_SCREENSHOTS" in os.environ:
                await expect(page.locator(".bubble").filter(has_text=re.compile("@1m|@5m")).first).to_be_visible()
            await say(page, "/status")
            status = page.locator(".bubble").filter(has_text="of cap").last
            await expect(status).to_contain_text("equity")
            before = await status.inner_text()
            await picture(page, size)
            await page.locator("li", has=status).locator(".kb-button:has-text('Refresh')").click()
            await expect(status).not_to_have_text(before)
            await expect(status).to_contain_text("as of")
            await say(page, "/close_all")
            await confirmed(page)
            await say(page, "/status")
            await expect(page.locator(".bubble").filter(has_text="of cap").last).to_contain_text("HALTED")
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            await browser.close()
        assert strayed == []
        assert demo.stop() == 0
    assert asked(tmp_path / "desk.db", "SELECT count(*) FROM position") == [0]
    assert asked(tmp_path / "desk.db", "SELECT count(*) FROM fill")[0] > 0
