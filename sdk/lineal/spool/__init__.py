"""The spool: what a run logs is on this machine's disk before `run.log` returns, and leaves from there.

    LINEAL_SPOOL_DIR / <run id> / <writer> /
        lock                     held (flock) by the process that writes here, as long as it lives
        about.json               where it all is to be delivered
        0000000001.segment       records, see `records`
        cursor                   up to where everything is delivered, see `cursor`
        artifacts/<n>/<name>     files that wait to be stored
        refused/                 what the server refused for good, each with the reason

A **writer** is one process; ranks and forked children have a folder each and never wait for one another.
Chunks are cut by rules that depend on the bytes of a segment alone (`cutting`), so that whoever delivers them
a second time sends the same bytes under the same number, which the server takes once.
"""
