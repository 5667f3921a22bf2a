"""The words the whole product is written in: frozen messages, orders, market data, account facts."""
