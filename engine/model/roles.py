"""Who a person is to the desk."""

from enum import IntEnum


class Role(IntEnum):
    """viewer < trader < admin; a stranger has no role at all."""

    VIEWER = 1
    TRADER = 2
    ADMIN = 3
