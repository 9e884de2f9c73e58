"""Hypothesis strategies for dependency graphs, run configs and registry objects.

Import what you need from the modules: :mod:`~provider_conformance.strategies.graphs` for plain graphs,
:mod:`~provider_conformance.strategies.stacks` for run configs that realise them,
:mod:`~provider_conformance.strategies.objects` for what a provider registers, and
:mod:`~provider_conformance.strategies.machines` for state machines. All options are keyword-only and
have defaults.
"""
