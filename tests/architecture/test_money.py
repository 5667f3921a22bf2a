"""Money is exact: no binary fraction becomes an amount, none is kept in a column."""

import ast
from collections.abc import Iterator

from tests.architecture.source import Source, core, product

MONEY = {
    "amount",
    "balance",
    "cash",
    "commission",
    "equity",
    "fee",
    "fees",
    "funding",
    "leaves_qty",
    "margin",
    "notional",
    "pnl",
    "qty",
    "realised",
    "unrealised",
}
STATISTICS = ("engine.stats",)
"""Where money may become a float: ratios and curves, of which nothing is booked."""


def test_no_decimal_is_made_from_a_float_literal() -> None:
    inexact = {
        f"{source.path}:{call.lineno}"
        for source in product()
        for call, name in source.calls
        if name == "decimal.Decimal" and call.args and _is_float(call.args[0])
    }
    assert inexact == set()


def test_the_core_turns_no_money_into_a_float() -> None:
    turned = {
        f"{source.path}:{call.lineno} float({word})"
        for source in core()
        if not source.name.startswith(STATISTICS)
        for call, name in source.calls
        if name == "float" and call.args
        for word in _words(call.args[0])
    }
    assert turned == set()


def test_no_money_is_declared_as_a_float_or_a_numeric_column() -> None:
    declared = {place for source in product() for place in _inexact_columns(source)}
    assert declared == set()


def _is_float(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_float(node.operand)
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def _words(node: ast.expr) -> set[str]:
    """Money words among the names that an expression reads."""
    names = {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    return MONEY & (names | {part.id for part in ast.walk(node) if isinstance(part, ast.Name)})


def _inexact_columns(source: Source) -> Iterator[str]:
    """Tables (SQLModel classes) with a float money field, and any use of SQLAlchemy's Numeric or Float."""
    for call, name in source.calls:
        if name in {"sqlalchemy.Numeric", "sqlalchemy.DECIMAL", "sqlalchemy.Float", "sqlmodel.Numeric"}:
            yield f"{source.path}:{call.lineno} {name}"
    if not source.name.startswith("storage."):
        return
    for node in source.nodes:
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.target.id in MONEY
            and "float" in ast.unparse(node.annotation)
        ):
            yield f"{source.path}:{node.lineno} {node.target.id}: {ast.unparse(node.annotation)}"
