from collections.abc import Callable
from typing import Any

from engine.venues.guard import STREAM, Guard


class _Client:
    """A socket of the library: calls back for each message and for its end."""

    def __init__(self, url: str, failed: Callable[["_Client", object], None]) -> None:
        self.url = url
        self.read: list[object] = []
        self.failures: list[object] = []
        self._failed = failed

    def handle_message(self, message: object) -> None:
        self.read.append(1 / int(str(message)))

    def on_error(self, error: object) -> None:
        self.failures.append(error)
        self._failed(self, error)


class _Library:
    """What a ccxt.pro exchange does with sockets, as far as the guard overrides it."""

    def __init__(self) -> None:
        self.clients: dict[str, Any] = {}

    def client(self, url: str) -> _Client:
        client: _Client = self.clients.setdefault(url, _Client(url, self.on_error))
        return client

    def on_connected(self, client: _Client, message: object = None) -> None: ...

    def on_error(self, client: _Client, error: object) -> None:
        self.clients.pop(client.url, None)

    def on_close(self, client: _Client, error: object) -> None: ...


class _Exchange(Guard, _Library):
    pass


def test_a_message_that_cannot_be_read_ends_its_socket_instead_of_freezing_it() -> None:
    exchange = _Exchange()
    client = exchange.client("ws://a")
    client.handle_message("4")
    client.handle_message("0")
    assert client.read == [0.25]
    assert [str(error) for error in client.failures] == ["a message could not be read (ZeroDivisionError)"]
    assert exchange.clients == {}


def test_a_socket_is_guarded_once_however_often_it_is_asked_for() -> None:
    exchange = _Exchange()
    assert exchange.client("ws://a").handle_message is exchange.client("ws://a").handle_message


def test_a_stream_is_dialled_anew_without_the_others() -> None:
    exchange = _Exchange()
    news: list[tuple[str, bool]] = []
    exchange.on_link = lambda stream, up: news.append((stream, up))
    for stream in ("quotes", "trades"):
        STREAM.set(stream)
        exchange.on_connected(exchange.client(f"ws://{stream}"))
    exchange.redial("quotes", "silent")
    exchange.redial("quotes", "silent")
    assert list(exchange.clients) == ["ws://trades"]
    assert news == [("quotes", True), ("trades", True), ("quotes", False)]
