"""From the texts of the environment to settings that hold together; each mistake is one sentence."""

import importlib.util
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import partial, reduce
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import msgspec
from pydantic import SecretStr

from bot.environment import Environment, RiskEnvironment, Texts, load_keys, strays
from bot.options.fees import NAMES as FEES
from bot.options.fees import Fees, fees
from engine.model.errors import BadInput, BadSetting
from engine.model.limits import SETTINGS, RiskLimits, with_settings
from engine.model.market import TIMEFRAMES, Timeframe
from engine.model.roles import Role

Mode = Literal["SIM", "LIVE"]
LEVELS = ("TRACE", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
GONE = {"bitmex": "ccxt no longer contains it; the exchange closed"}
NAMED = (
    "binanceusdm, bybit, okx, deribit, binancecoinm, kraken, krakenfutures, bitget, kucoin, kucoinfutures, mexc, gate, "
    "htx, phemex, coinbase, bitstamp and bitfinex"
)
"""Exchanges that the product is made for; every other id with streams is taken too."""
LONGEST = 120
"""Characters of a value that a refusal shows."""
TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{20,100}", re.ASCII)
USER_ID = re.compile(r"[1-9]\d{0,15}", re.ASCII)
SYMBOL = re.compile(r"[A-Z0-9]{1,24}(/[A-Z0-9]{1,24}(:[A-Z0-9]{1,24}(-[A-Z0-9-]{1,24})?)?)?", re.ASCII)


class BadSettings(BadInput):
    """Everything that is wrong with the settings, a sentence each."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = tuple(sentences)


class Settings(msgspec.Struct, frozen=True):
    """Settings of a running desk, each valid and no two at odds."""

    mode: Mode
    """The ceiling: the desk starts in SIM under both."""
    token: SecretStr
    roles: dict[int, Role]
    """Who may do what before anything is stored: admins, and traders from the whitelist."""
    api_url: str
    zone: str
    log_level: str
    exchange: str
    exchange_url: str | None
    symbols: tuple[str, ...]
    timeframes: tuple[Timeframe, ...]
    strategies: tuple[str, ...]
    """`id` or `id@5m`, as typed."""
    data_dir: Path
    limits: RiskLimits
    fees: Fees = Fees()
    """Of the simulation, as far as they are set; else those that the exchange lists."""
    params: Mapping[str, Mapping[str, str]] = {}
    """Parameters by strategy, as typed; of those not named the defaults."""
    stop: str | None = None
    """Stop distance of all strategies instead of their own, as `--stop` takes it."""
    target: str | None = None
    warnings: tuple[str, ...] = ()
    """What is not wrong but should be looked at, a sentence each."""


def load(strategy: Callable[[str], object] | None = None, env_file: Path = Path(".env")) -> Settings:
    """Read and check everything; BadSettings holds a sentence for each thing that is wrong.

    `strategy` raises BadInput for a specification (`id`, `id@5m`) that no strategy answers to.
    """
    checked = _Checked(env_file)
    env, risk = checked.environment, checked.risk
    settings = Settings(
        mode="LIVE" if checked.word("BOT_MODE", env.bot_mode, get_args(Mode)) == "LIVE" else "SIM",
        token=checked.token(),
        roles=checked.roles(),
        api_url=checked.url("TELEGRAM_API_URL", env.telegram_api_url),
        zone=checked.zone(),
        log_level=checked.word("LOG_LEVEL", env.log_level, LEVELS),
        exchange=checked.exchange(),
        exchange_url=checked.url("EXCHANGE_URL", env.exchange_url) if env.exchange_url else None,
        symbols=checked.symbols(),
        timeframes=checked.timeframes(),
        strategies=checked.strategies(strategy),
        data_dir=checked.data_dir(),
        limits=checked.limits(risk),
        fees=checked.fees(),
        warnings=tuple(open_to_others(env_file)),
    )
    if settings.mode == "LIVE" and settings.exchange in exchanges():
        checked.attempt(partial(load_keys, settings.exchange, env_file))
    if checked.sentences:
        raise BadSettings(checked.sentences)
    return settings


def data_dir(env_file: Path = Path(".env")) -> Path:
    """The data directory alone, for what has to work while other settings are wrong."""
    return _Checked(env_file).data_dir()


def open_to_others(env_file: Path) -> list[str]:
    """A sentence when the file, which holds secrets, can be read or changed by other users of the machine."""
    try:
        mode = env_file.stat().st_mode & 0o777
    except OSError:
        return []
    if not mode & 0o077:
        return []
    return [f"{env_file} holds secrets and is open to other users (mode {mode:04o}); chmod 600 {env_file} closes it."]


def exchanges() -> list[str]:
    """Ids of the exchanges that ccxt streams from, sorted; ccxt itself is not loaded for it."""
    spec = importlib.util.find_spec("ccxt")
    places = spec.submodule_search_locations if spec is not None else None
    return sorted(path.stem for place in places or () for path in Path(place, "pro").glob("[a-z]*.py"))


class _Checked:
    """Reads one setting after another and keeps a sentence of each that is wrong."""

    def __init__(self, env_file: Path) -> None:
        self.sentences: list[str] = []
        try:
            self.environment = Environment(_env_file=env_file)
            self.risk = RiskEnvironment(_env_file=env_file)
            self.sentences += strays(env_file)
        except (OSError, UnicodeDecodeError) as error:
            raise BadSettings([f"{env_file} cannot be read: {error}."]) from error

    def attempt[T](self, read: Callable[[], T], where: str = "") -> T | None:
        """What `read` returns; None when it refuses, its sentence kept."""
        try:
            return read()
        except BadInput as refusal:
            self.sentences.append(f"{where}{refusal}")
            return None

    def refuse(self, name: str, got: str, takes: str) -> None:
        """Keep the sentence of a setting that is wrong."""
        self.sentences.append(str(BadSetting(name, got if len(got) <= LONGEST else f"{got[:LONGEST]}...", takes)))

    def word(self, name: str, got: str, words: Sequence[str]) -> str:
        if got.upper() not in words:
            self.refuse(name, got, f"{', '.join(words[:-1])} or {words[-1]}")
        return got.upper()

    def token(self) -> SecretStr:
        token = self.environment.telegram_token
        if not token.get_secret_value():
            self.sentences.append("TELEGRAM_TOKEN is empty, but it takes the token that @BotFather gives to a bot.")
        elif not TOKEN.fullmatch(token.get_secret_value()):
            self.sentences.append(
                "TELEGRAM_TOKEN is no bot token (it is not shown here), but it takes digits, a colon and a long key."
            )
        return token

    def roles(self) -> dict[int, Role]:
        admins = self._ids("TELEGRAM_ADMIN_IDS", self.environment.telegram_admin_ids)
        listed = self._ids("TELEGRAM_WHITELIST_IDS", self.environment.telegram_whitelist_ids)
        if admins == listed == []:
            self.sentences.append(
                "TELEGRAM_WHITELIST_IDS is empty, but it takes the numeric Telegram id of each person who may use the "
                "desk, separated by commas."
            )
        roles = dict.fromkeys(listed or (), Role.TRADER)
        return roles | dict.fromkeys(admins or (listed or [])[:1], Role.ADMIN)

    def _ids(self, name: str, text: str) -> list[int] | None:
        """Ids of a list; None when one is wrong."""
        parts = _parts(text)
        wrong = [part for part in parts if not USER_ID.fullmatch(part)]
        twice = _twice(parts)
        for part in wrong:
            self.refuse(name, part, "numeric Telegram ids such as 123456789, separated by commas")
        for part in twice:
            self.refuse(name, text, f"each id once ({part} is there twice)")
        return None if wrong or twice else [int(part) for part in parts]

    def url(self, name: str, text: str) -> str:
        try:
            url = urlsplit(text)
            good = url.scheme in ("http", "https") and bool(url.hostname) and (url.port or 1) > 0
            good = good and not (url.query or url.fragment or url.username)
        except ValueError:
            good = False
        if not good:
            self.refuse(name, text, "an address such as https://api.example.org")
        return text.rstrip("/")

    def zone(self) -> str:
        zone = self.environment.tz
        zones = available_timezones()
        if zone not in zones:
            near = get_close_matches(zone[:60], zones) or ["UTC", "Europe/Berlin"]
            self.refuse("TZ", zone, f"a time zone's name such as {' or '.join(near)}")
        return zone

    def exchange(self) -> str:
        wanted = self.environment.exchange.lower()
        ids = exchanges()
        if wanted in GONE and wanted not in ids:
            self.sentences.append(f"EXCHANGE is {wanted!r}, but {GONE[wanted]}.")
        elif wanted not in ids:
            near = get_close_matches(wanted[:60], ids, cutoff=0.75)
            hint = f"an id of ccxt such as {' or '.join(near)}" if near else f"an id of ccxt, among them {NAMED}"
            self.refuse("EXCHANGE", wanted, hint)
        return wanted

    def symbols(self) -> tuple[str, ...]:
        text = self.environment.symbols
        return self._list("SYMBOLS", text, SYMBOL.fullmatch, "symbols as ccxt writes them, such as BTC/USDT:USDT")

    def timeframes(self) -> tuple[Timeframe, ...]:
        text = self.environment.timeframes
        takes = f"timeframes out of {', '.join(TIMEFRAMES)}"
        found = self._list("TIMEFRAMES", text, lambda part: part in TIMEFRAMES, takes, empty=True)
        return tuple(timeframe for timeframe in TIMEFRAMES if timeframe in found)

    def strategies(self, check: Callable[[str], object] | None) -> tuple[str, ...]:
        takes = "ids of strategies such as ma_cross or ma_cross@5m"
        found = self._list("STRATEGIES", self.environment.strategies, lambda part: len(part) <= 60, takes)
        if check is not None:
            for spec in found:
                self.attempt(partial(check, spec), "STRATEGIES: ")
        return found

    def data_dir(self) -> Path:
        path = Path(self.environment.data_dir).expanduser()
        if path.exists() and not path.is_dir():
            self.refuse("DATA_DIR", str(path), "a folder")
        return path

    def fees(self) -> Fees:
        texts = {name: getattr(self.environment, name) or None for name in FEES}
        read = [self.attempt(partial(fees, {name: text}, str.upper)) or Fees() for name, text in texts.items()]
        return reduce(Fees.over, read)

    def limits(self, environment: Texts) -> RiskLimits:
        """The limits; the rule across two of them is asked only when each is valid by itself."""
        given = [name for name in type(environment).model_fields if name in environment.model_fields_set]
        texts = {name.upper(): getattr(environment, name) for name in given}
        before = len(self.sentences)
        for name, text in texts.items():
            self.attempt(partial(SETTINGS[name].parse, text))
        if len(self.sentences) > before:
            return RiskLimits()
        return self.attempt(partial(with_settings, RiskLimits(), texts)) or RiskLimits()

    def _list(
        self, name: str, text: str, fits: Callable[[str], object], takes: str, *, empty: bool = False
    ) -> tuple[str, ...]:
        parts = _parts(text)
        if not parts and not empty:
            self.refuse(name, text, takes)
        for part in parts:
            if not fits(part):
                self.refuse(name, part, takes)
        for part in _twice(parts):
            self.refuse(name, text, f"each once ({part} is there twice)")
        return tuple(parts)


def _parts(text: str) -> list[str]:
    """The entries of a comma-separated list."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _twice(parts: Sequence[str]) -> list[str]:
    """Entries that stand in a list more than once."""
    return sorted({part for part in parts if parts.count(part) > 1})
