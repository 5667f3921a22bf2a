"""Small files, small functions: a reader holds one thing at a time."""

import ast

from tests.architecture.source import product, sources

FILE_LINES = 400
FUNCTION_LINES = 50
GENERATED = "storage/migrations/versions/"


def test_no_file_has_more_than_400_lines() -> None:
    long = {
        source.path: lines
        for source in (*product(), *sources("tests"))
        if (lines := source.text.count("\n")) > FILE_LINES and not source.path.startswith(GENERATED)
    }
    assert long == {}


def test_no_function_has_more_than_50_lines() -> None:
    long = {
        f"{source.path}:{node.lineno} {node.name}": lines
        for source in (*product(), *sources("tests"))
        if not source.path.startswith(GENERATED)
        for node in source.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    }
    assert long == {}
