"""The vocabulary of the built-in stack: a module an API, with its data types and its Protocol.

The nine APIs are ``agents``, ``inference``, ``inspect``, ``memory``, ``memory_banks``, ``models``,
``safety``, ``shields`` and ``telemetry``. The other modules hold what several of them share. A
provider imports from the module that defines what it needs.
"""
