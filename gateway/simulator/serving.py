"""Running the simulated network as a process of its own."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

import uvicorn

from gateway.simulator.app import Simulator


async def serve(simulator: Simulator, host: str, port: int) -> None:
    """Serve until a signal comes."""
    config = uvicorn.Config(
        simulator.app,
        host=host,
        port=port,
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    print(f"A simulated network management system serves http://{host}:{port}", file=sys.stderr, flush=True)
    simulator.start()
    try:
        await uvicorn.Server(config).serve()
    finally:
        with suppress(asyncio.CancelledError):
            await simulator.stop()
