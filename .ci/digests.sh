#!/usr/bin/env bash
# The same bits on machines that are not this one, where Rust has a standard library for them here: a
# processor of 32 bits, and one of 64-bit Arm through qemu. `digests.sh MACHINE...` insists on those.
# On this machine itself the tests of acd-core and media-core hold the same digests against the known
# ones.
#
# The 32 bits run on any x86-64; rustup fetches Rust's library for them, once.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}

# Static builds, so that they need no foreign libraries, linked by Rust's own linker.
small=i686-unknown-linux-musl arm=aarch64-unknown-linux-musl
qemu=$(command -v qemu-aarch64-static || command -v qemu-aarch64 || true)
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER=rust-lld
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_RUNNER=$qemu
export CARGO_TARGET_I686_UNKNOWN_LINUX_MUSL_LINKER=rust-lld

library() { [ -d "$(rustc --print target-libdir --target "$1")" ]; }
if [ "$(uname -m)" = x86_64 ] && ! library $small && command -v rustup >/dev/null; then
    rustup target add $small || true
fi
for target in $small $arm; do
    missing=
    library $target || missing="rustup target add $target"
    [ -n "$qemu" ] || [ $target != $arm ] || missing="apt-get install qemu-user-static"
    [ "$(uname -m)" = x86_64 ] || [ $target != $small ] || missing="an x86-64"
    if [ -z "$missing" ]; then
        for core in acd-core media-core; do
            (cd $core/digests && cargo run --quiet --locked --release --target $target)
        done
    elif [[ " $* " == *" $target "* ]]; then
        echo "digests: no $target: $missing" >&2
        exit 1
    else
        printf '\n!! NOT RUN: the same bits on %s. It takes: %s\n' $target "$missing"
    fi
done
