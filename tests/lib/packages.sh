# Debian packages: asked for by dpkg-query first, so that nothing happens when
# nothing is missing.

packages_build="gcc make autoconf automake pkg-config libc6-dev libcrypt-dev
	libfcgi-dev libjson-c-dev libargon2-dev libmariadb-dev
	libcurl4-openssl-dev libssl-dev libsodium-dev libidn2-dev
	libunistring-dev libcmocka-dev libmaxminddb-dev libmaxminddb0"
packages_run="mariadb-server-core mariadb-client-core mariadb-client curl"
packages_lighttpd="lighttpd"
packages_apache="apache2-bin libapache2-mod-fcgid"
packages_servers="nginx spawn-fcgi apache2-suexec-custom"
packages_tls="openssl"
packages_lint="clang-tidy-14 cppcheck"
packages_unit="openssl"
packages_php="php8.2-cgi"
packages_browser="chromium fonts-dejavu-core"

package_missing()
{
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" \
	    != installed ]
}

# Node of any origin will do, from 18.19 on.
node_missing()
{
	local version
	version=$(node --version 2>/dev/null) || return 0
	version=${version#v}
	local major=${version%%.*} rest=${version#*.}
	[ "$major" -gt 18 ] || [ "$major" -eq 18 -a "${rest%%.*}" -ge 19 ] &&
	    return 1
	return 0
}

# The packages of servers start their services on port 80; the usual guard
# stands in the way while they are installed.  A server that was not there
# before is not started at the next boot either.
install()
{
	local guard=/usr/sbin/policy-rc.d made= sudo= wanted=("$@") status=0

	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null || die "Missing packages: $*.
Run this as root, or install sudo."
		sudo=sudo
	fi
	say "Installing Debian packages: $*"
	if [ ! -e "$guard" ]; then
		printf '#!/bin/sh\nexit 101\n' | $sudo tee "$guard" >/dev/null
		$sudo chmod 755 "$guard"
		made=1
		trap '$sudo rm -f "$guard"' EXIT
	fi
	{ $sudo apt-get -q update &&
	    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qy \
	    --no-install-recommends install "${wanted[@]}"; } >&2 </dev/null ||
	    status=1
	if [ -n "$made" ]; then
		$sudo rm -f "$guard"
		trap - EXIT
	fi
	[ "$status" = 0 ] || die "Debian's packages could not be installed."
	local server
	for server in lighttpd nginx; do
		case " ${wanted[*]} " in *" $server "*)
			if [ -d /run/systemd/system ]; then
				$sudo systemctl disable --now "$server"
			elif command -v update-rc.d >/dev/null; then
				$sudo update-rc.d "$server" disable
			fi >/dev/null 2>&1 ;;
		esac
	done
}

# need GROUP...: node, or a list packages_GROUP; each part of the tests names
# its groups in needs_PART.
need()
{
	local group package missing=()
	command -v dpkg-query >/dev/null ||
	    die "This needs Debian 12 or a system made from it (apt-get, dpkg)."
	for group; do
		local list=packages_$group
		if [ "$group" = node ]; then
			node_missing && missing+=(nodejs)
			command -v npm >/dev/null || missing+=(npm)
			continue
		fi
		for package in ${!list}; do
			package_missing "$package" && missing+=("$package")
		done
	done
	[ ${#missing[@]} = 0 ] || install "${missing[@]}"
}
