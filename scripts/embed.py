#!/usr/bin/env python3
"""Usage: scripts/embed.py OUT.c NAME=FILE...

Writes C source with each file deflated (zlib's format): `const unsigned char NAME[]`, `const size_t NAME_packed`, how
long that is, and `const size_t NAME_size`, how long the file is."""
import pathlib
import sys
import zlib


def array(name, file):
    plain = pathlib.Path(file).read_bytes()
    packed = zlib.compress(plain, 9)
    rows = [",".join(map(str, packed[i:i + 32])) for i in range(0, len(packed), 32)]
    body = ",\n".join(rows)
    return (f"const unsigned char {name}[] = {{\n{body}}};\n"
            f"const size_t {name}_packed = {len(packed)}, {name}_size = {len(plain)};\n")


out, *files = sys.argv[1:]
parts = ["/* Made by scripts/embed.py. */\n#include \"cli/page_parts.h\"\n"]
parts += [array(*file.split("=", 1)) for file in files]
pathlib.Path(out).write_text("\n".join(parts), encoding="ascii")
