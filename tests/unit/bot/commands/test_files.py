"""Files by buttons: the numbers of the desk, unrounded."""

import csv
import io

from bot.outbox.body import Body
from tests.unit.bot import pictures
from tests.unit.bot.commands.person import Person


def read(body: Body) -> list[dict[str, str]]:
    assert body.document is not None
    return list(csv.DictReader(io.StringIO(body.document.decode())))


async def test_closed_trades_come_as_a_file_with_the_columns_of_the_backtest(admin: Person) -> None:
    admin.records.closed = [pictures.trade(1), pictures.trade(2, "-3.1000", symbol="ETH/USDT:USDT")]
    await admin.say("/trades")
    file = await admin.choose("CSV")
    assert file.filename == "trades-20250504-20250504.csv"
    assert file.text == "📄 2 trades · +21.50\nclosed 04 May 13:32 to 04 May 13:32"
    first, second = read(file)
    assert first == {
        "symbol": "BTC/USDT:USDT",
        "side": "long",
        "entry_at": "2025-05-04T08:32:05Z",
        "entry_price": "64120",
        "exit_at": "2025-05-04T13:32:05Z",
        "exit_price": "65697.352",
        "amount": "0.0156",
        "fee": "0.82",
        "funding": "-0.1",
        "pnl": "24.6",
        "reason": "target",
        "strategy": "ma_cross",
        "currency": "USDT",
    }
    assert (second["symbol"], second["pnl"]) == ("ETH/USDT:USDT", "-3.1")


async def test_the_file_of_a_time_holds_the_trades_that_were_closed_in_it(admin: Person) -> None:
    day = pictures.NOW - 3 * pictures.DAY
    ends = (day - 1, day, day + pictures.DAY - 1, day + pictures.DAY)
    admin.records.closed = [pictures.trade(number, exit_at=at) for number, at in enumerate(ends)]
    assert len(read(await admin.press(f"tc:{day}:{day + pictures.DAY}"))) == 2
    await admin.say("/pnl 7d")
    assert len(read(await admin.choose("CSV"))) == 4


async def test_where_there_is_nothing_there_is_no_file_but_a_sentence(admin: Person) -> None:
    answer = await admin.press("tc:0:0")
    assert answer.text == "No trade was closed in that time, so there is no file."
    admin.control.view = pictures.status(positions=())
    assert (await admin.press("pc")).document is None


async def test_open_positions_come_as_a_file(admin: Person) -> None:
    await admin.say("/positions")
    rows = read(await admin.choose("CSV"))
    assert [(row["symbol"], row["side"], row["amount"], row["pnl"]) for row in rows] == [
        ("BTC/USDT:USDT", "long", "0.0156", "18.2"),
        ("ETH/USDT:USDT", "short", "0.0156", "-3.1"),
        ("SOL/USDT:USDT", "long", "0.0156", "0.9"),
    ]
