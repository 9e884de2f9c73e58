"""A provider in a process of its own: what ends that process ends as a finding."""
