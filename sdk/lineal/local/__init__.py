"""The local stack: lineal's own template on an emulator, on this machine and nowhere else.

    with lineal.local.running(data="/tmp/try") as stack:
        client = lineal.Client(stack.api_url, stack.project, stack.session(Identity.SCIENTIST))

It is for trying and developing, not for keeping: what it holds is written when it is stopped, not before.
"""

from lineal.local.directory import DataDirectory
from lineal.local.lifecycle import running
from lineal.local.stack import Stack, connect
from lineal.local.state import Identity

__all__ = ["DataDirectory", "Identity", "Stack", "connect", "running"]
