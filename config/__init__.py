"""Settings, limits, identifiers, time and the data that operators edit."""
