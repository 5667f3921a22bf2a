"""Every command and button there is, with the role it needs: `/help`, the menus and the gates are made of this.

A module of `bot.commands` is found by its module-level `router`, `COMMANDS` and `BUTTONS`.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Literal

import msgspec

from engine.model.roles import Role

if TYPE_CHECKING:
    from aiogram import Router

Direction = Literal["read", "reduce", "trade"]
"""What a command does to risk, which decides how old it may be: `reduce` takes risk away without trading."""


class CommandSpec(msgspec.Struct, frozen=True):
    """A command: who may send it, how dangerous it is (0-3), which way its most dangerous form points."""

    name: str
    """Without the slash."""
    role: Role
    """Needed for the plain form."""
    level: int
    direction: Direction
    help: str
    """One line of the help, up to 60 characters."""
    usage: str = ""
    """Arguments it takes, as a person would type them."""
    changes: Role | None = None
    """Needed for the form that changes something, where that is more."""
    aliases: tuple[str, ...] = ()


class ButtonSpec(msgspec.Struct, frozen=True):
    """A kind of button, by the prefix of its data. A dangerous one opens or carries out an intent."""

    prefix: str
    role: Role
    dangerous: bool = False


@cache
def modules() -> tuple[ModuleType, ...]:
    """The modules of `bot.commands`, by name."""
    import bot.commands as package

    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    found = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    return tuple(module for module in found if hasattr(module, "router"))


@cache
def specs() -> tuple[CommandSpec, ...]:
    """Every command once, in the order people read them: by role, then by name."""
    found = [spec for module in modules() for spec in module.COMMANDS]
    return tuple(sorted(found, key=lambda spec: (spec.role, spec.name)))


@cache
def commands() -> Mapping[str, CommandSpec]:
    """Commands by name, and by each other name they answer to."""
    return _unique((name, spec) for spec in specs() for name in (spec.name, *spec.aliases))


@cache
def buttons() -> Mapping[str, ButtonSpec]:
    """Kinds of buttons by prefix."""
    return _unique((spec.prefix, spec) for module in modules() for spec in module.BUTTONS)


def routers() -> Sequence["Router"]:
    """The routers, the one that takes what nobody else took last."""
    ordered = sorted(modules(), key=lambda module: module.__name__.endswith(".unknown"))
    return [module.router for module in ordered]


def allowed(role: Role) -> tuple[CommandSpec, ...]:
    """What a person of this role may send, in the order of `specs`."""
    return tuple(spec for spec in specs() if spec.role <= role)


def _unique[Spec](pairs: Iterator[tuple[str, Spec]]) -> dict[str, Spec]:
    found: dict[str, Spec] = {}
    for name, spec in pairs:
        if name in found:
            raise ValueError(f"{name} is taken twice: {found[name]} and {spec}")
        found[name] = spec
    return found
