"""What stands for a name while a round runs, and the secrets it rests on.

The seed decides the assignment and the key makes the codes. Only their hashes are published when
the round opens; the seed is revealed with the assignment, the key to the auditor alone.
"""

import hashlib
import hmac
from typing import Final

CODE_LENGTH: Final = 10


def commitment(secret: str) -> str:
    """What is published of a secret before it is revealed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def blind(key: str, kind: str, name: object) -> str:
    """The code of a file, a reader or a party: nobody gets back to the name without the key."""
    told = hmac.new(key.encode(), f"{kind}:{name}".encode(), hashlib.sha256)
    return told.hexdigest()[:CODE_LENGTH].upper()
