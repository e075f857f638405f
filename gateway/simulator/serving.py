"""Running the simulated network as a process of its own."""

from __future__ import annotations

import sys

import uvicorn

from gateway.drain import DrainingServer
from gateway.serving import listen
from gateway.simulator.app import Simulator


async def serve(simulator: Simulator, host: str, port: int) -> None:
    """Serve until a signal comes, then end at once. Raises OSError with a sentence before the first request."""
    listening = listen(host, port)
    config = uvicorn.Config(
        simulator.app,
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    try:
        simulator.start()
        name = f"[{host}]" if ":" in host else host
        base = f"http://{name}:{listening.getsockname()[1]}"
        print(f"A simulated network management system listens on {base}.", file=sys.stderr)
        print(f"Its script is {base}/script, its record {base}/record.", file=sys.stderr, flush=True)
        await DrainingServer(config, simulator.agenda.stop).serve([listening])
    finally:
        listening.close()
        await simulator.stop()
