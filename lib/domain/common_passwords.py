#!/usr/bin/env python3
"""
Makes common_passwords.inc, the list that the password policy refuses.

Source: the password dictionaries of zxcvbn 4.4.2 (Dan Wheeler and Dropbox)
and of @zxcvbn-ts/language-common 4.1.3 (MrWook), both under the MIT licence.
Unpack both packages of the npm registry and give their folders:

	common_passwords.py ZXCVBN_DIR LANGUAGE_DIR > common_passwords.inc

Kept are the entries of 8 characters and more: shorter ones are refused by
their length already.  Lower case, sorted bytewise, one string a line.
"""
import json
import re
import sys


def of_zxcvbn(folder):
    with open(folder + "/lib/frequency_lists.js", encoding="utf-8") as f:
        text = f.read()
    m = re.search(r"passwords:\s*(['\"])(.*?)\1", text)
    return m.group(2).split(",")


def of_language_common(folder):
    with open(folder + "/src/passwords.json", encoding="utf-8") as f:
        return json.load(f)


def main():
    words = of_zxcvbn(sys.argv[1]) + of_language_common(sys.argv[2])
    words = {w.lower() for w in words if len(w) >= 8 and w.isascii() and
             w.isprintable()}
    print("/*\n * Made by common_passwords.py, which tells the source.  "
          "%d entries.\n * From zxcvbn, (c) 2012-2016 Dan Wheeler and "
          "Dropbox, Inc., and zxcvbn-ts,\n * (c) 2021 @zxcvbn-ts; MIT licence, "
          "see LICENSE.zxcvbn.\n */" % len(words))
    for w in sorted(words):
        print('"%s\\n"' % w.replace("\\", "\\\\").replace('"', '\\"')
              )


main()
