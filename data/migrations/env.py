"""Run by alembic with the connection ``data.migrate`` hands over; never on its own."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlalchemy.types import DateTime, String, TypeDecorator
from sqlmodel import SQLModel

import data.tables  # noqa: F401  # fills the metadata


def _render(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Revisions use plain types only: they must run long after our own types have changed."""
    if kind != "type" or not isinstance(item, TypeDecorator):
        return False
    if isinstance(item.impl_instance, DateTime):
        return "sa.DateTime(timezone=True)"
    return "sa.String()" if isinstance(item.impl_instance, String) else False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_item=_render,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])
