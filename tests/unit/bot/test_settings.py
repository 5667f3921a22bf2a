"""The environment is read as a whole: good settings hold together, bad ones are each named in one sentence."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from bot.environment import Environment, RiskEnvironment, load_keys
from bot.options.fees import Fees, typed_fees
from bot.options.options import FeeOptions
from bot.program.document import EXAMPLE, PAGE, example, page
from bot.settings import BadSettings, Settings, data_dir, exchanges, load
from engine.model.errors import BadInput, BadSetting
from engine.model.limits import RiskLimits
from engine.model.roles import Role

TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz0123456"
GOOD = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_WHITELIST_IDS": "42"}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.lower() in {*Environment.model_fields, *RiskEnvironment.model_fields} or "_API_" in name:
            monkeypatch.delenv(name)


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def read(env_file: Path, **settings: str) -> Settings:
    env_file.write_text("".join(f"{name}='{value}'\n" for name, value in {**GOOD, **settings}.items()))
    return load(known, env_file)


def refusals(env_file: Path, **settings: str) -> tuple[str, ...]:
    with pytest.raises(BadSettings) as refusal:
        read(env_file, **settings)
    return refusal.value.sentences


def known(spec: str) -> None:
    if spec.partition("@")[0] not in ("ma_cross", "razor", "rsi_mr", "macd_bb", "breakout"):
        raise BadInput(f"There is no strategy {spec!r}.")


def test_a_token_and_an_id_are_enough_and_the_rest_has_the_documented_defaults(env_file: Path) -> None:
    settings = read(env_file)
    assert settings.mode == "SIM"
    assert settings.token.get_secret_value() == TOKEN
    assert settings.roles == {42: Role.ADMIN}
    assert settings.api_url == "https://api.telegram.org"
    assert (settings.zone, settings.log_level, settings.exchange) == ("UTC", "INFO", "binanceusdm")
    assert settings.exchange_url is None
    assert settings.limits == RiskLimits()


@pytest.mark.parametrize("line", ["MAX_LEVERAGE: 2", "MAX_LEVERAGE 2", "MAX_LEVERAGE", "MAX_LEVERAGE='2"])
def test_a_line_that_sets_nothing_is_refused_by_its_number_and_not_shown(env_file: Path, line: str) -> None:
    env_file.write_text(f"TELEGRAM_TOKEN={TOKEN}\nTELEGRAM_WHITELIST_IDS=42\n{line}\n")
    with pytest.raises(BadSettings) as refusal:
        load(known, env_file)
    assert refusal.value.sentences == (f"{env_file} line 3 sets nothing; a line takes NAME=value, or # and a remark.",)
    assert data_dir(env_file) == Path("data"), "the kill switch finds its desk all the same"


def test_every_setting_reaches_its_place(env_file: Path) -> None:
    settings = read(
        env_file,
        TELEGRAM_WHITELIST_IDS="42, 43",
        TELEGRAM_ADMIN_IDS="7",
        TELEGRAM_API_URL="http://127.0.0.1:8081/",
        TZ="Asia/Almaty",
        LOG_LEVEL="debug",
        EXCHANGE="OKX",
        EXCHANGE_URL="http://localhost:9000",
        SYMBOLS="BTC/USDT:USDT, SOL/USDT",
        TIMEFRAMES="1h,5m",
        STRATEGIES="ma_cross@5m, razor",
        DATA_DIR=str(env_file.parent / "desk"),
        MAX_DAILY_LOSS_PERCENT="4.5",
        MAX_POSITION_SIZE="2500",
        FEE="0.0004",
        MAKER_FEE="-0.0001",
        SPOT_FEE="0.001",
        SPOT_MAKER_FEE="0.0008",
    )
    assert settings.roles == {42: Role.TRADER, 43: Role.TRADER, 7: Role.ADMIN}
    assert settings.api_url == "http://127.0.0.1:8081"
    assert (settings.zone, settings.log_level, settings.exchange) == ("Asia/Almaty", "DEBUG", "okx")
    assert settings.exchange_url == "http://localhost:9000"
    assert settings.symbols == ("BTC/USDT:USDT", "SOL/USDT")
    assert settings.timeframes == ("5m", "1h")
    assert settings.strategies == ("ma_cross@5m", "razor")
    assert settings.data_dir == env_file.parent / "desk"
    assert settings.limits.max_daily_loss == Decimal("0.045")
    assert settings.limits.max_notional == Decimal(2500)
    assert settings.fees == Fees(Decimal("0.0004"), Decimal("-0.0001"), Decimal("0.001"), Decimal("0.0008"))


def test_each_fee_that_is_none_is_named(env_file: Path) -> None:
    assert refusals(env_file, FEE="0.05%", MAKER_FEE="0.2") == (
        "FEE is '0.05%', but it takes a number from 0 to 0.1.",
        "MAKER_FEE is '0.2', but it takes a number from -0.1 to 0.1.",
    )


def test_what_is_typed_wins_over_the_file_and_a_fee_that_is_set_over_what_the_exchange_lists(env_file: Path) -> None:
    written = read(env_file, MAKER_FEE="0.0003").fees
    assert (written.costs().fee, written.costs().maker, written.costs().listed) == (
        *(Decimal("0.0005"), Decimal("0.0003")),
        True,
    )
    typed = typed_fees(FeeOptions(fee="0.0004")).over(written).costs()
    assert (typed.fee, typed.maker, typed.listed) == (Decimal("0.0004"), Decimal("0.0003"), False)


def test_the_environment_wins_over_the_file(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_LEVERAGE", "2")
    assert read(env_file, MAX_LEVERAGE="4").limits.max_leverage == 2


def test_an_empty_value_is_the_default(env_file: Path) -> None:
    settings = read(env_file, TZ="", MAX_LEVERAGE="", EXCHANGE_URL="", TIMEFRAMES="")
    assert settings.zone == "UTC"
    assert settings.limits.max_leverage == 5
    assert settings.timeframes == ()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"BOT_MODE": "PAPER"}, "BOT_MODE is 'PAPER', but it takes SIM or LIVE."),
        ({"TELEGRAM_TOKEN": ""}, "TELEGRAM_TOKEN is empty, but it takes the token"),
        ({"TELEGRAM_WHITELIST_IDS": ""}, "TELEGRAM_WHITELIST_IDS is empty, but it takes the numeric"),
        ({"TELEGRAM_WHITELIST_IDS": "@me"}, "TELEGRAM_WHITELIST_IDS is '@me', but it takes numeric"),
        ({"TELEGRAM_WHITELIST_IDS": "-100123"}, "TELEGRAM_WHITELIST_IDS is '-100123', but it takes numeric"),
        ({"TELEGRAM_WHITELIST_IDS": "٤٢"}, "TELEGRAM_WHITELIST_IDS is '٤٢', but it takes numeric"),
        ({"TELEGRAM_WHITELIST_IDS": "42,7,42"}, "TELEGRAM_WHITELIST_IDS is '42,7,42', but it takes each id once"),
        ({"TELEGRAM_ADMIN_IDS": "0"}, "TELEGRAM_ADMIN_IDS is '0', but it takes numeric"),
        ({"TELEGRAM_API_URL": "api.telegram.org"}, "TELEGRAM_API_URL is 'api.telegram.org', but it takes an address"),
        ({"TELEGRAM_API_URL": "http://[::1"}, "TELEGRAM_API_URL is 'http://[::1', but it takes an address"),
        ({"EXCHANGE_URL": "ftp://x"}, "EXCHANGE_URL is 'ftp://x', but it takes an address"),
        ({"TZ": "Europe/Berln"}, "TZ is 'Europe/Berln', but it takes a time zone's name such as Europe/Berlin"),
        ({"TZ": "../../etc/passwd"}, "TZ is '../../etc/passwd', but it takes a time zone's name"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL is 'loud', but it takes TRACE, DEBUG, INFO"),
        ({"EXCHANGE": "bitmex"}, "EXCHANGE is 'bitmex', but ccxt no longer contains it; the exchange closed."),
        ({"EXCHANGE": "binanceusdn"}, "EXCHANGE is 'binanceusdn', but it takes an id of ccxt such as binanceusdm"),
        ({"EXCHANGE": "foo"}, "EXCHANGE is 'foo', but it takes an id of ccxt, among them binanceusdm, bybit"),
        ({"EXCHANGE": "9"}, "EXCHANGE is '9', but it takes an id of ccxt, among them binanceusdm, bybit"),
        ({"SYMBOLS": "btc/usdt"}, "SYMBOLS is 'btc/usdt', but it takes symbols as ccxt writes them"),
        ({"SYMBOLS": ","}, "SYMBOLS is ',', but it takes symbols"),
        ({"SYMBOLS": "BTC/USDT,BTC/USDT"}, "SYMBOLS is 'BTC/USDT,BTC/USDT', but it takes each once"),
        ({"TIMEFRAMES": "7m"}, "TIMEFRAMES is '7m', but it takes timeframes out of 1m, 5m, 15m, 1h, 4h, 1d."),
        ({"STRATEGIES": "ma_crux"}, "STRATEGIES: There is no strategy 'ma_crux'."),
        ({"MAX_LEVERAGE": "500"}, "MAX_LEVERAGE is '500', but it takes a number from 1 to 50."),
        ({"MAX_DAILY_LOSS_PERCENT": "20"}, "MAX_DAILY_LOSS_PERCENT is '20', but it takes less than EMERGENCY_STOP"),
        ({"MAX_LEVERGE": "3"}, "sets MAX_LEVERGE, which is no setting; is MAX_LEVERAGE meant?"),
        ({"BOT_MODE": "LIVE"}, "BOT_MODE is 'LIVE', but BINANCEUSDM_API_KEY and BINANCEUSDM_API_SECRET are empty."),
        (
            {"BOT_MODE": "LIVE", "EXCHANGE": "okx", "OKX_API_KEY": "a", "OKX_API_SECRET": "b"},
            "OKX_API_PASSWORD is empty",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_got_and_what_it_takes(
    env_file: Path, settings: dict[str, str], sentence: str
) -> None:
    [only] = refusals(env_file, **settings)
    assert sentence in only
    assert "\n" not in only


def test_all_mistakes_are_told_at_once(env_file: Path) -> None:
    found = refusals(env_file, TZ="Mars", MAX_LEVERAGE="0", MAX_POSITIONS="many", EXCHANGE="bitmex", LOG_LEVEL="x")
    assert [sentence.split()[0] for sentence in found] == [
        "TZ",
        "LOG_LEVEL",
        "EXCHANGE",
        "MAX_LEVERAGE",
        "MAX_POSITIONS",
    ]


def test_a_wrong_token_is_never_shown(env_file: Path) -> None:
    [sentence] = refusals(env_file, TELEGRAM_TOKEN="hunter2:oops")
    assert "hunter2" not in sentence
    assert sentence.startswith("TELEGRAM_TOKEN is no bot token")


def test_secrets_do_not_show_in_what_settings_look_like(env_file: Path) -> None:
    settings = read(env_file, BOT_MODE="LIVE", BINANCEUSDM_API_KEY="public-part", BINANCEUSDM_API_SECRET="hush-hush")
    keys = load_keys("binanceusdm", env_file)
    assert (keys.key.get_secret_value(), keys.secret.get_secret_value()) == ("public-part", "hush-hush")
    for text in (repr(settings), str(settings), repr(keys), str(keys)):
        assert TOKEN not in text
        assert "hush-hush" not in text
        assert "public-part" not in text


def test_a_file_that_is_no_text_is_one_sentence(env_file: Path) -> None:
    env_file.write_bytes(b"TZ=\xff\xfe\x00")
    with pytest.raises(BadSettings, match="cannot be read"):
        load(known, env_file)


def test_the_data_directory_has_to_be_a_folder_and_is_known_while_all_else_is_wrong(env_file: Path) -> None:
    file = env_file.parent / "file"
    file.touch()
    assert refusals(env_file, DATA_DIR=str(file)) == (str(BadSetting("DATA_DIR", str(file), "a folder")),)
    env_file.write_text("DATA_DIR=elsewhere\nTZ=Mars\n")
    assert data_dir(env_file) == Path("elsewhere")


def test_the_named_exchanges_have_streams_and_the_closed_one_is_gone() -> None:
    assert {"binanceusdm", "bybit", "okx", "deribit", "krakenfutures", "gate", "htx"} <= set(exchanges())
    assert "bitmex" not in exchanges()


def test_the_example_is_accepted_once_its_two_blanks_are_filled_in(env_file: Path) -> None:
    text = example().replace("TELEGRAM_TOKEN=", f"TELEGRAM_TOKEN={TOKEN}").replace("WHITELIST_IDS=", "WHITELIST_IDS=42")
    env_file.write_text(text)
    plain = load(known, env_file)
    every_line = [line.removeprefix("# ") if "=" in line.split(" ")[-1] else line for line in text.splitlines()]
    env_file.write_text("\n".join(every_line))
    assert load(known, env_file) == plain


def test_the_pages_made_of_the_settings_are_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run `make format`"
    assert EXAMPLE.read_text() == example(), "run `make format`"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_of_secrets_that_others_can_reach_is_warned_of_and_is_no_refusal(env_file: Path, mode: int) -> None:
    env_file.touch()
    env_file.chmod(mode)
    (warning,) = read(env_file).warnings
    assert warning.startswith(f"{env_file} ")
    assert f"{mode:04o}" in warning
    assert TOKEN not in warning


def test_a_private_file_and_none_at_all_are_not_warned_of(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env_file.touch(mode=0o600)
    assert read(env_file).warnings == ()
    env_file.unlink()
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    assert load(known, env_file).warnings == ()
