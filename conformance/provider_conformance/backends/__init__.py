"""Stand-ins for the servers of remote providers, on loopback."""
