#!/usr/bin/env bash
# Spoken numbers beside two independent converters, from PyPI, in a fresh virtual environment.
set -euo pipefail
cd "$(dirname "$0")/../../.."

target=${CARGO_TARGET_DIR:-$PWD/target}
python=$target/numbers/bin/python
python3 -m venv --clear "$target/numbers"
"$python" -m pip install --quiet --disable-pip-version-check 'cn2an==0.5.*' 'num2words==0.5.*'
cargo build --quiet --locked --release -p trunkline-ivr-core --bin ivr
"$python" ivr-core/tests/numbers/compare.py "$target/release/ivr" ivr-core/tests/it/spanish.yaml
