"""A verdict is reached once for a code with its parameters, and kept."""

import sys
from importlib import util
from pathlib import Path

import pytest

from engine.model.market import BarsByTimeframe, Scores
from engine.plan import StrategyPlan
from engine.proof.digest import digest
from engine.proof.findings import Finding, Verdict
from engine.proof.verdicts import FILE, Verdicts
from tests.unit.engine.proof import plants
from tests.unit.engine.proof.plants import Honest, Params, subject


class Counted(Honest):
    """Tells how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        self.asked += 1
        return super().evaluate(bars, params)


def planned(strategy: Honest, n: int = 10) -> StrategyPlan:
    return StrategyPlan(strategy.name, strategy, Params(n), "5m", ("X",))


def test_a_fault_is_known_after_a_look_and_not_before(tmp_path: Path) -> None:
    verdicts, good, bad = Verdicts(tmp_path), planned(Honest()), planned(plants.Shifted())
    assert verdicts.refusal(bad) is None
    verdicts.look([good, bad])
    assert verdicts.refusal(good) == ""
    assert (verdicts.refusal(bad) or "").startswith("look_ahead: ")


def test_what_was_checked_is_not_checked_again_after_a_start(tmp_path: Path) -> None:
    Verdicts(tmp_path).look([planned(Counted())])
    again, strategy = Verdicts(tmp_path), Counted()
    again.look([planned(strategy)])
    assert strategy.asked == 0
    assert again.refusal(planned(strategy)) == ""


def test_other_parameters_are_checked_anew(tmp_path: Path) -> None:
    verdicts, strategy = Verdicts(tmp_path), Counted()
    verdicts.look([planned(strategy)])
    assert verdicts.refusal(planned(strategy, 11)) is None
    before = strategy.asked
    verdicts.look([planned(strategy, 11)])
    assert strategy.asked > before


def test_a_look_ends_when_it_is_asked_to_and_says_nothing(tmp_path: Path) -> None:
    verdicts, plan = Verdicts(tmp_path), planned(Honest())
    verdicts.look([plan], lambda: True)
    assert verdicts.refusal(plan) is None
    assert not (tmp_path / FILE).exists()


def test_a_running_desk_takes_over_what_was_found_beside_it(tmp_path: Path) -> None:
    desk, plan, other = Verdicts(tmp_path), planned(Honest()), planned(Honest(), 11)
    desk.look([plan, other])
    found = Verdict("honest", "5m", {"n": "10"}, (Finding("over_fit", "fail", "it was fitted"),))
    Verdicts(tmp_path).note([(plan, found)])
    desk.look([plan, other])
    assert desk.refusal(plan) == "over_fit: it was fitted"
    assert desk.refusal(other) == ""
    again = Verdicts(tmp_path)
    again.look([plan])
    assert again.refusal(plan) == "over_fit: it was fitted"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": 1}'])
def test_a_damaged_file_is_a_file_without_verdicts(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    verdicts, plan = Verdicts(tmp_path), planned(Honest())
    verdicts.look([plan])
    assert verdicts.refusal(plan) == ""


def test_a_digest_depends_on_parameters_timeframe_and_what_a_strategy_holds() -> None:
    held, other = Honest(), Honest()
    other.document = Params(3)  # type: ignore[attr-defined]
    base = subject(held)
    assert digest(base) == digest(subject(Honest()))
    others = [subject(held, n=11), subject(held, "15m"), subject(other), subject(plants.Shifted())]
    assert len({digest(base), *map(digest, others)}) == 5


def test_a_digest_depends_on_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def loaded(folder: str, text: str) -> Honest:
        path = tmp_path / folder / "own.py"
        path.parent.mkdir()
        path.write_text(text)
        spec = util.spec_from_file_location("own", path)
        assert spec is not None
        assert spec.loader is not None
        module = util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "own", module)
        spec.loader.exec_module(module)
        strategy: Honest = module.strategy
        return strategy

    text = "from tests.unit.engine.proof.plants import Honest\n\nclass Own(Honest):\n    pass\n\nstrategy = Own()\n"
    first = digest(subject(loaded("a", text)))
    assert first == digest(subject(loaded("b", text)))
    assert first != digest(subject(loaded("c", text + "# another\n")))


async def test_a_look_beside_the_loop_finds_the_same(tmp_path: Path) -> None:
    verdicts, plan = Verdicts(tmp_path), planned(plants.Repainting())
    await verdicts.beside([plan], lambda: False)
    assert (verdicts.refusal(plan) or "").startswith("look_ahead: ")
