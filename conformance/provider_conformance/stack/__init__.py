"""The built-in stack: a complete system that loads, wires, routes to and inspects providers."""
