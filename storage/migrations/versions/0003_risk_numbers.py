"""The account's marks say what the book could lose: net exposure, heat, what moves together, and a bad day."""

import sqlalchemy as sa
from alembic import op

from storage.money import Money

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of the marks of before nothing more is known."""
    for name in ("net", "heat", "stress_heat", "correlated", "var", "es"):
        op.add_column("risk_metric", sa.Column(name, Money, nullable=True))
