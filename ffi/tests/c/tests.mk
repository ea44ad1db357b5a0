# `make test`: the library as a C programmer meets it.

T := $(OUT)/tests
C := $(HERE)/tests/c
HELPERS := $(wildcard $(C)/*.h)
EXAMPLES := $(ROOT)/examples/c
HEADER := $(HERE)/include/trunkline.h
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Werror
WARNXX := -Wall -Wextra -Wpedantic -Wshadow -Werror
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
VALGRIND := TRUNKLINE_UNDER_VALGRIND=1 valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=definite,possible \
	--errors-for-leak-kinds=definite,possible

# Every program is a test: exit status 0, or it says what is wrong.
PROGRAMS := $(patsubst $(C)/%.c,%,$(filter-out $(C)/unload.c,$(wildcard $(C)/*.c))) misuse_all
SHOWN := $(patsubst $(EXAMPLES)/%.c,%,$(wildcard $(EXAMPLES)/*.c))
COMPILERS := $(CC) $(shell command -v clang 2>/dev/null)

.PHONY: test test-header test-symbols test-bare test-install test-static test-shared test-sanitized \
	test-valgrind test-unload test-parity test-abi bless-abi
# Under valgrind they run longest, with make -j beside the compiling of those that are named behind.
test: test-header test-symbols test-bare test-install test-static test-valgrind test-shared \
	test-sanitized test-unload test-parity test-abi
	@echo 'ffi: all C tests passed'

# The header alone, in every C and C++ that somebody may still compile with.
test-header:
	mkdir -p $(T)
	printf '#include "trunkline.h"\nint main(void) { return tl_version() == 0; }\n' >$(T)/header.c
	cp $(T)/header.c $(T)/header.cc
	set -e; for cc in $(COMPILERS); do \
		for std in c99 c11 c17 c2x; do \
			for bare in '' -DTL_BARE; do \
				$$cc -std=$$std $(WARN) $$bare -I$(HERE)/include -fsyntax-only $(T)/header.c; \
			done; \
		done; \
	done
	set -e; for cxx in $(CXX) $(shell command -v clang++ 2>/dev/null); do \
		for std in c++11 c++17 c++20; do \
			$$cxx -std=$$std $(WARNXX) -I$(HERE)/include -fsyntax-only $(T)/header.cc; \
		done; \
	done

# What the library exports is what the header declares, no more and no less, each with its version.
test-symbols: $(OUT)/$(SOFILE)
	mkdir -p $(T)
	$(CC) -E -P -I$(HERE)/include $(HEADER) | grep -o '\btl_[a-z0-9_]*(' | tr -d '(' | sort -u \
		>$(T)/declared
	nm -D --defined-only $< | awk '$$2 == "T" { print $$3 }' | sort -u >$(T)/exported
	sed 's/@@TRUNKLINE_$(ABI)$$//' $(T)/exported | diff $(T)/declared -
	test -z "$$(nm -D --defined-only $< | awk '$$2 != "T" && $$2 != "A"')"
	objdump -p $< | grep -q 'SONAME  *$(SONAME)$$'

# Without std the library may want nothing but what every C environment has. `-nostdlib` keeps the
# linker from finding more; every declared function is asked for.
test-bare: $(OUT)/bare/libtrunkline.a
	mkdir -p $(T)
	$(CC) -E -P -DTL_BARE -I$(HERE)/include $(HEADER) | grep -o '\btl_[a-z0-9_]*(' | tr -d '(' | \
		sort -u >$(T)/declared-bare
	$(CC) -shared -nostdlib -o $(T)/bare.so $$(sed 's/^/-Wl,-u,/' $(T)/declared-bare) $<
	nm -D --undefined-only $(T)/bare.so | awk '{ print $$2 }' >$(T)/wanted
	! grep -vxE 'abort|bcmp|memcmp|memcpy|memmove|memset|strlen' $(T)/wanted
	nm -D --defined-only $(T)/bare.so | awk '$$3 ~ /^tl_/ { print $$3 }' | sort -u | \
		diff $(T)/declared-bare -

# As a stranger would: install, ask pkg-config, compile, run.
STAGE := $(T)/stage
PKG_CONFIG = PKG_CONFIG_SYSROOT_DIR=$(STAGE) PKG_CONFIG_LIBDIR=$(STAGE)/opt/trunkline/lib/pkgconfig pkg-config
test-install: all
	rm -rf $(STAGE)
	$(MAKE) -s -f $(HERE)/Makefile -C $(HERE) install DESTDIR=$(STAGE) PREFIX=/opt/trunkline
	$(CC) -std=c99 $(WARN) $(C)/basics.c -o $(T)/installed $$($(PKG_CONFIG) --cflags --libs trunkline)
	LD_LIBRARY_PATH=$(STAGE)/opt/trunkline/lib $(T)/installed
	$(CC) -std=c99 $(WARN) $(C)/basics.c -o $(T)/installed-static \
		$$($(PKG_CONFIG) --cflags trunkline) $(STAGE)/opt/trunkline/lib/libtrunkline.a \
		$$($(PKG_CONFIG) --static --libs-only-l trunkline | sed 's/-ltrunkline//')
	$(T)/installed-static
	test "$$($(PKG_CONFIG) --modversion trunkline)" = $(VERSION)
	$(MAKE) -s -f $(HERE)/Makefile -C $(HERE) uninstall DESTDIR=$(STAGE) PREFIX=/opt/trunkline
	test -z "$$(find $(STAGE) -type f -o -type l)"

# static_memory shows the library without an operating system, so that is what it is linked with.
LINK_static_memory := -DTL_BARE $(OUT)/bare/libtrunkline.a
link = $(or $(LINK_$(1)),$(T)/libtrunkline.a $(PRIVATE))
source = $(or $(filter $(T)/%,$(GENERATED_$(1))),$(wildcard $(C)/$(1).c),$(EXAMPLES)/$(1).c)
GENERATED_misuse_all := $(T)/misuse_all.c

# What the library asks the system for goes through lives, which counts it; a shared library's calls do not.
COUNTED_lives := -DCOUNTED -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=posix_memalign,--wrap=aligned_alloc

# All of it is one function, too long for gcc to follow its variables: lines only.
FLAGS_misuse_all := -g1

# Without Rust's line numbers, which are most of it, the library is linked and read by valgrind in half
# the time; what goes wrong still has its function's name.
$(T)/libtrunkline.a: $(OUT)/libtrunkline.a
	mkdir -p $(@D)
	strip --strip-debug -o $@ $<

define program
$(T)/static/$(1): $(call source,$(1)) $(HELPERS) $(HEADER) $(T)/libtrunkline.a $(OUT)/bare/libtrunkline.a
	mkdir -p $$(@D)
	$$(CC) -std=$(if $(filter layout,$(1)),c11,c99) -D_POSIX_C_SOURCE=200809L -g -O1 $(FLAGS_$(1)) $(WARN) -I$(HERE)/include -I$(C) $$< -o $$@ $(COUNTED_$(1)) $(call link,$(1)) -lpthread
$(T)/sanitized/$(1): $(call source,$(1)) $(HELPERS) $(HEADER) $(T)/libtrunkline.a $(OUT)/bare/libtrunkline.a
	mkdir -p $$(@D)
	$$(CC) -std=c11 -D_POSIX_C_SOURCE=200809L -g -O1 $(FLAGS_$(1)) $(WARN) $(SANITIZE) -I$(HERE)/include -I$(C) $$< -o $$@ \
		$(COUNTED_$(1)) $(call link,$(1)) -lpthread
$(T)/shared/$(1): $(call source,$(1)) $(HELPERS) $(HEADER) $(OUT)/$(SOFILE)
	mkdir -p $$(@D)
	$$(CC) -std=c17 -D_POSIX_C_SOURCE=200809L -g -O1 $(FLAGS_$(1)) $(WARN) -I$(HERE)/include -I$(C) $$< -o $$@ \
		-L$(OUT) -ltrunkline -lpthread -Wl,-rpath,$(OUT)
endef
$(foreach p,$(PROGRAMS) $(SHOWN),$(eval $(call program,$(p))))

# Every function of the header called wrongly: written from the header.
$(T)/misuse_all.c: $(HEADER) $(C)/misuse_all.py
	mkdir -p $(@D)
	$(CC) -E -P -I$(HERE)/include $(HEADER) | python3 $(C)/misuse_all.py >$@

# The parts share nothing but what they are made from, so they may run beside each other: make -j.
RUN = set -e; for program in $^; do echo "  $(@:test-%=%) $${program\#\#*/}"; $(1) $$program >$(T)/$@.output \
	|| { status=$$?; cat $(T)/$@.output; exit $$status; }; done

