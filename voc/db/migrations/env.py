"""How alembic runs here: on the connection and in the transaction that `voc.db.migrate` opened."""

from alembic import context

from voc.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
