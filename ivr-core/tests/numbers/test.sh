#!/usr/bin/env bash
# Spoken numbers beside two independent converters, from PyPI, in a fresh virtual environment.
set -euo pipefail
cd "$(dirname "$0")/../../.."

target=${CARGO_TARGET_DIR:-$PWD/target}
python=$target/numbers/bin/python
python3 -m venv --clear "$target/numbers"
"$python" -m pip install --quiet --disable-pip-version-check 'cn2an==0.5.*' 'num2words==0.5.*'
# As the workspace's tests have built it, so that it is not built once more.
cargo build --quiet --locked --all-features --profile test --bin ivr
"$python" ivr-core/tests/numbers/compare.py "$target/debug/ivr" ivr-core/tests/it/spanish.yaml
