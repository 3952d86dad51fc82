"""That nothing acknowledged is lost and nothing arrives twice, whatever ends a process and wherever.

A short version always runs. `make proof` sets PROOF_KILLS, how many processes each test kills.
"""
