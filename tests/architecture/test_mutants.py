"""docs/mutants.md explains the mutants that no test can tell; `make mutate` reads its table."""

import ast
import re
from textwrap import dedent

import pytest

from tests.architecture.source import ROOT, product
from tests.mutation.change import Change, explained, function_of, shown


def _functions() -> dict[str, str]:
    """Dotted name -> source, without the difference between one line and several."""
    found: dict[str, str] = {}
    for source in product():
        for outer in source.tree.body:
            inner = outer.body if isinstance(outer, ast.ClassDef) else [outer]
            prefix = f"{source.name}.{outer.name}" if isinstance(outer, ast.ClassDef) else source.name
            for node in inner:
                if isinstance(node, ast.FunctionDef):
                    text = ast.get_source_segment(source.text, node) or ""
                    found[f"{prefix}.{node.name}"] = re.sub(r"\s*\n\s*", " ", text)
    return found


def test_every_line_that_is_explained_stands_in_its_function() -> None:
    functions = _functions()
    page = explained((ROOT / "docs" / "mutants.md").read_text(encoding="utf-8"))
    assert page
    assert [change for change in page if change.before not in functions.get(change.function, "")] == []


def test_a_mutant_is_known_by_its_function_and_its_lines() -> None:
    diff = dedent("""\
        # engine.ledger.x_fund__mutmut_5: survived
        --- engine/ledger.py
        +++ engine/ledger.py
        @@ -1,3 +1,3 @@
         def fund(
        -    state.cash += cash
        +    state.cash = cash
             return cash
        """)
    assert shown("engine.ledger.x_fund__mutmut_5", diff) == Change(
        "engine.ledger.fund", "state.cash += cash", "state.cash = cash"
    )


@pytest.mark.parametrize(
    ("mutant", "function"),
    [
        ("engine.ledger.x_fund__mutmut_5", "engine.ledger.fund"),
        ("engine.ledger.x__pay__mutmut_12", "engine.ledger._pay"),
        ("engine.risk.stake.xǁStakeǁ_lost_from__mutmut_1", "engine.risk.stake.Stake._lost_from"),
    ],
)
def test_functions_and_methods_have_their_own_names_back(mutant: str, function: str) -> None:
    assert function_of(mutant) == function


def test_a_row_of_the_page_is_a_change_and_a_row_without_a_reason_is_none() -> None:
    row = r"| `engine.a.f` | `x = a \| b` | `x = a & b` | they are flags of one bit |"
    assert explained(f"# Title\n\n| function | line |\n|---|---|\n{row}\n") == [
        Change("engine.a.f", "x = a | b", "x = a & b")
    ]
    with pytest.raises(ValueError, match="and a reason"):
        explained("| `engine.a.f` | `x = 1` | `x = 2` | |")
