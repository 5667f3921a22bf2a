"""binancecoinm: what binanceusdm is, and candles in contracts, as its trades, its books and its streams have them."""

from engine.venues.counting import InContracts
from engine.venues.quirks import binanceusdm


class Quirk(InContracts, binanceusdm.Quirk):
    """Mixed in before ccxt.pro.binancecoinm."""

    production = "https://dapi.binance.com/"
