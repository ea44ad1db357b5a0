"""What all tests have in common."""

from hypothesis import settings

# How long an example takes is the machine's affair: a busy one must not fail a test.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
