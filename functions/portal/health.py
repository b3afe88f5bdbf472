"""Whether each store responds; all are asked at once, and every few seconds at most.

Anyone may ask, and a check costs a read of each table.
"""

import asyncio
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING

from shared.aws import make_client
from shared.datasets import DATA_SETS
from shared.items import Key
from shared.log import logger
from shared.settings import setting

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

HEALTH_SECONDS = 3.0  # that a check may take
KEPT_SECONDS = 5  # that its result is valid

# name in the response -> the setting with the table's name, a key that need not be there
PROBED: dict[str, tuple[str, Key]] = {
    **{name: (data_set.setting, {data_set.key: 0}) for name, data_set in DATA_SETS.items()},
    "factories": ("FACTORY_TABLE", {"pk": "-", "sk": "-"}),
    "birthdays": ("BIRTHDAYS_TABLE", {"name": "-"}),
    "views": ("VIEWS_TABLE", {"pk": "-", "sk": "-"}),
    "ingestions": ("INGESTIONS_TABLE", {"pk": "-", "sk": "-"}),
    "idempotency": ("IDEMPOTENCY_TABLE", {"id": "-"}),
}


def _read(setting_name: str, key: Key) -> None:
    # imported here: pages and the docs need no table
    from portal import store

    store.read(setting_name, key)


@cache
def _s3() -> "S3Client":
    return make_client("s3", connect_timeout=1, read_timeout=2, attempts=1)


def _head_bucket() -> None:
    _s3().head_bucket(Bucket=setting("LANDING_BUCKET"))


def _probes() -> dict[str, Callable[[], None]]:
    reads = {
        name: partial(_read, setting_name, key) for name, (setting_name, key) in PROBED.items()
    }
    return {**reads, "landing": _head_bucket}


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(len(_probes()), thread_name_prefix="health")


@dataclass
class Latest:
    """The latest checks, and when there have to be new ones."""

    until: float = -math.inf
    checks: dict[str, str] = field(default_factory=dict)


latest = Latest()


async def check_stores(request: str) -> dict[str, str]:
    """`ok` or `unavailable` for each store; `request` is the id of the request."""
    if time.monotonic() >= latest.until:
        latest.checks = await _check(request)
        latest.until = time.monotonic() + KEPT_SECONDS
    return latest.checks


async def _check(request: str) -> dict[str, str]:
    loop = asyncio.get_running_loop()
    probes = {name: loop.run_in_executor(_threads(), probe) for name, probe in _probes().items()}
    await asyncio.wait(probes.values(), timeout=HEALTH_SECONDS)
    return {name: _verdict(name, probe, request) for name, probe in probes.items()}


def _verdict(name: str, probe: asyncio.Future[None], request: str) -> str:
    if not probe.done():
        probe.cancel()
        error: BaseException | None = TimeoutError(f"no response within {HEALTH_SECONDS} s")
    else:
        error = probe.exception()
    if error is None:
        return "ok"
    extra = {"store": name, "request_id": request}
    logger.error("a store does not respond", exc_info=error, extra=extra)
    return "unavailable"
