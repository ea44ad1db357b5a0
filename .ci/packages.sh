#!/bin/sh
# packages.sh WHAT... : the Debian packages that `make WHAT` needs are there when this returns 0.
#
# Missing ones are installed by root, or by whom sudo asks for no password; anybody else is told the
# exact command. Each need is recognised by what it provides, not by its package, so a tool built by
# hand counts too.
set -eu

# need PACKAGE COMMAND...: remember PACKAGE unless COMMAND succeeds.
missing=
need() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
tool() { need "$1" command -v "${2:-$1}"; }

library() { /sbin/ldconfig -p | grep -q "$1"; }

# Prompts of one language, under whichever country's name.
sounds() { ls -d /usr/share/asterisk/sounds/"$1"*/vm-goodbye.wav; }

compiler() {
    tool gcc
    need libc6-dev test -e /usr/include/stdio.h
    tool make
    tool pkg-config
}

# What each target needs beyond a Rust toolchain and python3.
for what in "$@"; do
    case $what in
    build | install)
        compiler
        ;;
    demo)
        compiler
        tool espeak-ng
        ;;
    test)
        compiler
        tool g++
        tool clang
        tool abigail-tools abidiff
        tool valgrind
        tool cmake
        need libopus-dev pkg-config --exists opus
        need python3-venv python3 -c 'import ensurepip, venv'
        tool espeak-ng
        tool sox
        tool ffmpeg
        tool openssl
        tool flac
        tool opus-tools opusdec
        need asterisk-core-sounds-en-wav test -d /usr/share/asterisk/sounds/en_US_f_Allison
        need asterisk-core-sounds-it-wav test -d /usr/share/asterisk/sounds/it_IT_m_Carlo
        need libspandsp-dev library libspandsp.so.2
        tool sip-tester sipp
        # Who is not root may use sipp's raw sockets only after setcap.
        [ "$(id -u)" -eq 0 ] || need libcap2-bin test -x /sbin/setcap
        ;;
    bench)
        compiler
        tool cmake
        need libopus-dev pkg-config --exists opus
        need python3-venv python3 -c 'import ensurepip, venv'
        # The peers. The development packages have one name on every release; their libraries not.
        need libspandsp-dev library libspandsp.so.2
        need libspeexdsp-dev library libspeexdsp.so.1
        # Hours of speech for detectors to hear no keys in.
        for language in en es fr it ru; do
            need asterisk-core-sounds-$language-wav sounds $language
        done
        tool flac
        tool wavpack
        ;;
    *)
        echo "packages.sh: unknown target $what" >&2
        exit 2
        ;;
    esac
done

for program in cargo python3; do
    if ! command -v $program >/dev/null; then
        echo "$program is not installed; Trunkline needs a Rust toolchain (1.88 or later) and python3" >&2
        exit 1
    fi
done

# A name asked for by two targets is installed once.
# shellcheck disable=SC2086 # a list of names
missing=$(printf '%s\n' $missing | sort -u | tr '\n' ' ')
missing=${missing% }

if [ "$(id -u)" -eq 0 ]; then
    as_root=env
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n env"
else
    as_root=
fi

# sipp plays captures through a raw socket.
sipp_may_play() {
    [ "$(id -u)" -eq 0 ] || python3 -c 'import os, sys; os.getxattr(sys.argv[1], "security.capability")' \
        "$(readlink -f "$(command -v sipp)")" 2>/dev/null
}
allow_sipp() {
    case " $* " in *" test "*) ;; *) return 0 ;; esac
    sipp_may_play && return 0
    sipp=$(readlink -f "$(command -v sipp)")
    [ -n "$as_root" ] && $as_root /sbin/setcap cap_net_raw+ep "$sipp" && return 0
    echo "sipp needs raw sockets. Allow it, then run make again:" >&2
    echo "  sudo setcap cap_net_raw+ep $sipp" >&2
    return 1
}
if [ -z "$missing" ]; then
    allow_sipp "$@"
    exit
fi

if [ -z "$as_root" ] || ! command -v apt-get >/dev/null; then
    {
        echo "These Debian packages are missing. Install them, then run make again:"
        echo "  sudo apt-get install -y --no-install-recommends $missing"
    } >&2
    exit 1
fi

apt() {
    $as_root DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null
}
echo "installing: $missing"
# The package lists of a fresh machine are empty or stale: only then is it worth fetching them.
# shellcheck disable=SC2086 # a list of names
apt install --no-install-recommends $missing || {
    apt update
    apt install --no-install-recommends $missing
}
allow_sipp "$@"
