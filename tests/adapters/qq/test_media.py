"""Pictures and files are fetched by the roads the host offers, within bounds."""

import socket
from collections.abc import AsyncIterator

import pytest

from adapters.qq.media import reference_of
from adapters.simulator.onebot11 import segments as piece
from bot.domain.errors import PlatformBusyError, PlatformRefusedError, TooLargeError
from bot.domain.events import Attachment, Forward, MessagePosted
from tests.adapters.qq.service import GROUP, MEMBER, Service, serving

CONTENT = bytes(range(256)) * 40
MOST = 100_000


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@pytest.fixture
async def with_files() -> AsyncIterator[Service]:
    port = free_port()
    async with serving(media_hosts=f"127.0.0.1:{port}", media_timeout=2.0) as service:
        await service.simulator.implementation.media_server.start(port)
        yield service


async def attachment(service: Service) -> Attachment:
    message = (await service.received(MessagePosted))[-1]
    (found,) = [part for part in message.parts if isinstance(part, Attachment)]
    return found


def called(service: Service, action: str) -> int:
    return len(service.simulator.calls(action))


async def test_a_picture_is_fetched_from_its_address(with_files: Service) -> None:
    with_files.simulator.show_image(200, MEMBER, CONTENT)
    picture = await attachment(with_files)

    assert picture.size == len(CONTENT)
    assert await with_files.platform.fetch(GROUP, picture, most=MOST) == CONTENT
    assert called(with_files, "get_image") == 0


async def test_a_group_file_is_asked_for_its_address(with_files: Service) -> None:
    with_files.simulator.upload(200, MEMBER, "名单.xlsx", CONTENT)
    file = await attachment(with_files)

    assert (file.form, file.text, file.size) == ("file", "名单.xlsx", len(CONTENT))
    assert "名单" not in file.reference
    assert await with_files.platform.fetch(GROUP, file, most=MOST) == CONTENT
    assert called(with_files, "get_group_file_url") == 1


async def test_a_picture_without_an_address_comes_through_the_host(service: Service) -> None:
    service.simulator.show_image(200, MEMBER, CONTENT)

    assert await service.platform.fetch(GROUP, await attachment(service), most=MOST) == CONTENT
    assert called(service, "get_image") == 1


async def test_a_file_without_an_address_comes_through_the_host(service: Service) -> None:
    service.simulator.upload(200, MEMBER, "名单.xlsx", CONTENT)

    assert await service.platform.fetch(GROUP, await attachment(service), most=MOST) == CONTENT
    assert called(service, "get_file") == 1


async def test_an_expired_address_is_replaced_by_the_host(with_files: Service) -> None:
    with_files.simulator.show_image(200, MEMBER, CONTENT)
    with_files.simulator.faults.media_expired = True

    content = await with_files.platform.fetch(GROUP, await attachment(with_files), most=MOST)

    assert content == CONTENT
    assert called(with_files, "get_image") == 1


async def test_a_picture_within_a_forward_can_be_fetched(with_files: Service) -> None:
    sim = with_files.simulator
    sim.forward(200, MEMBER, [(MEMBER, "小李", [piece.text("看"), sim.image(CONTENT)])])
    message = (await with_files.received(MessagePosted))[-1]
    (forward,) = [part for part in message.parts if isinstance(part, Forward)]
    assert forward.items is not None
    picture = forward.items[0][1]
    assert isinstance(picture, Attachment)

    assert await with_files.platform.fetch(GROUP, picture, most=MOST) == CONTENT


async def test_what_is_too_large_is_not_fetched(with_files: Service) -> None:
    with_files.simulator.show_image(200, MEMBER, CONTENT)

    with pytest.raises(TooLargeError):
        await with_files.platform.fetch(GROUP, await attachment(with_files), most=100)


async def test_a_broken_transfer_may_be_tried_again(with_files: Service) -> None:
    with_files.simulator.show_image(200, MEMBER, CONTENT)
    with_files.simulator.faults.media_cut = True

    with pytest.raises(PlatformBusyError):
        await with_files.platform.fetch(GROUP, await attachment(with_files), most=MOST)


async def test_an_address_a_member_forged_is_not_visited(service: Service) -> None:
    await service.simulator.implementation.media_server.start(0)
    service.simulator.show_image(200, MEMBER, CONTENT)
    picture = await attachment(service)
    assert "http://127.0.0.1" in picture.reference

    # The server of the stand-in is not named in the settings here: only the host itself is asked.
    assert await service.platform.fetch(GROUP, picture, most=MOST) == CONTENT
    assert called(service, "get_image") == 1


async def test_what_might_break_the_connection_is_not_asked_for(service: Service) -> None:
    for size in (None, 5 * 1024 * 1024):
        large = Attachment("picture", reference=reference_of("", "large.png", "", size))
        with pytest.raises(TooLargeError):
            await service.platform.fetch(GROUP, large, most=MOST)
    assert called(service, "get_image") == 0


@pytest.mark.parametrize("reference", ["", "{", '{"url":"","file":""}'])
async def test_a_reference_that_leads_nowhere_is_refused(service: Service, reference: str) -> None:
    with pytest.raises(PlatformRefusedError):
        await service.platform.fetch(GROUP, Attachment("picture", reference=reference), most=MOST)


async def test_a_path_on_the_hosts_disk_is_not_read(service: Service) -> None:
    lost = Attachment("picture", reference=reference_of("file:///etc/passwd", "missing.png", "", 9))

    with pytest.raises(PlatformRefusedError):
        await service.platform.fetch(GROUP, lost, most=MOST)
