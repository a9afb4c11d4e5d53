"""mutation.py - configuration files, broken at random

Owns what is put into them. Knows neither hellod nor a file's name.
"""

SPECIAL = [b"\0", b'"', b"\\", b"\\x", b"\\x00", b"/*", b"*/", b"//", b"#", b"\n", b"\r", b"(", b")",
           b"{", b"}", b"[", b"]", b"=", b":", b";", b",", b"%", b"%s", b"\xff", b"\xc3", b"\x1b[31m",
           b"-", b"0x", b"L", b"e", b".", b"4294967396", b"99999999999999999999", b"@", b"@include ",
           b'@include "mutated.conf"\n', b'@include "fifo"\n', b'\n@include "fifo"', b'\n@include "/"\n',
           b"workers = 0;", b"a = { ", b"x" * 300]


def mutate(chance, text):
    """The text (bytes) with up to four changes; chance: a random.Random."""
    text = bytearray(text)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        end = min(len(text), at + chance.randint(1, 40))
        match chance.randrange(6):
            case 0 if at < len(text):
                text[at] ^= 1 << chance.randrange(8)
            case 1:
                del text[at:end]
            case 2:
                text[at:at] = text[at:end]
            case 3 | 4:
                text[at:at] = chance.choice(SPECIAL)
            case 5 if chance.randrange(4) == 0:
                del text[at:]
    return bytes(text)
