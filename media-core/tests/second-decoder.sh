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
cargo test --quiet --locked --all-features -p trunkline-media-core --test it record::python
