"""Keeps one bad frame from freezing a socket, and says when a socket comes and goes (exchange.md section 9).

ccxt's receive loop dies when a message handler raises, and the watchers wait for the ping timeout. Here the
exception becomes a network error of that client at once, and the next call dials anew.
"""

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from engine.venues.klines import Kline

STREAM: ContextVar[str] = ContextVar("stream", default="")
"""Name of the stream the running task owns; set once at the start of its task."""


class Guard:
    """Mixed in before a ccxt.pro exchange class."""

    if TYPE_CHECKING:
        clients: dict[str, Any]

    calls_closed = False
    counts_trades = False
    final_klines: Mapping[str, Iterable[Kline]]

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.on_link: Callable[[str, bool], None] | None = None
        """Told the stream and whether it is connected now."""
        self.final_klines = {}
        self._urls: dict[str, set[str]] = {}
        super().__init__(*args, **kwargs)

    def client(self, url: str) -> Any:
        """The client of an address, guarded when it is new, noted as one of the running task's stream."""
        known = url in (self.clients or {})
        client = super().client(url)  # type: ignore[misc]
        self._urls.setdefault(STREAM.get(), set()).add(url)
        if not known:
            client.handle_message = _guarded(client)
        return client

    def on_connected(self, client: Any, message: object = None) -> None:
        """A socket stands."""
        super().on_connected(client, message)  # type: ignore[misc]
        self._tell(client.url, True)

    def on_error(self, client: Any, error: object) -> None:
        """A socket or its dial failed."""
        super().on_error(client, error)  # type: ignore[misc]
        self._tell(client.url, False)

    def on_close(self, client: Any, error: object) -> None:
        """The exchange closed a socket."""
        super().on_close(client, error)  # type: ignore[misc]
        self._tell(client.url, False)

    def redial(self, stream: str, why: str) -> None:
        """Give up the sockets of a stream; whoever waits on them fails at once and dials anew."""
        from ccxt.base.errors import NetworkError

        for url in self._urls.get(stream, ()):
            if (client := (self.clients or {}).get(url)) is not None:
                client.on_error(NetworkError(why))

    def _tell(self, url: str, up: bool) -> None:
        if self.on_link is not None:
            for stream in [name for name, urls in self._urls.items() if url in urls]:
                self.on_link(stream, up)


def _guarded(client: Any) -> Callable[[object], None]:
    """The client's message handler, whose exceptions become errors of the client."""
    from ccxt.base.errors import NetworkError

    handle = client.handle_message

    def handle_message(message: object) -> None:
        try:
            handle(message)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises kills ccxt's receive loop
            client.on_error(NetworkError(f"a message could not be read ({type(error).__name__})"))

    return handle_message
