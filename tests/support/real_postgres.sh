#!/bin/sh
# One throw-away PostgreSQL cluster on 127.0.0.1, for tests only: it trusts everyone and never syncs to disk.
#   real_postgres.sh find          prints the directory of the server's programs, or fails
#   real_postgres.sh start PID     prints "DIRECTORY URL"; the cluster also goes when process PID is gone
#   real_postgres.sh restart DIR   an immediate stop, as in a crash, and a start on the same port
#   real_postgres.sh halt DIR      an immediate stop; the data stays
#   real_postgres.sh resume DIR    a start after a halt, on the same port
#   real_postgres.sh stop DIR
# PostgreSQL refuses to run as root, so root becomes the user postgres.
set -eu

find_programs() {
  for dir in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) $(echo "$PATH" | tr : ' '); do
    if [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ]; then echo "$dir" && return; fi
  done
  return 1
}

as_server() {
  cd "$dir"
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start() {
  dir=$(mktemp -d "${TMPDIR:-/tmp}/postgres.XXXXXX")
  setsid "$0" guard "$dir" "$1" </dev/null >/dev/null 2>&1 &
  trap 'cat "$dir"/*.log >&2; stop' EXIT
  if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; fi
  as_server "$programs/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
    --no-sync --no-instructions >"$dir/initdb.log" 2>&1
  # synchronous_commit stays on: without it a crash of the server alone would lose committed rows.
  cat >>"$dir/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
fsync = off
full_page_writes = off
CONF
  tries=10
  # A port may be taken between its choice and the start: then another one.
  until
    port=$(od -An -N2 -tu2 /dev/urandom | awk '{ print 20000 + $1 % 12000 }')
    as_server "$programs/pg_ctl" -D "$dir/data" -l "$dir/server.log" -o "-p $port" -w start \
      >/dev/null 2>&1
  do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || exit 1
  done
  trap - EXIT
  echo "$dir postgres://postgres@127.0.0.1:$port/postgres"
}

stop() {
  if [ -d "$dir" ]; then
    as_server "$programs/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || :
    rm -rf "$dir"
  fi
}

command=$1
programs=$(find_programs) || exit 1
case $command in
  find) echo "$programs" ;;
  start) start "$2" ;;
  restart)
    dir=$2
    as_server "$programs/pg_ctl" -D "$dir/data" -l "$dir/server.log" -m immediate -w restart >/dev/null 2>&1
    ;;
  halt)
    dir=$2
    as_server "$programs/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1
    ;;
  resume)
    dir=$2
    # The server notes there what it was started with.
    port=$(sed 's/.*"-p" "\([0-9]*\)".*/\1/' "$dir/data/postmaster.opts")
    as_server "$programs/pg_ctl" -D "$dir/data" -l "$dir/server.log" -o "-p $port" -w start >/dev/null 2>&1
    ;;
  stop) dir=$2 && stop ;;
  guard)
    dir=$2
    while [ -d "$dir" ] && kill -0 "$3" 2>/dev/null; do sleep 1; done
    stop
    ;;
esac
