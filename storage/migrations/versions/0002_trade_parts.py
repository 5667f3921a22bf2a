"""A trade may leave in parts: what left when, at which price and why, is kept with it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Trades of before left in one part, as far as was noted."""
    op.add_column("trade", sa.Column("parts", sa.Text, nullable=False, server_default="[]"))
