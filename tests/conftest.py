"""What holds for every test: it can be interrupted, however the run was started.

A background job of a shell without job control (`make test &` in a script, as CI systems start it)
ignores SIGINT, and so does every process that it starts (POSIX, "Signals and Error Handling").
And every test's clusters are on this machine, as those of `make local` are.
"""

import os
import signal

signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ["ALLOW_LOOPBACK"] = "true"
