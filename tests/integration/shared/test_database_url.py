"""A service's database URL is the driver's: several hosts, and libpq's options."""

from ops.bootstrap import Databases
from shared.db.session import SYSTEM, Database, driver
from tests.support.services import free_port


async def test_the_first_host_that_answers_serves(databases: Databases) -> None:
    credentials, _, place = databases.url("petitions").rpartition("@")
    address, _, name = place.partition("/")
    url = f"{credentials}@127.0.0.1:{free_port()},{address}/{name.partition('?')[0]}"
    database = Database(
        f"{url}?target_session_attrs=read-write&sslmode=disable", schema="petitions"
    )
    try:
        async with database.transaction(SYSTEM) as session:
            schema = await (await driver(session)).fetchval("SELECT current_schema()")
    finally:
        await database.close()

    assert schema == "petitions"
