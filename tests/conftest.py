"""Settings of all tests."""

import signal

from hypothesis import settings

# Derandomized: a test that is green here is green everywhere. No deadline: the machine's speed is no property.
settings.register_profile("xnorsim", deadline=None, derandomize=True, max_examples=100)
settings.load_profile("xnorsim")

# What a shell starts in the background ignores some signals, and so does all that it starts itself: tests send them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
