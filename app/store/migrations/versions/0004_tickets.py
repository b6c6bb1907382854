"""Whose page a ticket shows, to whom a reply was written, urgent tickets, limits, guessed passwords."""
import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('tickets', schema=None) as batch_op:
        batch_op.add_column(sa.Column('holder', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('changed_hands', sa.Boolean(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('urgent_at', sa.BigInteger(), nullable=True))
        urgent = sa.text('urgent_at IS NOT NULL')
        batch_op.create_index(
            'ix_tickets_urgent', ['tenant', 'urgent_at'], sqlite_where=urgent, postgresql_where=urgent)
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('written_to', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('basis', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('silent_since', sa.BigInteger(), nullable=True))
    op.create_table('places',
    sa.Column('limit_of', sa.String(length=64), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('tenant', sa.String(length=64), nullable=False),
    sa.Column('holder', sa.String(length=64), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('limit_of', 'place', name=op.f('pk_places'))
    )
    op.create_index('ix_places_at', 'places', ['at'])
    op.create_table('echoes',
    sa.Column('text', sa.String(length=64), nullable=False),
    sa.Column('requester', sa.String(length=64), nullable=False),
    sa.Column('tenant', sa.String(length=64), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('text', 'requester', name=op.f('pk_echoes'))
    )
    op.create_index('ix_echoes_at', 'echoes', ['at'])
    op.create_table('sign_in_tries',
    sa.Column('user', sa.String(length=64), nullable=False),
    sa.Column('peer', sa.String(length=64), nullable=False),
    sa.Column('tenant', sa.String(length=64), nullable=False),
    sa.Column('failed', sa.Integer(), nullable=False),
    sa.Column('locked_until', sa.BigInteger(), nullable=False),
    sa.Column('tried_at', sa.BigInteger(), nullable=False),
    sa.Column('good_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('user', 'peer', name=op.f('pk_sign_in_tries'))
    )
    op.create_index('ix_ledger_text_requester', 'ledger_text', ['tenant', 'requester'])


def downgrade() -> None:
    raise RuntimeError("migrations only expand: install the release you want, it reads the newer schema")
