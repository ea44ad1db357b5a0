#!/usr/bin/env bash
# Builds the wheel, installs it in a fresh virtual environment, and tests what got installed there.
set -euo pipefail
cd "$(dirname "$0")"
# Nothing runs on after a failure.
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT

out=${CARGO_TARGET_DIR:-$PWD/../target}/python
mkdir -p "$out"
out=$(cd "$out" && pwd)
python=$out/venv/bin/python

install() { "$python" -m pip install --quiet --disable-pip-version-check "$@"; }

# pip fetches what only the tests need while the wheel is built.
python3 -m venv --clear "$out/venv"
install "$(grep ^maturin tests/requirements.txt)"
install -r tests/requirements.txt &
fetching=$!
./wheel.sh "$python" "$out/wheels"
wait $fetching
install --no-deps "$out"/wheels/trunkline-*.whl

# From another directory, so that nothing but the installed package can be imported.
TRUNKLINE_SOURCE=$(cd .. && pwd)
export TRUNKLINE_SOURCE
tests=$PWD/tests
# The pictures that the examples make are left here.
export TRUNKLINE_PICTURES=$out/pictures MPLBACKEND=agg
cd "$out"
types() {
    "$python" -m mypy.stubtest trunkline &&
        "$python" -m mypy --strict --no-error-summary --cache-dir "$out/mypy" -p trunkline &&
        "$python" -m mypy --strict --no-error-summary --cache-dir "$out/mypy" \
            --python-version 3.12 "$tests" "$TRUNKLINE_SOURCE"/examples/python
}
types >types.log 2>&1 &
checking=$!
"$python" -m pytest -c "$TRUNKLINE_SOURCE/bindings-python/pyproject.toml" -p no:cacheprovider "$tests"
wait $checking || {
    cat types.log
    exit 1
}

# As the README says it, where nothing is installed: pip builds from the sources by itself.
python3 -m venv --clear "$out/empty"
"$out/empty/bin/python" -m pip install --quiet --disable-pip-version-check \
    "$TRUNKLINE_SOURCE/bindings-python"
test "$(empty/bin/trunkline staff --calls-per-hour 200 --handle 3m | head -1)" = 'agents        14'

# The one wheel under every later CPython at hand, with tests that need little else.
for later in python3.12 python3.13 python3.14; do
    "$later" -c '' 2>/dev/null || continue
    "$later" -m venv --clear "$out/$later"
    "$out/$later/bin/python" -m pip install --quiet --disable-pip-version-check \
        pytest hypothesis numpy "$out"/wheels/trunkline-*.whl
    "$out/$later/bin/python" -m pytest -c "$TRUNKLINE_SOURCE/bindings-python/pyproject.toml" \
        -p no:cacheprovider "$tests"/test_{acd,g711,ivr_parity,outbound,pytest_plugin,record,rtp}.py
done
