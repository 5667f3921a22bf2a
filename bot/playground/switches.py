"""The switches of the emulated world: carried out here, and shown as its state."""

from msgspec import UNSET

from bot.playground import people
from bot.playground.errors import LinkCut
from bot.playground.faults import FaultOrder
from bot.playground.world import World


def carry_out(world: World, order: FaultOrder) -> None:
    """Does what `POST /emu/fault` asks for."""
    if order.clear:
        _clear(world)
    if order.down is not UNSET:
        world.down = order.down
    if order.skew is not UNSET:
        world.clock.skew = order.skew
    if order.rate is not UNSET:
        world.budget.limit(order.rate)
    if order.blocked is not UNSET:
        people.block(world, set(order.blocked))
    if order.revoked is not UNSET:
        world.revoked = order.revoked
    if order.is_fault:
        world.faults.add(order)
    if world.down:
        world.updates.end_poll(LinkCut())
    world.events.publish("state", state(world))


def state(world: World) -> dict[str, object]:
    """What the page shows beside the messages."""
    return {
        "started": world.started,
        "now": world.clock.now(),
        "skew": world.clock.skew,
        "down": world.down,
        "rate": world.budget.rate,
        "blocked": sorted(world.chats.blocked),
        "revoked": world.revoked,
        "faults": world.faults.waiting(),
        "bot": world.bot,
        "description": world.profile.get(("description", ""), ""),
        "polling": world.updates.polling,
        "pending": world.updates.pending(),
        "users": [{"id": user_id, "role": role} for user_id, role in world.people.items()],
        "pinned": {str(chat_id): message_id for chat_id, message_id in world.chats.pinned.items()},
        "violations": len(world.violations),
    }


def _clear(world: World) -> None:
    world.faults.clear()
    world.budget.limit(None)
    people.block(world, set())
    world.clock.skew = 0.0
    world.down = False
    world.revoked = False
