#!/bin/sh
# Repeats the figures of listening quality: makes a Python with `pesq` and `visqol` under target/,
# then runs the benchmark `quality`. Speech and traces are looked for in ../shared, or where
# TRUNKLINE_CORPUS and TRUNKLINE_TRACES say. Arguments (`conceal`, or `network`, `redundancy` or
# `stalls` and the beginning of a trace's name) choose a part; `stalls` is done only when asked for.
set -eu
cd "$(dirname "$0")/../.."
venv=target/pesq-venv
if ! "$venv/bin/python" -c 'import pesq, visqol, numba, scipy, ai_edge_litert' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet pesq numpy scipy 'visqol-python[accel,lattice]'
fi
exec cargo bench --locked --features opus -p trunkline-media-core --bench quality -- "$@"
