"""The registry: what there is, who may, and that nothing is left out."""

import inspect

from aiogram.filters.callback_data import CallbackData

from bot.dialogue import presses, registry
from engine.model.roles import Role

REQUIRED = {"start", "status", "pnl", "positions", "close_all", "mode", "risk", "strategy", "logs", "help"}


def test_the_required_commands_and_the_alias_are_there() -> None:
    assert REQUIRED | {"flatten", "pause", "stop", "resume", "close"} <= registry.commands().keys()
    assert registry.commands()["flatten"] is registry.commands()["close_all"]


def test_a_viewer_may_send_only_what_reads_in_its_plain_form() -> None:
    trading = {"close_all", "close", "pause", "stop", "resume", "logs"}
    assert not trading & {spec.name for spec in registry.allowed(Role.VIEWER)}
    assert "logs" not in {spec.name for spec in registry.allowed(Role.TRADER)}
    assert registry.allowed(Role.ADMIN) == registry.specs()


def test_every_kind_of_button_is_entered_once_and_what_trades_is_not_for_viewers() -> None:
    kinds = [one for _, one in inspect.getmembers(presses, inspect.isclass) if issubclass(one, CallbackData)]
    prefixes = {kind.__prefix__ for kind in kinds if kind is not CallbackData}
    assert prefixes == registry.buttons().keys()
    assert all(1 <= len(prefix) <= 2 for prefix in prefixes)
    asking = {kind.__prefix__ for kind in kinds if kind.__name__.startswith(("Ask", "Confirm"))}
    assert all(registry.buttons()[prefix].role >= Role.TRADER for prefix in asking)


def test_what_takes_the_rest_comes_last() -> None:
    assert registry.routers()[-1].name == "unknown"
    assert len(registry.routers()) == len(registry.modules())


def test_names_and_helps_fit_telegram_and_a_phone() -> None:
    for name, spec in registry.commands().items():
        assert name.islower()
        assert 1 <= len(name) <= 32
        assert 3 <= len(spec.help) <= 60
