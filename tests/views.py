"""Views made directly, for tests of what is read from them."""

from projector.deltas import Deltas
from projector.store.counters import additions, counters
from projector.store.names import names, renamings
from shared.dynamo import Table, transact
from shared.views import HireCell, ViewKey, production_keys
from tests.streams import deliver, record


def add_hires(departments: int, jobs: int, name: str = "") -> None:
    """One hire for each department and job, in the views; the names end with `name`."""
    deltas = Deltas()
    for table, column, number in (
        ("DepartmentsTable", "department", departments),
        ("JobsTable", "job", jobs),
    ):
        rows = [{"id": n, column: f"{column} {n % 7} {n}{name}"} for n in range(number)]
        Table(table, "id").put_many(rows)
        for row in rows:
            deltas.add(f"{column}s", row, +1)
    for department in range(departments):
        for job in range(jobs):
            deltas.hires[2021, HireCell(department, job, 2)] = 1 + department
    for operation in [*additions(counters(deltas, 0)), *renamings(names(deltas))]:
        transact([operation])


def add_production(factories: int) -> None:
    """A point of the first day of as many factories, in the views."""
    deltas = Deltas()
    for factory in range(factories):
        for key in production_keys(factory, 0):
            deltas.production[ViewKey(*key), "actual"] = factory + 1
    for operation in additions(counters(deltas, 0)):
        transact([operation])


def add_users(users: int, name: str = "somebody") -> None:
    """Users without experiments, by way of the projector."""
    rows = [{"user_id": number, "name": name} for number in range(users)]
    Table("UsersTable", "user_id").put_many(rows)
    deliver([record("users", f"u{row['user_id']}", None, row) for row in rows])
