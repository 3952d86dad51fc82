"""stdout and stderr of a run, copied at the level of file descriptors.

A small process of its own stands between the program and its terminal: it shows everything at once, and
writes it to the run's spool. So native code and child processes are heard, the program's own threads and
interpreter lock have no part in it, and it has all that was printed when the program is killed.
"""
