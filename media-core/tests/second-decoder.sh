#!/usr/bin/env bash
# Recordings read by a second decoder, in Python: with seals and signatures, for which it gets the
# package `cryptography` from PyPI in a fresh virtual environment.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=${CARGO_TARGET_DIR:-$PWD/target}
export TRUNKLINE_SECOND_DECODER_PYTHON=$target/second-decoder/bin/python
python3 -m venv --clear "$target/second-decoder"
# From 44 on it has Argon2id.
"$TRUNKLINE_SECOND_DECODER_PYTHON" -m pip install --quiet --disable-pip-version-check 'cryptography>=44'
# The tests as the whole workspace builds them: those of one package alone would have features of
# their own, and be built once more.
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --locked --all-features \
        -E 'package(trunkline-media-core) and test(/^record::python/)'
else
    cargo test --quiet --locked --all-features --test it record::python
fi
