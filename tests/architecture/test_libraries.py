"""Which libraries a part may know; which of our own parts, the import contracts in pyproject.toml say."""

import sys

import pytest

from tests.architecture.source import Source, core, sources

CORE = {"engine", "msgspec", "numpy"}
STRATEGIES = {"engine", "strategies", "msgspec", "numpy", "pandas", "pandas_ta", "sklearn", "talib"}


@pytest.mark.parametrize(
    ("part", "libraries"),
    [(core(), CORE), (sources("strategies"), STRATEGIES)],
    ids=["core", "strategies"],
)
def test_a_part_imports_the_standard_library_and_few_others(part: tuple[Source, ...], libraries: set[str]) -> None:
    foreign = {
        f"{source.path}: {module}"
        for source in part
        for module in source.imported_modules()
        if (top := module.partition(".")[0]) not in libraries and top not in sys.stdlib_module_names
    }
    assert foreign == set()
