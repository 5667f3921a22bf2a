"""Whatever is typed behind an option or for a risk setting: a value in its range, or one short sentence."""

from collections.abc import Callable
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.options.typed import fraction, moment, number, pairs, whole
from bot.redaction import Redactor
from engine.model.errors import BadInput
from engine.model.limits import SETTINGS, RiskLimits, shown, value_of, with_settings

TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="0123456789.-+%e_ ,nainf٣½", max_size=40),
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
    st.integers().map(str),
)


def value_or_sentence[T](parse: Callable[[], T]) -> T | None:
    try:
        return parse()
    except BadInput as refusal:
        sentence = str(refusal)
        assert len(sentence) < 1200
        assert sentence.isprintable()
        assert sentence.endswith(".")
        return None


@given(TEXTS)
@example("9" * 5000)
def test_numbers_distances_and_times_are_in_range_or_refused(text: str) -> None:
    value = value_or_sentence(lambda: number("--fee", text, "0", "0.1"))
    assert value is None or (value.is_finite() and 0 <= value <= Decimal("0.1"))
    share = value_or_sentence(lambda: fraction("--stop", text))
    assert share is None or 0 < share < 1
    count = value_or_sentence(lambda: whole("--port", text, 0, 65_535))
    assert count is None or 0 <= count <= 65_535
    at = value_or_sentence(lambda: moment("--from", text))
    assert at is None or at >= 946_684_800_000
    value_or_sentence(lambda: pairs("--risk", [text], fold=True))


@given(st.sampled_from(sorted(SETTINGS)), TEXTS)
def test_a_risk_setting_is_read_back_as_it_was_accepted_or_refused(name: str, text: str) -> None:
    limits = value_or_sentence(lambda: with_settings(RiskLimits(), {name: text}))
    if limits is not None:
        assert with_settings(RiskLimits(), {name: shown(limits)[name]}) == limits


@given(st.text(max_size=60), TEXTS)
def test_any_name_and_value_of_a_risk_setting_is_a_value_or_a_sentence(name: str, text: str) -> None:
    value_or_sentence(lambda: with_settings(RiskLimits(), {name: text}))


@given(st.sampled_from(sorted(SETTINGS)), TEXTS, TEXTS)
def test_no_change_tightens_in_both_directions(name: str, one: str, other: str) -> None:
    setting = SETTINGS[name]
    first = value_or_sentence(lambda: with_settings(RiskLimits(), {name: one}))
    second = value_or_sentence(lambda: with_settings(RiskLimits(), {name: other}))
    if first is not None and second is not None:
        a, b = value_of(first, setting), value_of(second, setting)
        assert not (setting.tightens(a, b) and setting.tightens(b, a))
        assert not setting.tightens(a, a)


@given(
    st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=60), st.text(max_size=40)
)
def test_a_secret_never_survives_wherever_it_stands(secret: str, around: str) -> None:
    redactor = Redactor([SecretStr(secret)])
    assert secret not in redactor.clean(f"{around}{secret}{around}")
