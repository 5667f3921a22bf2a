"""pocketdesk's own line, with gate and ledger. It also writes the recording that the others read."""

import sys

import numpy as np

from engine.backtest.backtest import run
from tests.bench.peers.task import Minutes, Outcome, measure
from tests.bench.year import SYMBOL, market, plan


def main() -> None:
    source, chosen = market(), plan("1m")
    bars = source.bars(SYMBOL)
    np.savez(sys.argv[1], **{name: getattr(bars, name) for name in Minutes._fields})

    def year() -> Outcome:
        result = run(source, chosen)
        return Outcome(len(result.trades), float(result.final_equity))

    measure("pocketdesk", len(bars.ts), year)


if __name__ == "__main__":
    main()
