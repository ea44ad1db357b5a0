"""Writes a C file that defines every function of the header, each doing nothing.

    cc -E -P trunkline.h | stubs.py >stubs.c

Compiled with debug information it describes the ABI as C callers see it, and nothing else: the types
that a Rust compiler puts beside it change with every version. What ties it to the real library is
tested elsewhere: the header is what the sources say, the library exports the header's functions, and
each field lies where Rust put it.
"""

import re
import sys

source = sys.stdin.read()
enums = re.findall(r"\benum (tl_\w+) \{", source)
functions = re.findall(r"\n([\w ]+?[ *]+)(tl_\w+)\(([^)]*)\);", source)
assert len(functions) > 200 and len(enums) > 20, (functions, enums)
print('#include "trunkline.h"')
for returns, name, parameters in functions:
    value = "" if returns.strip() == "void" else " return 0;"
    # In brackets, so that it is no use of a macro of the same name.
    print(f"{returns}({name})({' '.join(parameters.split())}) {{{value} }}")
# Values are passed as uint32_t, so that no function has an enum's type: here is one that has.
for enum in enums:
    print(f"void tl_numbers_of_{enum[3:]}(enum {enum} x);")
    print(f"void tl_numbers_of_{enum[3:]}(enum {enum} x) {{ (void)x; }}")
