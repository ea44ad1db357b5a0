# `make help` lists the targets. All of them work in a fresh clone with a Rust toolchain and python3.

PREFIX ?= /usr/local
DESTDIR ?=
BENCH ?=

AREAS := acd ivr media record ffi python asterisk freeswitch
CORES := trunkline-acd-core trunkline-ivr-core trunkline-media-core
TARGET := $(or $(CARGO_TARGET_DIR),target)
PACKAGES := .ci/packages.sh
SUMMARY := $(or $(TRUNKLINE_BENCH_DIR),target/bench)/summary.tsv

# The same tests run under either: nextest gives each its own process, and is faster.
NEXTEST := $(shell cargo nextest --version 2>/dev/null)

.DELETE_ON_ERROR:
.PHONY: help demo test bench install fmt lint doc licences clean

help:
	@echo 'make demo                  a city hotline on loopback: 24 callers, 3 agents, 75 seconds'
	@echo 'make test                  all tests: Rust, C, Python, and sipp as an independent caller'
	@echo 'make test-asterisk         calls through app_trunkline.so in a real Asterisk'
	@echo 'make test-freeswitch FREESWITCH=prefix     the same through mod_trunkline.so'
	@echo 'make test-browser [BROWSER=chromium]       what rec exports plays there, sample by sample'
	@echo 'make bench [BENCH=area]    benchmarks; the areas are $(AREAS)'
	@echo 'make install [PREFIX=dir]  libtrunkline, trunkline.h, trunkline.pc, hotline and its flows'
	@echo 'make fmt | lint | doc | licences | clean'

demo:
	$(PACKAGES) demo
	cargo run --locked --release -p trunkline-hotline -- demo

# ---- tests ---------------------------------------------------------------------------------------

.PHONY: test-packages test-rust test-numbers test-second-decoder test-digests
.PHONY: test-doc test-no-alloc test-c test-python test-sip
.PHONY: test-asterisk test-freeswitch test-dialogic test-browser

TESTS := test-rust test-numbers test-second-decoder test-digests test-doc test-no-alloc test-c \
	test-dialogic test-python test-sip

test: $(filter-out test-sip,$(TESTS)) licences test-sip
$(TESTS): test-packages

test-packages:
	$(PACKAGES) test

# test-sip's calls keep real time, so they are kept apart from the tests that fill every core. None of
# these names a package: those of one alone would have features of their own, and be built once more.
SIP_TESTS := binary(sip)

# The second decoder's have a target of their own, with all it can do.
SECOND_DECODER_TESTS := package(trunkline-media-core) and test(/^record::python/)

test-rust:
ifdef NEXTEST
	cargo nextest run --locked --all-features -E 'not ($(SIP_TESTS)) and not ($(SECOND_DECODER_TESTS))'
else
	cargo test --locked --all-features --lib --bins --test it --test header --test layout --test parity
endif

# Spoken numbers beside two converters from PyPI: a million of them, in each of three languages.
test-numbers:
	ivr-core/tests/numbers/test.sh

# Recordings read by a second decoder, with the seals and signatures that need a package from PyPI.
test-second-decoder:
	media-core/tests/second-decoder.sh

# The same bits here and, under qemu or natively, on other machines that Rust has a library for here.
test-digests:
	.ci/digests.sh

test-doc:
	cargo test --locked --all-features --doc

# Linking without an allocator is the proof that the cores need none; the run checks their work.
test-no-alloc:
	cd examples/no-alloc && CARGO_TARGET_DIR=$(abspath $(TARGET)) cargo run --locked --release

# The header against the code, the exported symbols, and the C programs: two parts at a time.
test-c:
	$(MAKE) -C ffi -j 2 -O test FEATURES='resample opus'

# The wheel, built and tested in a fresh virtual environment.
test-python:
	bindings-python/test.sh

# What rec exports, in a browser: only when asked for, as it needs one.
BROWSER ?= chromium
test-browser: test-packages
	cargo build --locked -p trunkline-rec
	examples/rec/tests/browser.py $(TARGET)/debug/rec $(BROWSER)

SECURE := examples/hotline/tests/secure

# Real calls against the real server: sipp, raw sockets, loopback only.
test-sip:
ifdef NEXTEST
	cargo nextest run --locked --all-features -E '$(SIP_TESTS)' --test-threads 7
else
	cargo test --locked --all-features --test sip -- --test-threads 7
