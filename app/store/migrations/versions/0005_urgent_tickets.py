"""Since when a ticket holds a message that people must read first."""
import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('tickets', schema=None) as batch_op:
        batch_op.add_column(sa.Column('urgent_at', sa.BigInteger(), nullable=True))
        batch_op.create_index('ix_tickets_urgent', ['tenant', 'urgent_at'], sqlite_where=sa.text('urgent_at IS NOT NULL'),
                              postgresql_where=sa.text('urgent_at IS NOT NULL'))


def downgrade() -> None:
    raise RuntimeError("migrations only expand: install the release you want, it reads the newer schema")
