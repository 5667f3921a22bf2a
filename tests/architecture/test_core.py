"""The core is a function of its events: no clock, no randomness, no I/O."""

from tests.architecture.source import core

IMPURE_CALLS = {
    "open",
    "print",
    "input",
    "exec",
    "eval",
    "__import__",
    "breakpoint",
    "id",
    "hash",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
}
"""Reading a clock or the world, or (`id`, `hash`) a number that differs from process to process."""

IMPURE_MODULES = (
    "time.",
    "random.",
    "uuid.",
    "secrets.",
    "os.",
    "asyncio.",
    "logging.",
    "threading.",
    "numpy.random.",
)
UNTYPED_CLOCK = (".now", ".utcnow", ".today")


def test_the_core_is_there() -> None:
    assert {"engine.model.messages", "engine.ports"} <= {source.name for source in core()}


def test_the_core_reads_no_clock_draws_no_random_number_and_does_no_io() -> None:
    impure = {
        f"{source.path}:{call.lineno} {name}"
        for source in core()
        for call, name in source.calls
        if name in IMPURE_CALLS or name.startswith(IMPURE_MODULES) or name.endswith(UNTYPED_CLOCK)
    }
    assert impure == set()


def test_nothing_in_the_core_is_a_coroutine() -> None:
    waiting = {f"{source.path}" for source in core() if source.name != "engine.ports" and "async def" in source.text}
    assert waiting == set()
