"""Numbers as `ivr say` speaks them, beside cn2an and num2words: every one from 0 to a million, and
random ones up to 10^16.

    compare.py IVR-COMMAND SPANISH-FLOW
"""

import itertools
import multiprocessing
import random
import re
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.pool import Pool

import cn2an
from num2words import num2words

MILLION = 1_000_000
GREATEST = 10**16
# The converters are slow: so many numbers at a time go to each process.
CHUNK = 20_000


def mandarin(n: int) -> str:
    if n == GREATEST:
        # Beyond the range of cn2an.
        return "一亿亿"
    high, low = divmod(n, 10**8)
    if high and 1000 <= low < 10_000:
        # An empty group of 万 is 零 before thousands, too: 300008000 is 三亿零八千. cn2an has it
        # before hundreds only.
        return cn2an.an2cn(high, "low") + "亿零" + cn2an.an2cn(low, "low")
    return cn2an.an2cn(n, "low")


def english(n: int, to: str = "cardinal") -> str:
    # "and", commas and hyphens are British spelling, not words of their own.
    words = num2words(n, lang="en", to=to).replace(",", "").replace("-", " ")
    return words.replace(" and ", " ")


def english_ordinal(n: int) -> str:
    return english(n, "ordinal")


def spanish(n: int) -> str:
    # num2words leaves uno as it is before mil and billones; the Academy's grammar shortens it there
    # as before millones: veintiún mil, treinta y un billones.
    words = re.sub("veintiuno (?=mil|billones)", "veintiún ", num2words(n, lang="es"))
    return re.sub("uno (?=mil|billones)", "un ", words)


def spoken(command: list[str], numbers: list[int]) -> list[str]:
    text = "".join(f"{n}\n" for n in numbers)
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def compare(
    pool: Pool,
    name: str,
    command: list[str],
    expected: Callable[[int], str],
    numbers: list[int],
) -> bool:
    ours = spoken(command, numbers)
    theirs = pool.imap(expected, numbers, CHUNK)
    wrong = ((n, a, b) for n, a, b in zip(numbers, ours, theirs, strict=True) if a != b)
    shown = list(itertools.islice(wrong, 10))
    for n, a, b in shown:
        print(f"{name} {n}: {a!r}, should be {b!r}")
    print(f"{name}: {len(numbers)} numbers, {'WRONG' if shown else 'all the same'}")
    return not shown


def main() -> int:
    ivr, flow = sys.argv[1:]
    chance = random.Random(20260701)
    great = [chance.randrange(10 ** chance.randint(6, 16)) for _ in range(100_000)]
    sparse = [
        sum(chance.randint(1, 9) * 10**place for place in chance.sample(range(16), 3))
        for _ in range(50_000)
    ]
    numbers = [*range(MILLION + 1), *great, *sparse, GREATEST]
    # The ordinals of English change words, not rules, beyond the first thousands.
    ordinals = [*range(20_001), *great[:10_000]]
    with multiprocessing.Pool() as pool:
        results = [
            compare(pool, "zh number", [ivr, "say", "zh", "number"], mandarin, numbers),
            compare(pool, "en number", [ivr, "say", "en", "number"], english, numbers),
            compare(
                pool, "en ordinal", [ivr, "say", "en", "ordinal"], english_ordinal, ordinals
            ),
            compare(pool, "es number", [ivr, "say", flow, "es", "number"], spanish, numbers),
        ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
