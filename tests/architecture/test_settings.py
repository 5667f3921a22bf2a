"""`.env.example` is the list of settings: each is there, and nothing is there that is not read."""

import importlib
import re
from collections.abc import Iterator

from pydantic import AliasChoices
from pydantic_settings import BaseSettings

from tests.architecture.source import ROOT

KEYS = re.compile(r"[A-Z0-9]+_API_(KEY|SECRET|PASSWORD)")
"""Exchange keys are named after the exchange, so no field can name them all."""


def test_the_example_names_every_setting_and_no_other() -> None:
    named = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.M))
    assert {name for name in named if not KEYS.fullmatch(name)} == set(_settings())


def _settings() -> Iterator[str]:
    """Variables that the settings classes read, as people write them; exchange keys left out."""
    for kind in vars(importlib.import_module("bot.settings")).values():
        if not (isinstance(kind, type) and issubclass(kind, BaseSettings) and kind is not BaseSettings):
            continue
        prefix = kind.model_config.get("env_prefix", "")
        for field, info in kind.model_fields.items():
            alias = info.validation_alias
            first = alias.choices[0] if isinstance(alias, AliasChoices) else alias
            name = (first if isinstance(first, str) else f"{prefix}{field}").upper()
            if not KEYS.fullmatch(name):
                yield name
