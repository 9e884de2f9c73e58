"""A stranger's code contained: its time, its effects, its end."""
