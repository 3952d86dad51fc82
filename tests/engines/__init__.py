"""Engines that tests run on besides moto."""
