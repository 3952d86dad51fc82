"""The emulator's process: `python -m lineal.local.serve DESCRIPTOR`, a listening socket handed down.

SIGTERM ends it after the emulator has written its state and its functions have ended.
"""

import asyncio
import sys


async def serve(descriptor: int) -> None:
    """Serve the emulator on the socket `descriptor` until SIGTERM or SIGINT."""
    from hypercorn import asyncio as hypercorn
    from hypercorn.config import Config
    from ministack.app import app
    from ministack.core import lambda_runtime

    from lineal.local.guard import Guard
    from lineal.local.ranges import Ranges

    config = Config()
    config.bind = [f"fd://{descriptor}"]
    config.keep_alive_timeout = 75
    try:
        await hypercorn.serve(Guard(Ranges(app)), config)  # type: ignore[arg-type]
    finally:
        lambda_runtime.reset()  # else a call that still runs would hold up the end of the process


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
