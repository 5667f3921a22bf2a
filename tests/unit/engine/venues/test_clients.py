import pytest

from engine.model.errors import BadInput
from engine.venues.clients import EXCHANGES, check_exchange, public_client


def test_bitmex_is_refused_because_it_is_gone() -> None:
    with pytest.raises(BadInput) as refusal:
        check_exchange("bitmex")
    assert str(refusal.value) == "The exchange bitmex has closed and ccxt no longer has it; choose another one."


@pytest.mark.parametrize(("wanted", "nearest"), [("binance", "binanceusdm"), ("gateio", "gate"), ("KRAKEN", "kraken")])
def test_an_unknown_exchange_is_refused_with_the_nearest(wanted: str, nearest: str) -> None:
    with pytest.raises(BadInput, match=f"There is no exchange '{wanted}'; the nearest are.* {nearest}"):
        check_exchange(wanted)


@pytest.mark.parametrize("url", ["127.0.0.1:80", "ftp://127.0.0.1", "http://127.0.0.1/fapi", ""])
async def test_an_address_that_is_no_bare_host_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match=r"EXCHANGE_URL is .* but it takes http://host:port"):
        await public_client("binanceusdm", url)


@pytest.mark.parametrize("exchange_id", EXCHANGES)
async def test_every_exchange_has_minutes_and_a_source_of_quotes_and_its_addresses_can_be_moved(
    exchange_id: str,
) -> None:
    api = await public_client(exchange_id, "http://127.0.0.1:1")
    try:
        assert "1m" in (api.timeframes or {})
        assert api.has.get("fetchOHLCV")
        assert api.has.get("watchTrades")
        addresses = list(_leaves(vars(api)["urls"]["api"]))
        assert addresses
        assert {address.split("/")[2] for address in addresses} == {"127.0.0.1:1"}
    finally:
        await api.close()


def _leaves(tree: object) -> list[str]:
    if isinstance(tree, dict):
        return [leaf for inner in tree.values() for leaf in _leaves(inner)]
    return [tree] if isinstance(tree, str) else []
