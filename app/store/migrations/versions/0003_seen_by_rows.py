"""Which message was the newest when a row was composed.

A person's reply after it silences the row, whatever opened its turn.
"""
import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('seen_message', sa.String(length=200), nullable=True))


def downgrade() -> None:
    raise RuntimeError("migrations only expand: install the release you want, it reads the newer schema")
