"""What requests cost in DynamoDB's capacity units, by a calculator of our own.

Emulators count units badly or not at all, and what a bill counts must not be a guess: `units` has AWS's
published rules, `meter` applies them to every request that an adapter makes, `operations` does each thing
that matters once, and `figures` keeps what it took.
"""
