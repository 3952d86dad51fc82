"""Say whether there is a browser: 0, or 3 with how to get one."""

import sys

from tests.browser.finding import NAMES, chromium

if chromium() is None:
    sys.stderr.write(
        f"none of {', '.join(NAMES)} is in PATH: `apt-get install chromium`, or set LINEAL_CHROMIUM\n"
    )
    sys.exit(3)
