"""Strategies with their parameters in files: written by `optimise --out`, read by `--params-file`."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from bot.figures.printing import to_json, unwritable
from bot.options.options import StrategyOptions
from engine.model.errors import BadInput

Value = int | float | str | bool


class ParameterSet(msgspec.Struct, frozen=True):
    """One strategy as it is to be run; what else the file holds is for people."""

    strategy: str
    """`name@timeframe`."""
    params: dict[str, Value]
    stop: str | None = None
    """As `--stop` takes it; None: the strategy's own."""
    target: str | None = None

    def texts(self) -> dict[str, str]:
        """The parameters as a person would type them."""
        return {name: _text(value) for name, value in self.params.items()}


def read(path: str) -> ParameterSet:
    """The set in a file; BadInput when there is none."""
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=ParameterSet)
    except OSError as error:
        raise BadInput(f"--params-file {path} cannot be read: {error.strerror or error}.") from None
    except msgspec.DecodeError as error:
        raise BadInput(f"--params-file {path} is not what `optimise --out` writes: {error}.") from None


def write(path: Path, chosen: ParameterSet, others: Sequence[ParameterSet], told: dict[str, object]) -> None:
    """A set to be read again; `told` and the other sets stand beside it."""
    content = {**msgspec.to_builtins(chosen), "others": msgspec.to_builtins(others), "found": told}
    try:
        path.write_text(to_json(content) + "\n", encoding="utf-8")
    except OSError as error:
        raise unwritable("--out", path, error) from error


def applied(options: StrategyOptions) -> StrategyOptions:
    """The options with those of its files before them, so that what was typed beside a file wins."""
    sets = [read(path) for path in options.params_file]
    brackets = {(each.stop, each.target) for each in sets}
    if len(brackets) > 1:
        raise BadInput("The --params-file given have different stops or targets, which count for all strategies.")
    ((stop, target),) = brackets
    strategies = [*dict.fromkeys([*(each.strategy for each in sets), *options.strategy])]
    typed = [f"{each.strategy}.{name}={text}" for each in sets for name, text in each.texts().items()]
    own = {name.partition("=")[0] for name in options.param}
    kept = [text for text in typed if text.partition("=")[0] not in own]
    return msgspec.structs.replace(
        options,
        strategy=strategies,
        param=[*kept, *options.param],
        stop=options.stop or stop,
        target=options.target or target,
        params_file=[],
    )


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
