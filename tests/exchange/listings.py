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
    worth: int = 0
    """Dollars of one contract that is settled in coin; 0: settled in USDT, amounts are coin."""

    @property
    def id(self) -> str:
        return f"{self.base}USD_PERP" if self.worth else f"{self.base}USDT"

    @property
    def symbol(self) -> str:
        """As ccxt writes it."""
        return f"{self.base}/USD:{self.base}" if self.worth else f"{self.base}/USDT:USDT"

    def turnover(self, price: float, qty: float) -> float:
        """What an amount is worth at a price: dollars, or coin."""
        return qty * self.worth / price if self.worth else qty * price

    def info(self) -> dict[str, object]:
        """Its entry in exchangeInfo."""
        coin = {"contractStatus": self.status, "contractSize": self.worth, "equalQtyPrecision": 4}
        return {
            "symbol": self.id,
            "pair": f"{self.base}USD" if self.worth else self.id,
            "contractType": "PERPETUAL",
            **(coin if self.worth else {"status": self.status}),
            "baseAsset": self.base,
            "quoteAsset": "USD" if self.worth else "USDT",
            "marginAsset": self.base if self.worth else "USDT",
            "pricePrecision": 2,
            "quantityPrecision": 0 if self.worth else 3,
            "underlyingType": "COIN",
            "orderTypes": ORDER_TYPES,
            "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
            "filters": [
                {"filterType": "PRICE_FILTER", "tickSize": self.tick, "minPrice": self.tick, "maxPrice": "1000000"},
                {"filterType": "LOT_SIZE", "stepSize": self.step, "minQty": self.step, "maxQty": "10000"},
                {"filterType": "MARKET_LOT_SIZE", "stepSize": self.step, "minQty": self.step, "maxQty": "1000"},
                *([] if self.worth else [{"filterType": "MIN_NOTIONAL", "notional": self.notional}]),
            ],
        }


BTC = Contract("BTC", "0.10", "0.001", "100")
ETH = Contract("ETH", "0.01", "0.001", "20")
SOL = Contract("SOL", "0.0100", "1", "5")
BTC_COIN = Contract("BTC", "0.1", "1", worth=100)
ETH_COIN = Contract("ETH", "0.01", "1", worth=10)


def crowd(count: int) -> list[Contract]:
    """So many contracts, BTC and ETH first."""
    return [BTC, ETH, *(Contract(f"C{number:02}") for number in range(count - 2))][:count]
