"""Scores pairs of raw 16-bit files of 8 kHz: lines `measure reference heard` in, a MOS a line out."""

import os
import sys
from multiprocessing import Pool

import numpy as np


def visqol():
    """ViSQOL's speech mode, made once in each process."""
    global api
    if "api" not in globals():
        from visqol import VisqolApi

        api = VisqolApi()
        api.create(mode="speech", use_lattice_model=True)
    return api


def score(line):
    measure, reference, heard = line.split()
    reference, heard = (np.fromfile(path, "<i2") for path in (reference, heard))
    try:
        if measure == "visqol":
            from scipy.signal import resample_poly

            # Its speech mode is made for 16 kHz.
            pair = [resample_poly(x / 32768, 2, 1) for x in (reference, heard)]
            return float(visqol().measure_from_arrays(*pair, 16000).moslqo)
        from pesq import pesq

        return pesq(8000, reference, heard, "nb")
    except Exception as error:
        # No speech in the window, as a rule.
        print(f"{measure}: {error}", file=sys.stderr)
        return float("nan")


if __name__ == "__main__":
    with Pool(os.cpu_count()) as pool:
        for x in pool.imap(score, sys.stdin.read().splitlines(), 4):
            print(x, flush=True)
