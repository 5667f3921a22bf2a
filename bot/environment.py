"""The only reader of the environment: the texts in `.env` and the process's variables, by the names users know."""

import logging
import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec
from dotenv.parser import parse_stream
from pydantic import Field, SecretStr, create_model
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.model.errors import BadInput
from engine.model.limits import SETTINGS, RiskLimits, shown

WITH_PASSPHRASE = ("okx", "bitget", "kucoin", "kucoinfutures")
KEYS = re.compile(r"[a-z0-9]+_api_(key|secret|password)")

logging.getLogger("dotenv").setLevel(logging.ERROR)  # a line that it warns of and skips is refused here instead


class Texts(BaseSettings):
    """Settings as texts; an empty one counts as not given, and no message shows a value it should not."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", hide_input_in_errors=True)


class Environment(Texts):
    """The texts as they stand, by the names that users know."""

    bot_mode: str = Field(
        "SIM",
        description="The most the desk may do: `SIM` trades on paper, `LIVE` allows `/mode live` with real money.",
    )
    telegram_token: SecretStr = Field(
        SecretStr(""), description="The bot's token from @BotFather, like `123456789:AA...`; needed."
    )
    telegram_whitelist_ids: str = Field(
        "", description="Numeric Telegram ids of the people who may trade, comma separated; everyone else gets silence."
    )
    telegram_admin_ids: str = Field(
        "", description="Ids of those who may change limits and modes too; none: the first of the whitelist."
    )
    telegram_api_url: str = Field(
        "https://api.telegram.org", description="Address of the Bot API; another one for an own server."
    )
    tz: str = Field("UTC", description="Time zone of the desk's days, weeks and reports, like `Europe/Berlin`.")
    log_level: str = Field("INFO", description="Least important line that is logged: `DEBUG` to `CRITICAL`.")
    exchange: str = Field("binanceusdm", description="ccxt id of the exchange.")
    exchange_url: str = Field("", description="Another address for the exchange, for emulators.")
    symbols: str = Field(
        "BTC/USDT:USDT,ETH/USDT:USDT", description="What is traded, comma separated, as ccxt writes it."
    )
    timeframes: str = Field(
        "", description="Candles to keep beside those the strategies read: 1m, 5m, 15m, 1h, 4h, 1d."
    )
    strategies: str = Field(
        "ma_cross,razor,rsi_mr,macd_bb,breakout",
        description="Strategies to run, comma separated; `ma_cross@5m` for another timeframe than its own.",
    )
    fee: str = Field(
        "",
        description="Taker fee of the simulation, a fraction of the notional such as 0.0005; none: what the exchange "
        "lists for each market, maker fees too.",
    )
    maker_fee: str = Field(
        "", description="Fee of a limit order that rests, below 0 where it is paid out; none: `FEE`, or as listed."
    )
    spot_fee: str = Field("", description="Taker fee of spot markets such as BTC/USDT; none: `FEE`, or as listed.")
    spot_maker_fee: str = Field(
        "", description="The same of one that rests; none: `SPOT_FEE`, or else as `MAKER_FEE` says."
    )
    data_dir: str = Field(
        "data", description="Folder of the database, the logs and the `KILL` file; made when it is not there."
    )


_RISK_FIELDS: dict[str, Any] = {
    name.lower(): (str, Field(default, description=SETTINGS[name].rule))
    for name, default in shown(RiskLimits()).items()
}
RiskEnvironment: type[Texts] = create_model(
    "RiskEnvironment",
    __base__=Texts,
    __doc__="The texts of the risk settings (`engine.model.limits`).",
    **_RISK_FIELDS,
)


class Keys(msgspec.Struct, frozen=True):
    """Keys of an exchange; loaded when the desk goes LIVE, never before."""

    key: SecretStr
    secret: SecretStr
    password: SecretStr | None


def strays(env_file: Path) -> Iterator[str]:
    """A sentence for each slip in `.env`, after which what was meant would stay at its default.

    A slip is a line that sets nothing, or a name that nobody reads. The line is not shown, for it may hold a secret.
    """
    if not env_file.is_file():
        return
    known = {*Environment.model_fields, *RiskEnvironment.model_fields}
    with env_file.open(encoding="utf-8") as file:
        lines = list(parse_stream(file))
    for line in lines:
        name = (line.key or "").lower()
        if line.error or (name and line.value is None):
            yield f"{env_file} line {line.original.line} sets nothing; a line takes NAME=value, or # and a remark."
        elif name and name not in known and not KEYS.fullmatch(name):
            near = get_close_matches(name, known, 1)
            hint = f"is {near[0].upper()} meant?" if near else "docs/configuration.md lists all."
            yield f"{env_file} sets {name.upper()[:60]}, which is no setting; {hint}"


def load_keys(exchange: str, env_file: Path = Path(".env")) -> Keys:
    """The keys of an exchange from `{EXCHANGE}_API_KEY`, `_SECRET` and `_PASSWORD`; BadInput names what is missing."""
    names = [f"{exchange}_api_{part}" for part in ("key", "secret", "password")]
    fields: dict[str, Any] = {name: (SecretStr, SecretStr("")) for name in names}
    reader = create_model("KeyEnvironment", __base__=Texts, **fields)
    found = reader(_env_file=env_file)
    key, secret, password = (getattr(found, name) for name in names)
    needed = names if exchange in WITH_PASSPHRASE else names[:2]
    missing = [name.upper() for name in needed if not getattr(found, name).get_secret_value().strip()]
    if missing:
        raise BadInput(f"BOT_MODE is 'LIVE', but {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} empty.")
    return Keys(key, secret, password if password.get_secret_value() else None)
