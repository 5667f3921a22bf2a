"""One gate: nobody else can make an approved order."""

from tests.architecture.source import product

GATE = "engine/risk/gate.py"


def test_only_the_gate_constructs_an_approved_order() -> None:
    makers = {
        source.path
        for source in product()
        for _, name in source.calls
        if name.rpartition(".")[2] == "ApprovedOrder" and source.path != GATE
    }
    assert makers == set()
