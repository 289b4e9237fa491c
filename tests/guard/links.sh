#!/usr/bin/env bash
# What is linked: never jansson beside json-c, and no library that a request
# does not need (they are loaded on first use); hardened binaries (S-148).
cd "$2" || exit 1
bad=0
has()	# PROGRAM WORD: a dynamic symbol
{
	readelf -W --dyn-syms "$1" | grep -q "$2"
}
for program in doorward.fcgi doorwardctl; do
	needed=$(readelf -d "$program" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p')
	case $needed in
	*jansson* | *libcurl* | *libsodium* | *libfido2*)
		echo "$program is linked with: $needed"; bad=1 ;;
	esac
	readelf -h "$program" | grep -q 'Type:.*DYN' ||
	    { echo "$program is no PIE"; bad=1; }
	readelf -lW "$program" | grep -q 'GNU_RELRO' ||
	    { echo "$program has no RELRO"; bad=1; }
	readelf -d "$program" | grep -q 'FLAGS_1.*NOW\|BIND_NOW' ||
	    { echo "$program has no full RELRO"; bad=1; }
	readelf -lW "$program" | grep -q 'GNU_STACK.*RW ' ||
	    { echo "$program has an executable stack"; bad=1; }
	readelf -lW "$program" | grep -q 'LOAD.*RWE' &&
	    { echo "$program has memory to write and run"; bad=1; }
	readelf -d "$program" | grep -q 'TEXTREL\|RPATH\|RUNPATH' &&
	    { echo "$program has TEXTREL or a path of its own"; bad=1; }
	has "$program" '__stack_chk_fail' ||
	    { echo "$program has no stack protector"; bad=1; }
	for name in snprintf vsnprintf fprintf; do
		has "$program" " __${name}_chk" ||
		    { echo "$program has no fortified $name"; bad=1; }
	done
done
exit $bad
