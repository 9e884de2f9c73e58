"""Configurations for a provider: given by the user, offered by its class, or made up."""
