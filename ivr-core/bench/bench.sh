#!/usr/bin/env bash
# Installs the Python peer in a fresh virtual environment, builds the others, and measures.
set -euo pipefail
cd "$(dirname "$0")"

out=${CARGO_TARGET_DIR:-$PWD/../../target}/ivr-bench
mkdir -p "$out"
out=$(cd "$out" && pwd)
python3 -m venv --clear "$out/venv"
"$out/venv/bin/python" -m pip install --quiet --disable-pip-version-check transitions

# A target folder of its own: the profiles of the two workspaces differ.
IVR_BENCH_PYTHON=$out/venv/bin/python CARGO_TARGET_DIR=$out cargo bench --locked
