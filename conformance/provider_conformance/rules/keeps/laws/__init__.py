"""PC8xx: what calls of one API have to do with one another, a file an API."""