endif
	cd $(SECURE) && python3 -m unittest test_secure test_streams

# Calls through app_trunkline.so in Debian's newest Asterisk, unpacked beside the system's own.
# Then hotline, by TLS and SRTP, with the same Asterisk at the other end.
test-asterisk: test-packages
	$(MAKE) -C examples/asterisk test
	test -x $(TARGET)/debug/hotline || cargo build --locked --all-features --profile test -p trunkline-hotline
	cd $(SECURE) && python3 test_asterisk.py $(abspath $(TARGET))/asterisk/lab/root

# The same through mod_trunkline.so: FREESWITCH is the prefix FreeSWITCH is installed under.
FREESWITCH ?=
test-freeswitch: test-packages
	$(MAKE) -C examples/freeswitch test FREESWITCH='$(FREESWITCH)'

# Thirty lines at once on a simulated board; on a real one where its headers are.
test-dialogic:
	$(MAKE) -C examples/dialogic test

licences:
	cd .ci && python3 -m unittest test_licences test_readme
	python3 .ci/licences.py

# ---- quality -------------------------------------------------------------------------------------

fmt:
	cargo fmt --all

# The cores are checked in every feature set they offer: std > alloc > none.
lint:
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets --all-features -- -D warnings
	for features in '' alloc std; do \
		cargo clippy --locked $(CORES:%=-p %) --no-default-features --features "$$features" \
			-- -D warnings || exit 1; \
	done

doc:
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --workspace --all-features --no-deps

# ---- benchmarks ----------------------------------------------------------------------------------

.PHONY: bench-packages bench-start $(AREAS:%=bench-%)

# The one with Asterisk fetches 60 MB and takes minutes, the one with FreeSWITCH needs one: only when
# asked for.
PBX_BENCHES := bench-asterisk bench-freeswitch
bench: $(if $(BENCH),bench-$(BENCH),$(filter-out $(PBX_BENCHES),$(AREAS:%=bench-%)))
	@test ! -e $(SUMMARY) || { echo; echo '$(SUMMARY):'; cat $(SUMMARY); }

$(AREAS:%=bench-%): bench-start
bench-start: bench-packages
	rm -f $(SUMMARY)

bench-packages:
	$(PACKAGES) bench

# The recorder lives in media-core but is an area of its own.
benches = $(patsubst $(1)/benches/%.rs,%,$(wildcard $(1)/benches/*.rs)) \
	$(patsubst $(1)/benches/%/main.rs,%,$(wildcard $(1)/benches/*/main.rs))
RECORD := $(filter record%,$(call benches,media-core))
MEDIA := $(filter-out $(RECORD),$(call benches,media-core))
BENCHES_acd = -p trunkline-acd-core $(patsubst %,--bench %,$(call benches,acd-core))
BENCHES_ffi = -p trunkline-ffi $(patsubst %,--bench %,$(call benches,ffi))
BENCHES_media = -p trunkline-media-core $(MEDIA:%=--bench %)
BENCHES_record = -p trunkline-media-core $(RECORD:%=--bench %)

# A million waiting calls are 200 MB of tables, which belong in huge pages: with small ones such a
# centre pays a tenth more for each event.
bench-acd: export GLIBC_TUNABLES = glibc.malloc.hugetlb=1
$(filter-out bench-ivr bench-python $(PBX_BENCHES),$(AREAS:%=bench-%)): bench-%:
	cargo bench --locked --all-features $(BENCHES_$*)
bench-ivr:
	ivr-core/bench/bench.sh
bench-python:
	bindings-python/bench.sh
bench-asterisk:
	$(MAKE) -C examples/asterisk bench
bench-freeswitch:
	$(MAKE) -C examples/freeswitch bench FREESWITCH='$(FREESWITCH)'

# ---- install -------------------------------------------------------------------------------------

install:
	$(PACKAGES) build
	cargo build --locked --release -p trunkline-hotline
	$(MAKE) -C ffi install PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)'
	install -D -m 755 $(TARGET)/release/hotline '$(DESTDIR)$(PREFIX)/bin/hotline'
	install -D -m 644 -t '$(DESTDIR)$(PREFIX)/share/trunkline/hotline' examples/hotline/hotline.toml
	install -D -m 644 -t '$(DESTDIR)$(PREFIX)/share/trunkline/flows' \
		$(filter-out %.ivrtest.yaml,$(wildcard examples/flows/*.yaml))

clean:
	cargo clean
