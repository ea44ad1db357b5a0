#!/bin/sh
# get-freeswitch.sh PREFIX - builds a small FreeSWITCH from its public repositories into PREFIX
#
# For those who have none: what `make test-freeswitch` and a first call need, and no more (no video, no
# fax, no scripting, no verto). Nothing is installed outside PREFIX; an ordinary user may run it.
#
#   FREESWITCH_VERSION   the tag to build             (v1.10.12; v1.11.2 was tried too)
#   FREESWITCH_WORK      where it is built            (PREFIX.build)
#   JOBS                 parallel compilers           (2)
#   FREESWITCH_URL SOFIA_SIP_URL SPANDSP_URL          other places of the three repositories
#
# On Debian these packages are needed:
#   git gcc g++ make autoconf automake libtool libtool-bin pkg-config gawk yasm libpcre3-dev (1.10)
#   libpcre2-dev (1.11) libspeex-dev libspeexdsp-dev libsqlite3-dev libcurl4-openssl-dev libedit-dev
#   libopus-dev libsndfile1-dev uuid-dev libldns-dev libssl-dev libtiff-dev libjpeg-dev zlib1g-dev
#
# SPDX-License-Identifier: MIT OR Apache-2.0
set -eu

[ $# -eq 1 ] || { sed -n '2,/^# SPDX/p' "$0" | sed '$d; s/^# \{0,1\}//'; exit 2; }
mkdir -p "$1"
prefix=$(cd "$1" && pwd)
work=${FREESWITCH_WORK:-$prefix.build}
version=${FREESWITCH_VERSION:-v1.10.12}
jobs=${JOBS:-2}
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig:${PKG_CONFIG_PATH:-}"
mkdir -p "$work"

# get NAME URL TAG-OR-COMMIT: its sources in $work/NAME
get() {
    [ -d "$work/$1/.git" ] || git clone -q --no-checkout "$2" "$work/$1"
    git -C "$work/$1" -c advice.detachedHead=false checkout -q -f "$3"
}

# install_library NAME CONFIGURE-OPTION...
install_library() {
    name=$1
    shift
    (cd "$work/$name" && ./bootstrap.sh && ./configure --prefix="$prefix" "$@" && make -j"$jobs" && make install)
}

get sofia-sip "${SOFIA_SIP_URL:-https://github.com/freeswitch/sofia-sip.git}" v1.13.17
case $version in
v1.10.*) spandsp=0d2e6ac65e0e8f53d652665a743015a88bf048d4 ;; # 3.0, as long as it was called that
*) spandsp=0c7bcebef4f057b99832a338aafab7e379ef1395 ;;
esac
get spandsp "${SPANDSP_URL:-https://github.com/freeswitch/spandsp.git}" $spandsp
get freeswitch "${FREESWITCH_URL:-https://github.com/signalwire/freeswitch.git}" "$version"

install_library sofia-sip --without-doxygen --disable-static
install_library spandsp --disable-static

# relabel NAME VERSION: what its pkg-config file says
relabel() {
    sed -i "s/^Version:.*/Version: $2/" "$prefix/lib/pkgconfig/$1.pc"
}

# 1.11 asks for versions that have no public tag; what it uses of them is in these.
case $version in
v1.10.*) ;;
*) relabel sofia-sip-ua 1.13.18 && relabel spandsp 3.1.1 ;;
esac

cd "$work/freeswitch"
cat > modules.conf <<'MODULES'
applications/mod_callcenter
applications/mod_commands
applications/mod_dptools
dialplans/mod_dialplan_xml
endpoints/mod_loopback
endpoints/mod_sofia
event_handlers/mod_event_socket
formats/mod_local_stream
formats/mod_sndfile
formats/mod_tone_stream
loggers/mod_console
loggers/mod_logfile
MODULES
./bootstrap.sh -j
# Its own warnings are errors to it, and newer compilers have more of them.
./configure --prefix="$prefix" --disable-static --disable-core-odbc-support --disable-libvpx --disable-libyuv \
    CFLAGS="-O2 -g -Wno-error" CXXFLAGS="-O2 -g -Wno-error" LDFLAGS="-Wl,-rpath,$prefix/lib"
make -j"$jobs"
make install
echo "FreeSWITCH $version is in $prefix"
