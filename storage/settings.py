"""What is stored of the way the desk runs. The journal writes it, from the core's facts; here it is read."""

from collections.abc import Sequence

from sqlmodel import col, select

from storage import tables
from storage.db import Database


class SqliteSettings:
    """Values that people have set, strategies they have switched, breakers that have moved."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, str]:
        """Every stored setting, `trading_state` among them."""
        found = await self._database.read(select(tables.Setting).order_by(col(tables.Setting.name)))
        return {setting.name: setting.value for setting in found}

    async def strategies(self) -> dict[str, bool]:
        """Whether a strategy is on, for those that a person has switched."""
        found = await self._database.read(select(tables.Strategy).order_by(col(tables.Strategy.name)))
        return {strategy.name: strategy.enabled for strategy in found}

    async def breakers(self) -> Sequence[tables.Breaker]:
        """The last move of every breaker that has ever moved."""
        return await self._database.read(select(tables.Breaker).order_by(col(tables.Breaker.name)))
