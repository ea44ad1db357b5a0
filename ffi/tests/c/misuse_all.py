"""Writes misuse_all.c: every function of the header, called wrongly in every way its prototype shows.

    cc -E -P trunkline.h | misuse_all.py >misuse_all.c

Nothing is listed by hand, so no new function goes untested. Each call must be refused with a code and
a sentence that begins with the function's name: all pointers NULL; an object that never was one; an
object that has ended; a configuration whose struct_size is too small, or larger than any.
"""

import re
import sys

SOURCE = sys.stdin.read()
PROTOTYPE = re.compile(r"\btl_status\s+(tl_\w+)\(([^)]*)\)\s*;")
# With nothing but NULLs and zeros these have nothing to refuse.
ALLOWED = {"tl_noise_describe", "tl_rtp_quality"}


def parameters(text):
    """The type of each parameter. Some prototypes say `struct` before it, some do not."""
    for part in re.sub(r"\s+|\bstruct\b", " ", text).split(","):
        part = part.strip()
        if part and part != "void":
            yield re.match(r"(.*?)(\w+)$", part).group(1).strip()


def struct_sized():
    """Types of structs that begin with their size."""
    return set(re.findall(r"struct (tl_\w+) \{\s*uint32_t struct_size;", SOURCE))


def objects():
    """Opaque types: declared and never defined."""
    return set(re.findall(r"typedef struct (tl_\w+) \1;", SOURCE)) - set(
        re.findall(r"struct (tl_\w+) \{", SOURCE)
    )


def main():
    sized, opaque = struct_sized(), objects()
    functions = PROTOTYPE.findall(SOURCE)
    assert len(functions) > 100 and len(sized) > 10 and len(opaque) > 10
    lines = []
    for name, text in functions:
        types = list(parameters(text))
        nulls = [f"({t})0" if "*" in t else f"({t})1" for t in types]
        # In brackets, so that no macro of the name adds to the arguments.
        call = lambda arguments: f"({name})({', '.join(arguments)})"
        first = re.sub(r"\bconst\b|\*", "", types[0]).strip() if types else ""
        if name.endswith("_free"):
            lines.append(f"    OK({call(nulls)});")
        elif name not in ALLOWED:
            lines.append(f"    REFUSED({call(nulls)});")
        # An object that never was, and one that is no more.
        if first in opaque and types[0].count("*") == 1:
            for object_ in ("never", "ended"):
                lines.append(f"    REFUSED({call([f'({types[0]})(void *){object_}'] + nulls[1:])});")
        # A configuration of no version: the function is asked before anything else is looked at.
        for at, type_ in enumerate(types):
            config = type_.replace("const ", "").rstrip("* ")
            makes = name.endswith(("_new", "_size", "_init")) and first not in opaque
            if config in sized and "const" in type_ and makes:
                real = [f"({t})(void *)room" if "*" in t else f"({t})sizeof room" for t in types]
                for size in ("0", "4", "4097", "UINT32_MAX"):
                    given = real[:at] + [f"({type_})sized({size})"] + real[at + 1 :]
                    lines.append(f"    EXPECT(TL_ERR_STRUCT_SIZE, {call(given)});")
        # A struct to be filled in that is shorter than any version, or longer.
        if text.rstrip().endswith("struct_size") and first not in opaque:
            real = [f"({t})(void *)room" if "*" in t else f"({t})1" for t in types[:-1]]
            for size in ("0", "4", "4097", "SIZE_MAX"):
                lines.append(f"    EXPECT(TL_ERR_STRUCT_SIZE, {call(real + [size])});")
    body = "\n".join(lines)
    print(
        f"""/* Written by misuse_all.py. */
#include "check.h"

#define REFUSED(call)                                                               \\
    do {{                                                                            \\
        tl_status got_ = (call);                                                    \\
        size_t name_ = strcspn(#call + 1, ")");                                     \\
        if (got_ >= 0 || strncmp(tl_last_error(), #call + 1, name_) != 0) {{         \\
            fprintf(stderr, "%s: %d %s\\n", #call, (int)got_, tl_last_error());      \\
            exit(1);                                                                \\
        }}                                                                           \\
    }} while (0)

static union {{
    unsigned char bytes[1 << 16];
    long double align;
}} never_, ended_, room_;
static unsigned char *const never = never_.bytes, *const ended = ended_.bytes;
#define room room_.bytes

static const void *sized(uint32_t size)
{{
    static union {{
        uint32_t size;
        unsigned char bytes[8192];
        long double align;
    }} config;
    config.size = size;
    return &config;
}}

int main(void)
{{
    tl_dtmf *dtmf;
    OK(tl_dtmf_init(ended, sizeof ended_, &dtmf));
    OK(tl_dtmf_free(dtmf));
{body}
    printf("{len(lines)} wrong calls of {len(functions)} functions\\n");
    return 0;
}}"""
    )


if __name__ == "__main__":
    main()
