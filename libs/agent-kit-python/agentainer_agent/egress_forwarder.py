from __future__ import annotations

import asyncio
import os
from contextlib import suppress

from .paths import EGRESS_DIRECTORY, EGRESS_PROXY, EGRESS_PROXY_PORT

_PART = 64 * 1024


async def forward_to_proxy(directory: str, port: int = EGRESS_PROXY_PORT) -> None:
    """
    Where the pool of this agent lets it reach other hosts, has ``127.0.0.1:3128`` lead to the proxy by which it does: HTTP
    clients know TCP, and find it in ``HTTP_PROXY`` and ``HTTPS_PROXY``.
    """
    path = os.path.join(directory, EGRESS_DIRECTORY, EGRESS_PROXY)
    if not os.path.exists(path):
        return

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_unix_connection(path)
            try:
                await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
            finally:
                far_writer.close()
        writer.close()

    await asyncio.start_server(forward, '127.0.0.1', port)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until this side has said all; the other may go on."""
    while True:
        data = await reader.read(_PART)
        if not data:
            break
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
