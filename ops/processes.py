"""What a child process needs so that it never outlives the process that started it."""

import ctypes
import os
from collections.abc import Callable
from typing import Final

_PR_SET_PDEATHSIG: Final = 1  # <linux/prctl.h>


def dies_with_parent(signal_number: int) -> Callable[[], None]:
    """A `preexec_fn`: the kernel signals the child when the *thread* that started it ends.

    Start long-lived children from the main thread, therefore. Systems without prctl do nothing.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    parent = os.getpid()

    def arm() -> None:
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:  # it died before the line above could take effect
            os._exit(1)

    return arm
