"""Stand-ins for the servers of remote providers: on loopback, deterministic; they record what is asked."""
