"""How numbers are written: real minus signs, two significant digits of their uncertainty, thin thousands."""

import math

MINUS = "−"
THIN = "\u202f"


def fixed(value: float, decimals: int, *, signed: bool = False) -> str:
    """A number with so many decimals; an en dash where it is not known, no sign on zero."""
    if not math.isfinite(value):
        return "–"
    text = f"{abs(value):,.{max(decimals, 0)}f}".replace(",", THIN)
    if not any(digit in text for digit in "123456789"):
        return text
    return f"{MINUS if value < 0 else '+' if signed else ''}{text}"


def decimals(uncertainty: float, most: int = 4) -> int:
    """How many decimals show two significant digits of an uncertainty; 0 for large ones, `most` for none."""
    if not math.isfinite(uncertainty) or uncertainty <= 0:
        return 0
    return min(max(1 - math.floor(math.log10(uncertainty) + 1e-9), 0), most)


def with_interval(mean: float, low: float, high: float, *, scale: float = 1.0) -> str:
    """A difference with its 95 % interval, as `−0.031 (−0.040 to −0.022)`."""
    places = decimals(scale * (high - low) / 2)
    ends = [fixed(scale * end, places, signed=True) for end in (low, high)]
    return f"{fixed(scale * mean, places, signed=True)} ({ends[0]} to {ends[1]})"


def share(value: float, decimals: int = 0) -> str:
    """A share as per cent."""
    return f"{fixed(100 * value, decimals)}{THIN}%"


def significant(value: float, digits: int = 2) -> str:
    """A number with so many significant digits, never in powers of ten."""
    if value == 0 or not math.isfinite(value):
        return fixed(value, 0)
    return fixed(value, max(digits - 1 - math.floor(math.log10(abs(value))), 0))
