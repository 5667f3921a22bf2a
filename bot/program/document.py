"""Writes `.env.example` and docs/configuration.md from the settings themselves: `python -m bot.program.document`."""

from pathlib import Path
from textwrap import fill

from pydantic import SecretStr

from bot.environment import Environment
from engine.model.limits import SETTINGS, RiskLimits, shown
from engine.model.setting import Setting

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "configuration.md"
EXAMPLE = ROOT / ".env.example"
NEEDED = ("telegram_token", "telegram_whitelist_ids")
"""Settings without which `pocketdesk run` does not start; they stand in the example ready to be filled in."""

INTRODUCTION = """\
# Configuration

`pocketdesk run` reads `.env` in the folder it is started in, and the variables of its environment, which win over
`.env`. Copy `.env.example` to `.env` and fill in the first two. Everything is checked before anything starts, each
mistake is named in one sentence, and a name in `.env` that is no setting counts as a mistake. An empty value means the
default. A backtest and the demo take what they need as options and do not read `.env`.

A risk setting that is changed in chat is stored and wins over `.env` until it is reset there.

Keep `.env` to yourself (`chmod 600 .env`); `pocketdesk doctor` says when others can read it.

## The desk

| Setting | Default | Meaning |
|---|---|---|
"""

KEYS = """
Fees are fractions of the notional, by the names of a backtest's options; typed behind `pocketdesk run` they win over
`.env` (`--fee 0.0004`). Without `FEE` each market costs what the exchange lists for it (what ccxt knows: its lowest
tier), 0.0005 where it lists nothing; `pocketdesk doctor` says which. A desk that was stopped hard is started once with
the fees of before.

The keys of an exchange are named after it: `BINANCEUSDM_API_KEY`, `BINANCEUSDM_API_SECRET`, and for okx, bitget and
kucoin a passphrase as in `OKX_API_PASSWORD`. They are read only when the desk goes LIVE; on paper it holds none.
Use keys that cannot withdraw and are bound to the address of this machine.

## Risk

Settings that end in `_PERCENT` are percent (`5` is 5 %), all other shares are fractions. Each can be given to a
backtest or the demo as well, in any case: `--risk max_leverage=3`. The emergency stop has to lie above the daily loss.

| Setting | Default | Takes | Meaning |
|---|---|---|---|
"""

HEAD = """\
# Settings of `pocketdesk run`. Copy this file to .env, fill in the first two, then: chmod 600 .env
# A line that begins with # shows a default: take the # away to change it. docs/configuration.md says more.
"""

KEYS_EXAMPLE = """
# Keys of the exchange, named after it; read only when the desk goes LIVE. Without the right to withdraw, please.
# BINANCEUSDM_API_KEY=
# BINANCEUSDM_API_SECRET=
# BINANCEUSDM_API_PASSWORD=

# ---- Risk: percent where the name says so, else fractions and multiples of equity -------------------------------
"""


def page() -> str:
    """The whole page on configuration, as Markdown."""
    desk = [f"| `{name.upper()}` | {_code(default)} | {text} |" for name, default, text in _desk()]
    defaults = shown(RiskLimits())
    risk = [f"| `{name}` | {defaults[name]} | {each.takes} | {each.rule} |" for name, each in SETTINGS.items()]
    return INTRODUCTION + "\n".join(desk) + "\n" + KEYS + "\n".join(risk) + "\n"


def example() -> str:
    """The whole of `.env.example`."""
    ordered = sorted(_desk(), key=lambda entry: entry[0] not in NEEDED)
    desk = [_entry(name, default, text.replace("`", ""), name in NEEDED) for name, default, text in ordered]
    defaults = shown(RiskLimits())
    risk = [_entry(name, defaults[name], _risk_note(each), needed=False) for name, each in SETTINGS.items()]
    return HEAD + "".join(desk) + KEYS_EXAMPLE + "".join(risk).removeprefix("\n")


def _desk() -> list[tuple[str, str, str]]:
    """Name, default and description of every setting that is not a limit."""
    return [
        (name, "" if isinstance(field.default, SecretStr) else str(field.default), field.description or "")
        for name, field in Environment.model_fields.items()
    ]


def _risk_note(setting: Setting) -> str:
    return f"{setting.rule} Takes {setting.takes}."


def _entry(name: str, default: str, text: str, needed: bool) -> str:
    comment = fill(text, 110, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
    return f"\n{comment}\n{'' if needed else '# '}{name.upper()}={default}\n"


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    EXAMPLE.write_text(example(), encoding="utf-8")
