"""Everything the emulator knows: one bot, its chats, what it was told and what it asked for."""

import re
from collections import deque
from collections.abc import Mapping

import msgspec

from bot.playground import schema
from bot.playground.budget import Budget
from bot.playground.chats import Chats
from bot.playground.clock import Clock
from bot.playground.commands import CommandMenus
from bot.playground.errors import LinkCut
from bot.playground.events import Events
from bot.playground.faults import Faults
from bot.playground.files import Files
from bot.playground.objects import Answer, User
from bot.playground.updates import UpdateQueue

TOKEN = re.compile(r"[0-9]{1,16}:[A-Za-z0-9_-]{30,}")
PEOPLE = {1001: "admin", 1002: "trader", 1003: "viewer"}
"""Who has already pressed Start; everybody else is a stranger until the first word."""

CALLS_KEPT = 10_000


class Violation(msgspec.Struct, frozen=True):
    """A place where a request, an answer or an update (`direction`) was not what the schema says."""

    method: str
    direction: str
    detail: str


class ApiCall(msgspec.Struct, frozen=True):
    """A call that arrived: its parameters as they travelled, and the HTTP status of the answer."""

    number: int
    method: str
    parameters: Mapping[str, str]
    status: int


class Press(msgspec.Struct, frozen=True):
    """A press that the bot has not answered."""

    user_id: int
    chat_id: int
    message_id: int
    expires_at: float


class World:
    """The state behind one bot token; a ValueError for what is no token."""

    def __init__(self, token: str, people: Mapping[int, str] = PEOPLE, last_id: int = 0) -> None:
        if not TOKEN.fullmatch(token):
            raise ValueError("a bot token is a number, a colon and at least 30 of A-Z, a-z, 0-9, _ and -")
        self.token = token
        self.people = dict(people)
        self.schema = schema.load()
        self.clock = Clock()
        self.started = self.clock.now()
        self.events = Events()
        self.bot = User(
            id=int(token.partition(":")[0]),
            is_bot=True,
            first_name="pocketdesk",
            username="pocketdesk_demo_bot",
        )
        self.chats = Chats(self.bot, self.clock, self.events, last_id)
        self.updates = UpdateQueue(self.clock)
        self.files = Files()
        self.menus = CommandMenus()
        self.budget = Budget()
        self.faults = Faults()
        self.profile: dict[tuple[str, str], str] = {}
        self.presses: dict[str, Press] = {}
        self.answers: list[Answer] = []
        self.violations: list[Violation] = []
        self.calls: deque[ApiCall] = deque(maxlen=CALLS_KEPT)
        self.down = False
        self.revoked = False
        self.logged_out = False
        for user_id in self.people:
            self.chats.open(user_id, self.person(user_id))

    def person(self, user_id: int) -> User:
        """The user of that id, called by the role; a stranger where the role is unknown."""
        return self.chats.user(user_id, self.people.get(user_id, "stranger"))

    def note(self, method: str, direction: str, problem: object) -> None:
        """Records a violation."""
        self.violations.append(Violation(method, direction, str(problem)))

    def log(self, method: str, parameters: Mapping[str, str], status: int) -> None:
        """Records a call that reached the emulator."""
        number = self.calls[-1].number + 1 if self.calls else 1
        self.calls.append(ApiCall(number, method, parameters, status))

    def deliver(self, kind: str, content: object) -> None:
        """Queues an update for the bot, checked against the schema like everything else."""
        for problem in self.schema.check("Update", {"update_id": 1, kind: content}, "update"):
            self.note("getUpdates", "update", problem)
        self.updates.add(kind, content)

    def close(self) -> None:
        """Ends every open poll and every listener."""
        self.updates.end_poll(LinkCut())
        self.events.close()
