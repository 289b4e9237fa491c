#!/usr/bin/env bash
# SQL stands in lib/store and schema/ alone (S-135); lib/db holds the words
# that set up a connection and frame a transaction.
cd "$1" || exit 1
! grep -nE '"[^"]*\b(SELECT .* FROM|INSERT INTO|UPDATE [a-z{}_]+ SET|DELETE FROM|CREATE TABLE|ALTER TABLE)\b' \
    cgi-bin/*.[ch] lib/base/*.[ch] lib/codec/*.[ch] lib/crypto/*.[ch] \
    lib/net/*.[ch] lib/db/*.[ch] lib/domain/*.[ch]
