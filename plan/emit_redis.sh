# All masters have joined the cluster (redis-cli --cluster add-node). Nothing is moved if a master has other slots
# than the plan says. A password is taken from REDISCLI_AUTH, and another program or options from REDIS_CLI:
#   REDIS_CLI='redis-cli --tls' sh moves.sh
set -eu
cli=${REDIS_CLI:-redis-cli}

die() {
  echo "$0: $*" >&2
  exit 1
}

# id_of HOST PORT prints the id of that node.
id_of() {
  id=$($cli -h "$1" -p "$2" cluster myid)
  [ ${#id} -eq 40 ] || die "$1:$2 is no node of a cluster: $id"
  echo "$id"
}

# has HOST PORT SLOTS sees to it that this master has just these slots.
has() {
  slots=$($cli -h "$1" -p "$2" cluster nodes | awk '$3 ~ /myself/ { for (i = 9; i <= NF; i++) printf "%s%s", (i > 9 ? "," : ""), $i }')
  [ "$slots" = "$3" ] || die "$1:$2 has the slots '$slots', and the plan is of '$3': make it anew"
}

# agreed HOST:PORT waits until all masters say the same of the slots.
agreed() {
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    if $cli --cluster check "$1" >/dev/null 2>&1; then return; fi
    sleep 1
  done
  die "the cluster is not well: see $cli --cluster check $1"
}

# first HOST:PORT FROM TO N moves the first N slots that FROM has.
first() {
  agreed "$1"
  $cli --cluster reshard "$1" --cluster-from "$2" --cluster-to "$3" --cluster-slots "$4" --cluster-yes
}

# these HOST PORT FROM HOST PORT TO SLOT... moves these slots, as redis-cli does it.
these() {
  from_host=$1 from_port=$2 from=$3 to_host=$4 to_port=$5 to=$6
  shift 6
  for slot; do
    ok "$($cli -h "$to_host" -p "$to_port" cluster setslot "$slot" importing "$from")"
    ok "$($cli -h "$from_host" -p "$from_port" cluster setslot "$slot" migrating "$to")"
    while :; do
      keys=$($cli --no-raw -h "$from_host" -p "$from_port" cluster getkeysinslot "$slot" 100)
      case $keys in '(empty'*) break ;; esac
      keys=$(printf '%s\n' "$keys" | sed 's/^ *[0-9][0-9]*) //' | tr '\n' ' ') # quoted, as redis-cli reads them
      ok "$(printf 'migrate %s %s "" 0 60000 %s keys %s\n' "$to_host" "$to_port" "$auth" "$keys" | $cli -h "$from_host" -p "$from_port")"
    done
    ok "$($cli -h "$to_host" -p "$to_port" cluster setslot "$slot" node "$to")"
    ok "$($cli -h "$from_host" -p "$from_port" cluster setslot "$slot" node "$to")"
    echo "slot $slot is on $to_host:$to_port"
  done
}

# ok ANSWER ends the script if the answer is an error.
ok() {
  case $1 in
  OK | NOKEY) ;; # a key that is gone by now
  *) die "slot $slot: $1" ;;
  esac
}

auth=
if [ "${REDISCLI_AUTH-}" ]; then
  auth="auth \"$(printf '%s' "$REDISCLI_AUTH" | sed 's/[\\"]/\\&/g')\""
fi
