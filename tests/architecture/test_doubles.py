"""Tests stand in for what is outside, through ports; what is ours runs as it is."""

import ast

from tests.architecture.source import PACKAGES, Source, sources


def test_no_test_imports_a_patching_or_mocking_library() -> None:
    patching = {
        f"{source.path}: {name}"
        for source in sources("tests")
        for name in source.imported_modules() | set(source.imported.values())
        if name.startswith(("unittest.mock", "mock.", "pytest_mock")) or name == "mock"
    }
    assert patching == set()


def test_no_test_replaces_an_attribute_of_our_own_code() -> None:
    replaced = {f"{source.path}:{line}" for source in sources("tests") for line in _replacements(source)}
    assert replaced == set()


def _replacements(source: Source) -> list[int]:
    return [
        call.lineno
        for call, name in source.calls
        if name.endswith((".setattr", ".delattr", ".setitem")) and call.args and _is_ours(call.args[0], source)
    ]


def _is_ours(target: ast.expr, source: Source) -> bool:
    """`monkeypatch.setattr("engine.core.x", ...)`, `monkeypatch.setattr(core, "x", ...)` and the like."""
    if isinstance(target, ast.Constant):
        return str(target.value).partition(".")[0] in PACKAGES
    while isinstance(target, ast.Attribute):
        target = target.value
    return isinstance(target, ast.Name) and source.imported.get(target.id, "").partition(".")[0] in PACKAGES
