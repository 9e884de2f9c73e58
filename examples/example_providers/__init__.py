"""Three small providers that need one another's APIs: telemetry, then inference, then memory, then safety."""
