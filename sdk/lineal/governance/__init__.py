"""What is checked, read and written on this machine about models: signatures, trails, cards, rules."""
