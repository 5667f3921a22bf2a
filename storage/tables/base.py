"""What all tables share: one metadata with names for every constraint, so that migrations can speak of them."""

from typing import ClassVar

from sqlalchemy import MetaData
from sqlmodel import SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """A table of `desk.db`. Times are integers, UTC ms; money is `storage.money.Money`."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)
