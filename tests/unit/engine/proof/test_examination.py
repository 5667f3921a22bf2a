"""Each planted fault is caught by the check that is named after it; an honest strategy passes them all."""

import numpy as np
import pytest

from engine.proof.effort import FULL, QUICK, Effort
from engine.proof.examination import examine
from engine.proof.findings import Finding, Verdict
from tests.unit.engine.proof import plants
from tests.unit.engine.proof.plants import Honest, subject

EFFORTS = pytest.mark.parametrize("effort", [QUICK, FULL], ids=["quick", "full"])
LOOKING_AHEAD = (plants.Shifted, plants.FarShifted, plants.Normalised, plants.EarlyHour, plants.Repainting)


def failures(verdict: Verdict) -> dict[str, Finding]:
    return {finding.check: finding for finding in verdict.findings if finding.level == "fail"}


@EFFORTS
@pytest.mark.parametrize("honest", [Honest, plants.ClosedHour])
def test_an_honest_strategy_passes(honest: type[Honest], effort: Effort) -> None:
    verdict = examine(subject(honest()), effort)
    assert not failures(verdict)
    assert verdict.refusal == ""


@EFFORTS
@pytest.mark.parametrize("plant", LOOKING_AHEAD)
def test_looking_ahead_is_caught_by_name(plant: type[Honest], effort: Effort) -> None:
    verdict = examine(subject(plant()), effort)
    assert verdict.strategy == plant.name
    assert set(failures(verdict)) == {"look_ahead"}
    assert verdict.refusal.startswith("look_ahead: ")


def test_a_shifted_column_is_named_at_the_first_bar_that_it_changes_with_one_later_bar() -> None:
    found = failures(examine(subject(plants.Shifted())))["look_ahead"]
    assert found.bar is not None
    assert "once 1 later bar is known" in found.sentence
    assert f"of bar {found.bar} " in found.sentence
    assert f"at the close of bar {found.bar}," in found.sentence


def test_a_column_of_50_bars_later_is_said_to_be() -> None:
    found = failures(examine(subject(plants.FarShifted()), FULL))["look_ahead"]
    assert "once 50 later bars are known" in found.sentence


def test_an_hour_that_has_not_closed_is_said_to_be_the_source() -> None:
    found = failures(examine(subject(plants.EarlyHour())))["look_ahead"]
    assert "a 1h bar that closes later is known" in found.sentence


def test_a_short_warm_up_is_caught_by_name_and_what_is_needed_is_measured() -> None:
    """What is left of a seed after n bars of an average of 100 is (99/101)^n: 1e-9 of it after about 1036 bars."""
    verdict = examine(subject(plants.ShortWarmup()), FULL)
    assert set(failures(verdict)) == {"warm_up"}
    sentence = failures(verdict)["warm_up"].sentence
    assert sentence.startswith("120 bars of 5m are stated, but ")
    needed = int(sentence.split("but ")[1].split()[0])
    assert 500 < needed < 9 * np.log(10.0) / np.log(101.0 / 99.0) * 1.3


@pytest.mark.parametrize(
    ("plant", "words"),
    [(plants.Endless, "no warm-up is enough"), (plants.ShortReads, "5 bars of 1h are stated, but 20 are needed")],
)
def test_a_past_without_end_and_a_short_one_of_another_timeframe_are_told_apart(
    plant: type[Honest], words: str
) -> None:
    verdict = examine(subject(plant()), FULL)
    assert set(failures(verdict)) == {"warm_up"}
    assert words in failures(verdict)["warm_up"].sentence


def test_how_many_bars_a_mean_needs_is_measured() -> None:
    """The mean of 10 closes and the side of the bar before: 11 bars, or 10 and the one before it."""
    verdict = examine(subject(Honest()), FULL)
    assert "windows of the 50 bars stated say what the whole history says, 11 are needed" in [
        finding.sentence for finding in verdict.findings
    ]


@pytest.mark.parametrize(
    ("plant", "check", "words"),
    [
        (plants.Early, "first_bar", "bar 60 is stated, but bar 9 has a signal"),
        (plants.Remembering, "determinism", "asked again"),
        (plants.Writing, "inputs", "volume of bar"),
        (plants.Short, "columns", "stop has the shape (0,), but there are 1 bars"),
        (plants.Excessive, "ranges", "it takes -100 to 100"),
        (plants.WrongStop, "ranges", "a stop lies on the losing side of the close"),
        (plants.Raising, "missing_data", "bars without taker volume: KeyError: 'taker_buy'"),
    ],
)
def test_bad_conduct_is_caught_by_name(plant: type[Honest], check: str, words: str) -> None:
    found = failures(examine(subject(plant())))
    assert check in found
    assert words in found[check].sentence
