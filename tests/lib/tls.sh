# A site over TLS, for clients that know nothing else.  Sourced.

# tls_authority FOLDER: a test authority, and a certificate of its own for
# this machine and for the address that the Node SDK has its configuration at.
tls_authority()
{
	local folder=$1
	mkdir -p "$folder"
	{
		openssl req -x509 -newkey rsa:2048 -nodes -days 30 \
		    -subj "/CN=Doorward test authority" \
		    -addext "basicConstraints=critical,CA:TRUE" \
		    -keyout "$folder/ca.key" -out "$folder/ca.pem" &&
		openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" \
		    -keyout "$folder/key.pem" -out "$folder/request.pem" &&
		openssl x509 -req -days 30 -in "$folder/request.pem" \
		    -CA "$folder/ca.pem" -CAkey "$folder/ca.key" \
		    -CAcreateserial -out "$folder/cert.pem" -extfile <(echo \
		    "subjectAltName=DNS:localhost,DNS:config.lrcontent.com")
	} >"$folder/openssl.log" 2>&1 || die "No certificate was made:
$(tail -n 5 "$folder/openssl.log")"
	web_owns "$folder"
}

# tls_front FOLDER PORT: what Apache needs to answer there over TLS as well.
tls_front()
{
	local folder=$1 port=$2
	ipv6_here && printf 'Listen [::1]:%s https\n' "$port"
	cat <<-TEXT
	LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
	Listen 127.0.0.1:$port https
	<VirtualHost *:$port>
		SSLEngine on
		SSLCertificateFile "$folder/cert.pem"
		SSLCertificateKeyFile "$folder/key.pem"
	</VirtualHost>
	TEXT
}

# tls_variant NAME [section.key=value...]: a site at https://localhost, whose
# port only tests know, behind Apache with mod_fcgid.
tls_variant()
{
	local name=$1 tls_port own_url=https://localhost own_front
	shift
	tests_folder
	tls_port=$(free_port)
	tls_authority "$tests_short/tls"
	own_front=$(tls_front "$tests_short/tls" "$tls_port")
	variant "$name" apache fcgi "" "$@"
	url=https://localhost:$tls_port
	export NODE_EXTRA_CA_CERTS=$tests_short/tls/ca.pem
}

tls_end()
{
	unset NODE_EXTRA_CA_CERTS
	site_end
}
