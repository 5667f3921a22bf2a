"""The chat page in a real browser, on a phone and on a desktop."""

import io
import re
import shutil
from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReactionTypeEmoji,
    ReplyParameters,
)
from aiogram.utils.formatting import Bold, Code, ExpandableBlockQuote, Pre, Spoiler, Text, TextLink
from PIL import Image
from playwright.async_api import Page, async_playwright, expect

from bot.playground import Emulator

pytest_plugins = ["tests.e2e.emulator_fixture"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")]

ADMIN, TRADER, VIEWER = 1001, 1002, 1003
PHONE, DESKTOP = (390, 844), (1280, 800)
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
GAPS = """node => {
    const block = node.querySelector("pre"), range = document.createRange(), box = block.getBoundingClientRect();
    const around = [[block.previousSibling, "first"], [block.nextSibling, "below"]].map(([text, word]) => {
        range.setStart(text, text.data.indexOf(word));
        range.setEnd(text, text.data.indexOf(word) + word.length);
        return range.getBoundingClientRect();
    });
    return [box.top - around[0].bottom, around[1].top - box.bottom];
}"""
"""Between a block and the words around it, in pixels."""
WIDE_TABLE = "123456789012345678901234567890123456"


def keyboard(label: str, data: str, style: str | None = None) -> InlineKeyboardMarkup:
    button = InlineKeyboardButton(text=label, callback_data=data, style=style)
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


AT_BOTH_SIZES = pytest.mark.parametrize("page", [PHONE, DESKTOP], ids=["phone", "desktop"], indirect=True)
"""For what looks different on the two."""


@pytest.fixture
async def page(request: pytest.FixtureRequest, emulator: Emulator) -> AsyncIterator[Page]:
    """The page on a phone; the test fails where it asked for anything foreign or erred."""
    width, height = getattr(request, "param", PHONE)
    strayed: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        opened = await browser.new_page(viewport={"width": width, "height": height})
        opened.on("request", lambda asked: strayed.append(asked.url) if not own(asked.url, emulator) else None)
        opened.on("pageerror", lambda error: strayed.append(str(error)))
        opened.on("console", lambda said: strayed.append(said.text) if said.type == "error" else None)
        await opened.goto(emulator.page_url)
        yield opened
        await browser.close()
    assert strayed == []


def own(address: str, emulator: Emulator) -> bool:
    return address.startswith((f"{emulator.url}/", "data:", "blob:"))


def bubble(page: Page, message_id: int) -> str:
    return f'.bubble[data-message-id="{message_id}"]'


async def said(emulator: Emulator, count: int) -> list[tuple[int, str]]:
    """Who said what, once there are so many words of people."""

    def words() -> list[tuple[int, str]]:
        views = [view for view in emulator.messages() if not view["from"]["is_bot"]]
        return [(view["from"]["id"], view["text"]) for view in views]

    await emulator.until(lambda: len(words()) >= count, 30)
    return words()


async def reach(page: Page, switch: str) -> None:
    """Presses a switch of the panel, which a phone hides."""
    if await page.locator("#open-panel").is_visible():
        await page.click("#open-panel")
        await page.click(switch)
        await page.click("#close-panel")
    else:
        await page.click(switch)


@AT_BOTH_SIZES
async def test_a_newcomer_starts_types_presses_and_sees_one_message_edited(
    emulator: Emulator, bot: Bot, page: Page
) -> None:
    await page.click("#start")
    await page.fill("#composer", "/status")
    await page.click("#send")
    assert await said(emulator, 2) == [(ADMIN, "/start"), (ADMIN, "/status")]
    sent = await bot.send_message(ADMIN, "as of 14:32:05", reply_markup=keyboard("Refresh", "st"))
    shown = page.locator(bubble(page, sent.message_id))
    await expect(shown).to_contain_text("as of 14:32:05")
    await page.click(".kb-button:has-text('Refresh')")
    query = (await bot.get_updates(timeout=5))[-1].callback_query
    assert query
    await bot.edit_message_text("as of 14:32:09", chat_id=ADMIN, message_id=sent.message_id)
    await bot.answer_callback_query(query.id, "Refreshed")
    await expect(shown).to_contain_text("as of 14:32:09")
    await expect(shown).to_contain_text("edited")
    await expect(page.locator(".kb-button")).to_have_count(0)
    await expect(page.locator("#toast")).to_have_text("Refreshed")


async def test_an_alert_waits_until_it_is_closed(emulator: Emulator, bot: Bot, page: Page) -> None:
    sent = await bot.send_message(ADMIN, "x", reply_markup=keyboard("Confirm: close 3", "c", "danger"))
    await page.click(".kb-button.danger")
    query = (await bot.get_updates(timeout=5))[-1].callback_query
    assert query
    await bot.answer_callback_query(query.id, "Not yours to press", show_alert=True)
    await expect(page.locator("#alert")).to_contain_text("Not yours to press")
    await page.click("#alert button")
    await expect(page.locator("#alert")).to_be_hidden()
    await bot.delete_message(ADMIN, sent.message_id)
    await expect(page.locator(bubble(page, sent.message_id))).to_have_count(0)


@AT_BOTH_SIZES
async def test_text_is_shown_as_it_was_marked_up_and_never_as_html(bot: Bot, page: Page) -> None:
    built = Text(
        *("😀 <img src=x onerror=alert(1)> ", Bold("bold ", Code("code")), " ", Spoiler("hidden"), "\n"),
        *(Pre(WIDE_TABLE), ExpandableBlockQuote("1\n2\n3\n4\n5"), TextLink("bad", url="javascript:alert(1)")),
    )
    sent = await bot.send_message(ADMIN, **built.as_kwargs())
    shown = page.locator(bubble(page, sent.message_id))
    await expect(shown).to_contain_text("😀 <img src=x onerror=alert(1)>")
    await expect(shown.locator("img, script, a")).to_have_count(0)
    await expect(shown.locator("strong > code")).to_have_text("code")
    await expect(shown.locator(".spoiler")).not_to_have_class(re.compile("open"))
    await shown.locator(".spoiler").click()
    await expect(shown.locator(".spoiler")).to_have_class(re.compile("open"))
    table = shown.locator("pre")
    assert await table.evaluate("node => node.scrollWidth <= node.clientWidth")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    folded = await shown.locator("blockquote").evaluate("node => node.clientHeight")
    await shown.locator("blockquote").click()
    assert await shown.locator("blockquote").evaluate("node => node.clientHeight") > folded


@AT_BOTH_SIZES
async def test_a_block_is_followed_by_the_next_line_without_a_blank_one(bot: Bot, page: Page) -> None:
    sent = await bot.send_message(ADMIN, **Text("first\n", Pre("block"), "\nbelow\n\nfar below").as_kwargs())
    shown = page.locator(bubble(page, sent.message_id))
    await expect(shown).to_contain_text("far below")
    gaps = await shown.evaluate(GAPS)
    assert all(0 <= gap < 10 for gap in gaps), gaps


async def test_a_command_in_a_text_can_be_pressed_and_a_start_link_starts(
    emulator: Emulator, bot: Bot, page: Page
) -> None:
    link = TextLink("trade", url="https://t.me/pocketdesk_demo_bot?start=t_7")
    await bot.send_message(ADMIN, **Text("see /status or ", link).as_kwargs())
    await page.click(".command")
    await page.click(".bubble .link:has-text('trade')")
    assert await said(emulator, 2) == [(ADMIN, "/status"), (ADMIN, "/start t_7")]


async def test_photos_grow_documents_come_down_and_replies_name_their_message(bot: Bot, page: Page) -> None:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(out, "PNG")
    root = await bot.send_photo(ADMIN, BufferedInputFile(out.getvalue(), "c.png"), caption="equity")
    await bot.send_document(ADMIN, BufferedInputFile(b"a;b", "trades.csv"))
    reply = ReplyParameters(message_id=root.message_id)
    await bot.send_message(ADMIN, "see above", reply_parameters=reply)
    await page.click(".photo")
    assert await page.locator("#viewer img").evaluate("image => image.naturalWidth") == 640
    await page.click("#viewer")
    async with page.expect_download() as download:
        await page.click(".file")
    assert (await download.value).suggested_filename == "trades.csv"
    await expect(page.locator(".reply")).to_contain_text("equity")


async def test_what_the_bot_is_doing_and_what_it_pinned_are_seen(bot: Bot, page: Page) -> None:
    await expect(page.locator("#welcome")).to_be_visible()
    await bot.send_chat_action(ADMIN, "upload_photo")
    await expect(page.locator("#action")).to_have_text("sending a photo…")
    sent = await bot.send_message(ADMIN, "live panel\nmore")
    await expect(page.locator("#action")).to_be_hidden()
    await bot.pin_chat_message(ADMIN, sent.message_id)
    await expect(page.locator("#pinned")).to_contain_text("live panel")
    await bot.unpin_chat_message(ADMIN)
    await expect(page.locator("#pinned")).to_be_hidden()


async def test_the_lock_screen_shows_line_one_of_the_last_message_that_rang(bot: Bot, page: Page) -> None:
    await bot.send_message(ADMIN, "🔵 BTC long OPEN +1.8%\nmore below")
    await expect(page.locator("#push-line")).to_have_text("🔵 BTC long OPEN +1.8%")
    silent = await bot.send_message(ADMIN, "🕐 13h +12.40", disable_notification=True)
    await expect(page.locator(f"li.silent {bubble(page, silent.message_id)}")).to_be_visible()
    await expect(page.locator("#push-line")).to_have_text("🔵 BTC long OPEN +1.8%")


async def test_each_person_has_a_chat_and_a_menu_of_the_own(emulator: Emulator, bot: Bot, page: Page) -> None:
    menu = [("status", "how the desk stands"), ("stop", "halt")]
    await bot.set_my_commands([BotCommand(command=name, description=does) for name, does in menu])
    await bot.send_message(ADMIN, "for the admin")
    await expect(page.locator(".bubble")).to_have_text(re.compile("for the admin"))
    await bot.send_message(VIEWER, "for the viewer")
    await expect(page.locator(f'#users [data-user-id="{VIEWER}"] .badge')).to_have_text("1")
    await page.click(f'#users [data-user-id="{VIEWER}"]')
    await expect(page.locator(".bubble")).to_have_text(re.compile("for the viewer"))
    await expect(page.locator("#users .badge")).to_have_count(0)
    await page.fill("#composer", "/sta")
    await expect(page.locator("#menu li")).to_have_count(1)
    await page.keyboard.press("Tab")
    await expect(page.locator("#composer")).to_have_value("/status ")
    await page.keyboard.press("Enter")
    assert await said(emulator, 1) == [(VIEWER, "/status")]
    command = emulator.messages()[-1]["message_id"]
    await bot.set_message_reaction(VIEWER, command, [ReactionTypeEmoji(emoji="👍")])
    await expect(page.locator(".own .reaction")).to_have_text("👍")


@AT_BOTH_SIZES
async def test_the_switches_make_trouble_and_end_it(emulator: Emulator, page: Page) -> None:
    await expect(page.locator("#link")).to_have_text("waiting for the bot")
    await reach(page, "#down")
    await expect(page.locator("#link")).to_have_text("Telegram is down")
    await expect(page.locator("#down")).to_have_attribute("aria-pressed", "true")
    await reach(page, "#rate")
    await reach(page, "#jump")
    await expect(page.locator("#fact-clock")).to_have_text("+3 h")
    assert emulator.state()["rate"] == (3, 30)
    await reach(page, "#clear")
    await expect(page.locator("#fact-clock")).to_have_text("on time")
    state = emulator.state()
    assert (state["down"], state["rate"], state["skew"]) == (False, None, 0)


@AT_BOTH_SIZES
async def test_a_reader_who_scrolled_up_stays_there_and_is_told_of_news(bot: Bot, page: Page) -> None:
    for number in range(40):
        await bot.send_message(ADMIN, f"message {number}")
    await expect(page.locator(".bubble").last).to_be_in_viewport()
    await page.locator("#scroll").evaluate("node => node.scrollTo(0, 0)")
    await expect(page.locator(".bubble").first).to_be_in_viewport()
    last = await bot.send_message(ADMIN, "news")
    await expect(page.locator("#unread")).to_have_text("1")
    await expect(page.locator(".bubble").first).to_be_in_viewport()
    await page.click("#to-bottom")
    await expect(page.locator(bubble(page, last.message_id))).to_be_in_viewport()
    await expect(page.locator("#to-bottom")).to_be_hidden()


async def test_a_stranger_is_told_what_to_expect(emulator: Emulator, page: Page) -> None:
    await page.click('#users [data-user-id="4004"]')
    await expect(page.locator("#welcome")).to_contain_text("silence")
    await page.click("#start")
    assert await said(emulator, 1) == [(4004, "/start")]
    await expect(page.locator(".own .bubble")).to_have_count(1)
