"""The Bot API emulator and its chat page: the whole bot in a browser, without account and token.

async with playground.serve(port=8585) as emulator:
    ...  # point a bot at emulator.url with emulator.token, a browser at emulator.page_url
"""

from bot.playground.server import DEMO_TOKEN, Emulator, serve

__all__ = ["DEMO_TOKEN", "Emulator", "serve"]
