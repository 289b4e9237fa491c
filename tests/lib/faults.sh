# ./dev test faults: what a database, a disk and memory do to the product.  The
# tests stop and start a MariaDB of their own; between it and Doorward stands
# a proxy of theirs.  Sourced.

needs_faults="run node lighttpd"
faults_db=$VAR/test/faults-db
# What is committed survives the server's death, if not the machine's.
faults_options=(--innodb-flush-log-at-trx-commit=2 --innodb-log-file-size=8M
	--max-user-connections=1000)

# faults_database [OPTION...]: start it, or start it again with these options.
faults_database()
{
	process_end "$faults_db/run/mariadbd.pid"
	database_up "$faults_db" "$tests_short/fdb" \
	    "${faults_options[@]}" "$@"
}

# faults NAME WANTED PROCESSES HOSTS [section.key=value...]: tests/faults/NAME
# on a site of its own that finds the database at HOSTS.
faults()
{
	local name=$1 wanted=$2 site_processes=$3 own_hosts=$4
	local own_database=$tests_short/fdb
	shift 4
	case $name in *"$wanted"*) ;; *) return ;; esac
	say "  faults/$name ${*:+with }$*"
	variant "faults-$name" lighttpd fcgi "" "$@"
	FAULTS_ROOT=$ROOT FAULTS_AS="${as_web[*]}" \
	    FAULTS_OPTIONS="${faults_options[*]}" \
	FAULTS_DB=$faults_db FAULTS_SOCKET=$own_database \
	FAULTS_SHORT=$tests_short FAULTS_NAME=dw_faults_${name//-/_} \
	    node_tests "faults-$name" \
	    "$ROOT/tests/faults/${name%%-*}.test.mjs"
	process_end "$site/run/web.pid"
	rm -f "$tests_short/proxy"
}

part_faults()
{
	local wanted=${1:-} proxy own row
	tests_folder
	proxy=$tests_short/proxy own=$tests_short/fdb
	rm -rf "$faults_db"
	faults_database
	faults gone "$wanted" 2 "$proxy"
	faults commit "$wanted" 2 "$proxy"
	faults hosts "$wanted" 2 "$tests_short/first, $tests_short/second"
	faults memory "$wanted" 1 "$own" password.argon2_memory_kib=19456
	# Whatever the host's administrator has set (S-136, S-011).
	for row in "latin1 latin1_swedish_ci" "utf8mb4 utf8mb4_general_ci"; do
		case defaults-${row%% *} in *"$wanted"*) ;; *) continue ;; esac
		faults_database --character-set-server="${row% *}" \
		    --collation-server="${row#* }" --sql-mode= \
		    --default-time-zone=+05:30 --autocommit=0 \
		    --init-connect="SET autocommit = 0" \
		    --default-storage-engine=MyISAM \
		    --transaction-isolation=SERIALIZABLE
		faults "defaults-${row%% *}" "$wanted" 2 "$own"
	done
	# All tables in one file that may not grow beyond a size (S-146).
	case full in *"$wanted"*)
		faults_database --innodb-file-per-table=0 \
		    --innodb-autoextend-increment=1 \
		    --innodb-data-file-path=ibdata1:12M:autoextend:max:96M
		faults full "$wanted" 1 "$own" ;;
	esac
	process_end "$faults_db/run/mariadbd.pid"
}
