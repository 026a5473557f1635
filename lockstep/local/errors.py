"""What can go wrong with the local stack, in the words that a person reads."""


class StackError(Exception):
    """The stack cannot go on: one sentence that says what is wrong and what to do."""


class Stopped(Exception):
    """The stack is being stopped, so nothing more is started or waited for."""
