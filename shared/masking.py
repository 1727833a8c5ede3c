"""How a person's data look to who may know that they are there, but not what they are."""

import re


def normal_phone(phone: str) -> str:
    """Digits without trunk zero and country code: what makes two spellings one number."""
    digits = re.sub(r"\D", "", phone).lstrip("0")
    national = digits.removeprefix("86") if len(digits) > len("13800000000") else digits
    return national.lstrip("0")


def masked_name(name: str) -> str:
    """王小明 → 王**."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def masked_phone(phone: str) -> str:
    """13812345678 → 138****5678."""
    digits = normal_phone(phone)
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) > len("138") + 4 else "****"
