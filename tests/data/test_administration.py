from data import roles, setting_changes, switches
from data.database import Database
from data.setting_changes import SettingChange
from tests.data.samples import HOUR, MEMBER, NOW, OWNER


async def test_switch_keeps_its_newest_value(database: Database) -> None:
    async with database.transaction(NOW) as work:
        await switches.set(work, "frozen", "yes", "qq:10001")
        await switches.set(work, "frozen", "", "qq:10002")
        assert [kind for kind, _, _ in work.links] == ["switch", "switch"]
    async with database.reading() as connection:
        assert await switches.get_all(connection) == {"frozen": ""}


async def test_revision_counts_up_from_one(database: Database) -> None:
    async with database.transaction(NOW) as work:
        assert await switches.bump_revision(work, "settings") == 1
        assert await switches.bump_revision(work, "settings") == 2
        assert await switches.bump_revision(work, "roster") == 1


async def test_roles_are_given_and_taken_once(database: Database) -> None:
    async with database.transaction(NOW) as work:
        assert await roles.grant(work, OWNER, "administrator", "qq:1")
        assert await roles.grant(work, OWNER, "approver", "qq:1")
        assert not await roles.grant(work, OWNER, "approver", "qq:2")
        assert await roles.grant(work, MEMBER, "approver", "qq:1")
        assert await roles.revoke(work, MEMBER, "approver", "qq:1")
        assert not await roles.revoke(work, MEMBER, "approver", "qq:1")
        assert len(work.links) == 4
    async with database.reading() as connection:
        assert await roles.grants(connection) == {OWNER: frozenset({"administrator", "approver"})}


async def test_newest_change_of_a_setting_is_in_force(database: Database) -> None:
    async with database.transaction(NOW) as work:
        await setting_changes.change(work, "digest.at", "17:00", "qq:1")
        await setting_changes.change(work, "mode", "remind", "qq:1")
    async with database.transaction(NOW + HOUR) as work:
        made = await setting_changes.change(work, "digest.at", "17:30", "qq:2")
        await setting_changes.change(work, "mode", None, "qq:2")
        assert [kind for kind, _, _ in work.links] == ["setting", "setting"]
    assert made == SettingChange(
        key="digest.at", before="17:00", after="17:30", by="qq:2", at=NOW + HOUR
    )
    async with database.reading() as connection:
        assert await setting_changes.current(connection) == {"digest.at": "17:30"}
        every = await setting_changes.history(connection)
        one = await setting_changes.history(connection, "mode", limit=1)
    assert [(change.key, change.after) for change in every] == [
        ("mode", None),
        ("digest.at", "17:30"),
        ("mode", "remind"),
        ("digest.at", "17:00"),
    ]
    assert [change.before for change in one] == ["remind"]


async def test_setting_given_back_can_be_set_again(database: Database) -> None:
    async with database.transaction(NOW) as work:
        for after in ("remind", None, "enforce"):
            made = await setting_changes.change(work, "mode", after, "qq:1")
    assert made.before is None
