"""The ports of the rules in memory. Each shares a test-suite with its AWS adapter in tests/integration."""
