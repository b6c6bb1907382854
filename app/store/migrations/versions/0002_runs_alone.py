"""How often a row that crashed its workers was run alone, and by whom.

Only such a crash, witnessed, is its third.
"""
import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('inbox', 'outbox', 'jobs'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('lone_runs', sa.Integer(), server_default='0', nullable=False))
            batch_op.add_column(sa.Column('lone_task', sa.String(length=64), nullable=True))
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.add_column(sa.Column('crashes', sa.Integer(), server_default='0', nullable=False))


def downgrade() -> None:
    raise RuntimeError("migrations only expand: install the release you want, it reads the newer schema")
