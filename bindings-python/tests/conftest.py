"""What all tests have in common."""

from hypothesis import settings

# How long an example takes is the machine's affair: a busy one must not fail a test.
# The same examples in every run; `--hypothesis-profile=other` looks for others.
settings.register_profile("other", deadline=None)
settings.register_profile("same", deadline=None, derandomize=True)
settings.load_profile("same")
