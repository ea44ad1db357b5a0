#!/usr/bin/env bash
# get-asterisk.sh DIR : Debian's newest Asterisk with its headers and its own C library, unpacked in
# DIR/root. Needs no root and leaves the system's apt and dpkg alone.
#
#   SUITE=forky MIRROR=http://deb.debian.org/debian ./get-asterisk.sh DIR
#
# Asterisk is in Debian's unstable and testing only. Its programs are run there by that suite's own
# ld.so (test/lab.py does), so nothing of the system has to be new enough.
set -euo pipefail

dir=$(realpath -m "${1:?usage: get-asterisk.sh DIR}")
suite=${SUITE:-sid}
mirror=${MIRROR:-$(awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources 2>/dev/null ||
    awk '/^deb / { print $2; exit }' /etc/apt/sources.list 2>/dev/null || true)}
mirror=${mirror:-http://deb.debian.org/debian}

if [ -e "$dir/root/usr/sbin/asterisk" ] && [ -e "$dir/root/usr/include/asterisk.h" ]; then
    exit 0
fi
rm -rf "$dir"
mkdir -p "$dir"/apt/{etc/preferences.d,etc/apt.conf.d,state/lists/partial,cache/archives/partial} "$dir/root"
: >"$dir/apt/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" \
    >"$dir/apt/etc/sources.list"

# An apt of its own: its own lists, cache and an empty list of installed packages. A mirror may be a
# snapshot, so the date of its Release file is not checked; its signature is.
apt() {
    apt-get -qq \
        -o Dir::Etc="$dir/apt/etc" -o Dir::Etc::SourceList="$dir/apt/etc/sources.list" \
        -o Dir::Etc::SourceParts=/dev/null -o Dir::State="$dir/apt/state" \
        -o Dir::State::status="$dir/apt/status" -o Dir::Cache="$dir/apt/cache" \
        -o Acquire::Check-Valid-Until=false -o Acquire::Check-Date=false \
        -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Install-Recommends=false \
        -o APT::Sandbox::User= -o Debug::NoLocking=1 -o Dpkg::Post-Invoke::= "$@"
}
apt update

cd "$dir/apt/cache/archives"
# Everything it needs, as nothing counts as installed.
packages=$(apt install -s asterisk asterisk-modules asterisk-core-sounds-en-gsm | awk '/^Inst/ { print $2 }')
# shellcheck disable=SC2086 # a list of names
apt download $packages asterisk-dev
for package in *.deb; do
    dpkg-deb -x "$package" "$dir/root"
done
rm -rf "$dir/apt"
ls "$dir/root/usr/sbin/asterisk" "$dir/root/usr/include/asterisk.h" >/dev/null
