"""The contracts of the emulated exchange, as its exchangeInfo has them."""

from dataclasses import dataclass

ORDER_TYPES = ["LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET"]


@dataclass(frozen=True)
class Contract:
    """One perpetual: id as the exchange writes it, and its rules as decimal text."""

    base: str
    tick: str = "0.01"
    step: str = "0.001"
    notional: str = "5"
    status: str = "TRADING"

    @property
    def id(self) -> str:
        return f"{self.base}USDT"

    def info(self) -> dict[str, object]:
        """Its entry in exchangeInfo."""
        return {
            "symbol": self.id,
            "pair": self.id,
            "contractType": "PERPETUAL",
            "status": self.status,
            "baseAsset": self.base,
            "quoteAsset": "USDT",
            "marginAsset": "USDT",
            "pricePrecision": 2,
            "quantityPrecision": 3,
            "underlyingType": "COIN",
            "orderTypes": ORDER_TYPES,
            "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
            "filters": [
                {"filterType": "PRICE_FILTER", "tickSize": self.tick, "minPrice": self.tick, "maxPrice": "1000000"},
                {"filterType": "LOT_SIZE", "stepSize": self.step, "minQty": self.step, "maxQty": "10000"},
                {"filterType": "MARKET_LOT_SIZE", "stepSize": self.step, "minQty": self.step, "maxQty": "1000"},
                {"filterType": "MIN_NOTIONAL", "notional": self.notional},
            ],
        }


BTC = Contract("BTC", "0.10", "0.001", "100")
ETH = Contract("ETH", "0.01", "0.001", "20")
SOL = Contract("SOL", "0.0100", "1", "5")


def crowd(count: int) -> list[Contract]:
    """So many contracts, BTC and ETH first."""
    return [BTC, ETH, *(Contract(f"C{number:02}") for number in range(count - 2))][:count]
