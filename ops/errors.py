"""What an operator can put right: said in a sentence, without a traceback."""


class OperatorError(Exception):
    """Ends a command with its message and exit code 1."""
