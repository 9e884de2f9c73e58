"""All that knows pytest: start, settings, items, summary."""
