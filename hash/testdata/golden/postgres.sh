#!/usr/bin/env bash
# Makes ../postgres.tsv anew: what PostgreSQL itself hashes the bytes of a key to, for every length
# from 0 to 1024. Needs PostgreSQL's server programs (15; set PGBIN if initdb is not on the path) and,
# if it is run by root, whom initdb refuses, a user named nobody. The test only reads the file.
#
# Key n is the first n bytes of the MD5 digests of "n:0", "n:1", "n:2" ..., end to end. SQL has no
# function that hashes bytea with a seed, but the server's own for all such types can be named.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
PATH=${PGBIN:-/usr/lib/postgresql/15/bin}:$PATH
work=$(mktemp -d)
as=()
if [ "$(id -u)" = 0 ]; then
  as=(runuser -u nobody --)
  chown nobody "$work"
fi
cd "$work" # which the server's user can enter
stop() {
  "${as[@]}" pg_ctl -D "$work/data" -m immediate -s stop || true
  rm -rf "$work"
}
trap stop EXIT
"${as[@]}" initdb -D "$work/data" -U postgres --auth=trust --no-sync > "$work/initdb.log"
"${as[@]}" pg_ctl -D "$work/data" -o "-k $work -c listen_addresses='' -F" -l "$work/server.log" -s -w start
psql -h "$work" -U postgres -v ON_ERROR_STOP=1 -qAt -F $'\t' > "$work/postgres.tsv" <<'SQL'
CREATE FUNCTION hash32(bytea) RETURNS int4 LANGUAGE internal STRICT AS 'hashvarlena';
CREATE FUNCTION hash64(bytea, int8) RETURNS int8 LANGUAGE internal STRICT AS 'hashvarlenaextended';
\echo 'length	hash	seed 0	seed n+1	seed -n-1'
SELECT n, lpad(to_hex(hash32(key)), 8, '0'), lpad(to_hex(hash64(key, 0)), 16, '0'),
  lpad(to_hex(hash64(key, n + 1)), 16, '0'), lpad(to_hex(hash64(key, -n - 1)), 16, '0')
FROM (SELECT n, substring(string_agg(decode(md5(n || ':' || i), 'hex'), '' ORDER BY i) FOR n) AS key
  FROM generate_series(0, 1024) AS n, generate_series(0, 63) AS i GROUP BY n) AS keys
ORDER BY n;
SQL
cat "$work/postgres.tsv" > "$here/../postgres.tsv"
