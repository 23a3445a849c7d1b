"""Settings of all tests."""

from hypothesis import settings

# Derandomized: a test that is green here is green everywhere. No deadline: the machine's speed is no property.
settings.register_profile("xnorsim", deadline=None, derandomize=True, max_examples=100)
settings.load_profile("xnorsim")
