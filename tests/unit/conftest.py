"""Settings of the property tests."""

from hypothesis import settings

# How long one example takes says how busy the machine is, not whether a rule holds.
settings.register_profile("unit", deadline=None)
settings.load_profile("unit")
