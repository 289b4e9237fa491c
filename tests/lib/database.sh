# A private MariaDB: own data folder, Unix socket only.  The socket lies in a
# short folder of its own, for a socket's path may not exceed 107 bytes.  So do
# temporary tables: a server that starts removes those of others from /tmp.

# database_up FOLDER SOCKET [OPTION...]
database_up()
{
	local folder=$1 socket=$2
	shift 2
	mkdir -p "$folder/log" || return 1
	if [ ! -d "$folder/data/mysql" ]; then
		rm -rf "$folder/data.new"
		mkdir "$folder/data.new"
		# By a link: mariadb-install-db takes no blanks in a path.
		ln -sfn "$folder/data.new" "${socket%/*}/data.new"
		# A server that starts removes what temporary tables others
		# have in the same folder.
		TMPDIR=${socket%/*} mariadb-install-db --no-defaults \
		    --datadir="${socket%/*}/data.new" \
		    --tmpdir="${socket%/*}" \
		    --user="$(id -un)" --skip-test-db --skip-name-resolve \
		    --auth-root-authentication-method=socket \
		    --auth-root-socket-user="$(id -un)" \
		    >"$folder/log/install.log" 2>&1 ||
		    die "mariadb-install-db failed:
$(tail -n 20 "$folder/log/install.log")"
		rm -rf "$folder/data" "${socket%/*}/data.new"
		mv "$folder/data.new" "$folder/data"
	fi
	process_run "$folder" mariadbd mariadbd --no-defaults \
	    --user="$(id -un)" --datadir="$folder/data" --socket="$socket" \
	    --pid-file="$folder/data/mariadbd.pid" --skip-networking \
	    --tmpdir="${socket%/*}" \
	    --skip-name-resolve --innodb-buffer-pool-size=64M "$@"
	database_ready()
	{
		process_alive "$folder/run/mariadbd.pid" ||
		    die "MariaDB did not start:
$(tail -n 20 "$folder/log/mariadbd.log")"
		mariadb --no-defaults -S "$socket" -e 'SELECT 1' \
		    >/dev/null 2>&1
	}
	wait_for 60 database_ready || die "MariaDB does not answer:
$(tail -n 20 "$folder/log/mariadbd.log")"
}

# database_sql SOCKET < SQL: rows without the names of their columns
database_sql()
{
	mariadb --no-defaults --default-character-set=utf8mb4 -N -S "$1"
}

# database_user SOCKET DATABASE USER PASSWORD: all rights, for migrations
database_user()
{
	database_sql "$1" <<-SQL
	SET autocommit = 1;
	CREATE DATABASE IF NOT EXISTS \`$2\`;
	CREATE OR REPLACE USER '$3'@'localhost' IDENTIFIED BY '$4';
	GRANT ALL ON \`$2\`.* TO '$3'@'localhost';
	SQL
}

# The rights that Doorward needs at run time (S-135).
database_reduce()
{
	database_sql "$1" <<-SQL
	SET autocommit = 1;
	REVOKE ALL ON \`$2\`.* FROM '$3'@'localhost';
	GRANT SELECT, INSERT, UPDATE, DELETE ON \`$2\`.* TO '$3'@'localhost';
	SQL
}

random_word()
{
	od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'
}
