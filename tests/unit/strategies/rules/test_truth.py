"""Three-valued logic: the whole truth tables, written out."""

import numpy as np

from strategies.rules.truth import Truth, at_least, every, lasting, negation, recent

T, F, U = "TFU"


def truth(text: str) -> Truth:
    return Truth(np.array([x == T for x in text], bool), np.array([x != U for x in text], bool))


def text(of: Truth) -> str:
    return "".join(T if yes else F if known else U for yes, known in zip(of.yes, of.known, strict=True))


A, B = truth("TTTFFFUUU"), truth("TFUTFUTFU")


def test_not_keeps_what_is_undefined() -> None:
    assert text(negation(truth("TFU"))) == "FTU"


def test_all_is_false_with_one_false_whatever_is_undefined() -> None:
    assert text(every([A, B])) == "TFUFFFUFU"


def test_any_is_true_with_one_true_whatever_is_undefined() -> None:
    assert text(at_least(1, [A, B])) == "TTTTFUTUU"


def test_at_least_two_of_three() -> None:
    rows = {
        "TTT": T, "TTF": T, "TTU": T, "TFF": F, "TFU": U, "TUU": U,
        "FFF": F, "FFU": F, "FUU": U, "UUU": U,
    }  # fmt: skip
    for row, result in rows.items():
        assert text(at_least(2, [truth(one) for one in row])) == result, row


def test_within_looks_at_the_last_bars_this_one_included() -> None:
    assert text(recent(truth("FFTFFFF"), 3)) == "UUTTTFF"
    assert text(recent(truth("FFUFFFTU"), 3)) == "UUUUUFTT"
    assert text(recent(truth("TFU"), 1)) == "TFU"


def test_lasting_needs_every_one_of_the_last_bars() -> None:
    assert text(lasting(truth("TTTFTT"), 2)) == "UTTFFT"
    assert text(lasting(truth("TTUTTF"), 2)) == "UTUUTF"


def test_no_bars_are_no_truth() -> None:
    none = truth("")
    assert [text(of) for of in (negation(none), every([none, none]), recent(none, 3), none.at(np.array([-1]))) ] == [
        "", "", "", "U",
    ]  # fmt: skip


def test_rows_before_the_first_are_undefined() -> None:
    assert text(truth("TF").at(np.array([-1, 0, 0, 1]))) == "UTTF"
