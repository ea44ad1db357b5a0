#!/usr/bin/env bash
# Builds the wheel, installs it in a fresh virtual environment, and tests what got installed there.
set -euo pipefail
cd "$(dirname "$0")"

out=${CARGO_TARGET_DIR:-$PWD/../target}/python
mkdir -p "$out"
out=$(cd "$out" && pwd)
python=$out/venv/bin/python

python3 -m venv --clear "$out/venv"
"$python" -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt

rm -rf "$out/wheels"
"$out/venv/bin/maturin" build --quiet --release --locked --interpreter "$python" --out "$out/wheels"
"$python" -m pip install --quiet --disable-pip-version-check --no-deps "$out"/wheels/trunkline-*.whl

# From another directory, so that nothing but the installed package can be imported.
tests=$PWD/tests
config=$PWD/pyproject.toml
cd "$out"
"$python" -m pytest -c "$config" -p no:cacheprovider "$tests"
"$python" -m mypy.stubtest trunkline

