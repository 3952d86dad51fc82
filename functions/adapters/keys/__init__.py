"""Every key of both tables, once, a module for each. A project begins each key that belongs to one."""