test-static: $(PROGRAMS:%=$(T)/static/%) $(SHOWN:%=$(T)/static/%)
	@$(call RUN)
test-shared: $(PROGRAMS:%=$(T)/shared/%) $(patsubst %,$(T)/shared/%,$(filter-out static_memory,$(SHOWN)))
	@$(call RUN)
test-sanitized: $(PROGRAMS:%=$(T)/sanitized/%) $(SHOWN:%=$(T)/sanitized/%)
	@$(call RUN)
test-valgrind: $(PROGRAMS:%=$(T)/static/%) $(SHOWN:%=$(T)/static/%)
ifneq ($(shell command -v valgrind),)
	@$(call RUN,$(VALGRIND))
else
	@echo '  valgrind is not installed: skipped'
endif

# A PBX module is unloaded and loaded again while its threads live on.
test-unload: $(C)/unload.c $(HELPERS) $(OUT)/$(SOFILE)
	$(CC) -std=c11 -D_POSIX_C_SOURCE=200809L -g $(WARN) -I$(HERE)/include $< -o $(T)/unload -ldl -lpthread
	$(T)/unload $(OUT)/$(SOFILE)

# What Rust's tests play, played through C: the same words, byte for byte.
TRANSCRIPTS := $(wildcard $(ROOT)/ivr-core/tests/transcripts/*.txt)
$(T)/parity/%: $(C)/parity/%.c $(HELPERS) $(HEADER) $(T)/libtrunkline.a
	mkdir -p $(@D)
	$(CC) -std=c11 -D_POSIX_C_SOURCE=200809L -g -O1 $(WARN) $(SANITIZE) -I$(HERE)/include -I$(C) $< -o $@ \
		$(T)/libtrunkline.a $(PRIVATE)
test-parity: $(T)/parity/acd_scenarios $(T)/parity/ivr_transcripts
	$(T)/parity/acd_scenarios $(ROOT)/acd-core/scenarios/*.toml
	$(T)/parity/ivr_transcripts $(foreach t,$(TRANSCRIPTS),$(ROOT)/examples/flows/$(basename $(notdir $t)).yaml $t)

# The ABI beside its baseline. What a caller was compiled against may not change before the soname
# does; what is new is fine. The baseline names no folder: it is the same wherever it is made.
ABI_BASELINE := $(HERE)/abi/libtrunkline.abi
$(T)/abi/$(SO): $(HEADER) $(C)/stubs.py $(OUT)/version.map
	mkdir -p $(@D)
	$(CC) -E -P -I$(HERE)/include $(HEADER) | python3 $(C)/stubs.py >$(T)/abi/stubs.c
	$(CC) -std=c11 -g -ffile-prefix-map=$(ROOT)/= -ffile-prefix-map=$(T)/abi/= -shared -fPIC \
		-I$(HERE)/include -o $@ $(T)/abi/stubs.c -Wl,--version-script=$(OUT)/version.map -Wl,-soname,$(SONAME)
$(T)/abi/now.abi: $(T)/abi/$(SO)
	abidw --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed \
		--out-file $@ $<

test-abi: $(OUT)/version.map
ifeq ($(shell $(CC) -dumpmachine | cut -d- -f1),x86_64)
ifneq ($(shell command -v abidiff),)
	$(MAKE) -s -f $(HERE)/Makefile -C $(HERE) $(T)/abi/now.abi
	abidiff --no-added-syms $(ABI_BASELINE) $(T)/abi/now.abi
else
	@echo '  abidiff (abigail-tools) is not installed: the ABI is not compared'
endif
else
	@echo '  the baseline of the ABI is of x86-64: not compared here'
endif
bless-abi: $(T)/abi/now.abi
	cp $< $(ABI_BASELINE)
