#!/usr/bin/env bash
# The same bits on this machine and, where Rust has a standard library for them here, on others: a
# processor of 64-bit Arm through qemu, and one of 32 bits. `test.sh MACHINE...` insists on those.
#
# Without rustup's i686 target, any Debian can show the 32 bits:
#   debootstrap --arch=i386 --include=cargo,gcc,libc6-dev,rustc sid DIR
#   cargo vendor, or the registry of ~/.cargo, and this source below DIR; then
#   chroot DIR cargo run --locked --release --manifest-path .../media-core/digests/Cargo.toml
set -euo pipefail
cd "$(dirname "$0")"

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/../../target}/digests
cargo run --quiet --locked --release

# A static build, so that qemu needs no foreign libraries, linked by Rust's own linker.
qemu=$(command -v qemu-aarch64-static || command -v qemu-aarch64 || true)
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER=rust-lld
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_RUNNER=$qemu
for target in aarch64-unknown-linux-musl i686-unknown-linux-gnu; do
    library=$(rustc --print target-libdir --target "$target")
    missing=
    [ -d "$library" ] || missing="rustup target add $target"
    [ -n "$qemu" ] || [ "$target" != aarch64-unknown-linux-musl ] || missing="apt-get install qemu-user-static"
    if [ -z "$missing" ]; then
        cargo run --quiet --locked --release --target "$target"
    elif [[ " $* " == *" $target "* ]]; then
        echo "digests: no $target: $missing" >&2
        exit 1
    else
        printf '\n!! NOT RUN: the same bits on %s. It takes: %s\n' "$target" "$missing"
    fi
done
