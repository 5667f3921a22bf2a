"""A process that journals a desk's life for ever and says which steps are settled: `python -m ... DATA_DIR`.

Step n is a function of n alone, so that whoever finds it can tell whether it is whole.
"""

import asyncio
import sys
from decimal import Decimal
from pathlib import Path

from engine.model.facts import EquityMarked, StateChanged, TradeClosed, TradeOpened
from engine.model.messages import Step
from engine.model.orders import OrderState
from storage.db import Database
from storage.journal import SqliteJournal
from storage.recovery import recover
from storage.runs import begin_run
from tests.journaled import account, candle, closed, fill, moved, order, position, step


def step_of(seq: int) -> Step:
    """One turn of a life in which every fourth step opens a trade and the fourth after it closes it."""
    trade, phase = str(seq // 4), seq % 4
    entry = order(f"o{trade}", trade=trade, qty=Decimal(seq))
    match phase:
        case 0:
            return step(seq, moved(entry, OrderState.APPROVED, OrderState.SUBMITTED, at=seq))
        case 1:
            filled = moved(entry, OrderState.SUBMITTED, OrderState.FILLED, at=seq, filled=str(seq))
            opened = TradeOpened(seq, position(trade, qty=Decimal(seq)), "")
            return step(seq, filled, opened, event=fill(f"f{trade}", entry.id))
        case 2:
            return step(seq, EquityMarked(seq, account(), Decimal(seq), Decimal(0), 1), event=candle(seq))
        case _:
            halted = StateChanged(seq, "ACTIVE", "HALTED", "", None)
            return step(seq, TradeClosed(seq, closed(trade, seq), account()), halted)


async def main(data_dir: Path) -> None:
    """Go on where the journal ends."""
    database = Database.open(data_dir)
    last = recover(database.path).last_seq
    run = await begin_run(database, at=1, mode="sim", version="1")
    assert run.id is not None
    journal = SqliteJournal(database, run.id, "sim")
    seq = last
    while True:
        for _ in range(1 + seq % 7):
            seq += 1
            journal.append(step_of(seq))
        await journal.settled()
        print(seq, flush=True)  # noqa: T201 - the parent process reads it
        if seq % 5 == 0:
            await journal.snapshot(seq, seq, f"state after {seq}".encode())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
