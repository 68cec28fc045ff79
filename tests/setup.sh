# Sourced by ./test and benchmarks/run: what the tests need beyond the .NET SDK. Expects $temporary, sets $postgres_stop.

postgres_bin() {
  local folder
  for folder in /usr/lib/postgresql/*/bin "$(dirname "$(command -v postgres 2>/dev/null || echo /none/postgres)")"; do
    if [[ -x $folder/initdb && -x $folder/postgres ]]; then
      echo "$folder"
      return
    fi
  done
  return 1
}

chromium_bin() {
  command -v chromium || command -v chromium-browser || command -v google-chrome
}

# What is missing, as Debian calls it.
missing_packages() {
  command -v curl >/dev/null || echo curl
  command -v sqlite3 >/dev/null || echo sqlite3
  command -v dnsmasq >/dev/null || [[ -x /usr/sbin/dnsmasq ]] || echo dnsmasq-base
  command -v promtool >/dev/null || echo prometheus
  command -v npm >/dev/null || { command -v node >/dev/null || echo nodejs; echo npm; }
  chromium_bin >/dev/null || echo chromium
  command -v redis-server >/dev/null || echo redis-server
  command -v rabbitmq-server >/dev/null || echo rabbitmq-server
  [[ -x /usr/sbin/nginx ]] || command -v nginx >/dev/null || echo nginx
  # A clock that tests can set back.
  compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || echo faketime
  # Socket.IO's Python client and its two transports, for Debian's own interpreter.
  /usr/bin/python3 -c 'import socketio, requests, websocket' 2>/dev/null || echo python3-socketio python3-requests python3-websocket
  # The clients that the guide's page on the course is written with.
  /usr/bin/python3 -c 'import httpx' 2>/dev/null || echo python3-httpx
  # A mail server of another make.
  /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || echo python3-aiosmtpd
  # The older API itself, to be moved over from.
  /usr/bin/python3 -c 'import flask, flask_sqlalchemy, flask_httpauth' 2>/dev/null || echo python3-flask python3-flask-sqlalchemy python3-flask-httpauth
  # What the guide's page on analysis is run with.
  [[ -d /usr/lib/python3/dist-packages/pandas ]] || echo python3-pandas
  command -v Rscript >/dev/null || echo r-base-core
  [[ -n ${SILLAGE_TEST_POSTGRES:-} ]] || postgres_bin >/dev/null || echo postgresql-15
}

install_packages() {
  local missing as_root=() package
  if ! command -v dotnet >/dev/null || ! dotnet --version >/dev/null 2>&1; then
    echo './test: the .NET 10 SDK is needed: https://dotnet.microsoft.com/download/dotnet/10.0' >&2
    exit 2
  fi
  mapfile -t missing < <(missing_packages | tr ' ' '\n')
  ((${#missing[@]} > 0)) || return 0

  if ! command -v apt-get >/dev/null; then
    echo "./test: missing on this machine: ${missing[*]} (Debian's package names)." >&2
    echo 'Install them, or for PostgreSQL name one that runs in SILLAGE_TEST_POSTGRES.' >&2
    exit 2
  fi
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      echo "./test: please install as root: apt-get install ${missing[*]}" >&2
      exit 2
    fi
    as_root=(sudo)
  fi

  echo "— installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  ${as_root[@]+"${as_root[@]}"} apt-get update -q -q </dev/null
  # Newer Debians have a newer PostgreSQL; any from 15 on will do.
  if [[ " ${missing[*]} " == *' postgresql-15 '* ]] && ! apt-cache show postgresql-15 >/dev/null 2>&1; then
    missing=("${missing[@]/postgresql-15/postgresql}")
  fi
  ${as_root[@]+"${as_root[@]}"} apt-get install -q -q -y --no-install-recommends "${missing[@]}" </dev/null >"$temporary/apt.log" 2>&1 ||
    { cat "$temporary/apt.log" >&2; exit 2; }

  # Debian starts what it installs; the tests start their own.
  for package in "${missing[@]}"; do
    case $package in
      nginx | postgresql* | prometheus | rabbitmq-server | redis-server)
        if [[ -d /run/systemd/system ]]; then
          ${as_root[@]+"${as_root[@]}"} systemctl disable --now --quiet "${package%-15}" || true
        else
          ${as_root[@]+"${as_root[@]}"} service "${package%-15}" stop >/dev/null 2>&1 || true
        fi
        ;;
    esac
  done
}

# The versions that the lock files of the test tools and of the console fix; done again only when one changes.
install_node_tools() {
  local folder
  for folder in tests/node web; do
    [[ $folder/node_modules/.package-lock.json -nt $folder/package-lock.json ]] && continue
    echo "— installing what $folder needs of Node"
    npm ci --prefix "$folder" --no-audit --no-fund --silent </dev/null
    touch "$folder/node_modules/.package-lock.json"
  done
}

# A PostgreSQL of our own: private port, loopback only, a random password, in the temporary folder. It refuses to run as
# root, so root hands it to the user "postgres". It does not flush, because no test pulls the plug, unless
# $postgres_settings says otherwise.
start_postgres() {
  [[ -z ${SILLAGE_TEST_POSTGRES:-} ]] || return 0
  local bin data=$temporary/postgres password port attempt owner=()
  bin=$(postgres_bin)
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  mkdir "$data"
  printf '%s' "$password" >"$data/password"
  if ((EUID == 0)); then
    owner=(runuser -u postgres --)
    chmod 711 "$temporary"
    chown -R postgres "$data"
  fi

  echo '— starting PostgreSQL'
  (
    cd "$data"
    ${owner[@]+"${owner[@]}"} "$bin/initdb" --pgdata="$data/cluster" --username=postgres --pwfile="$data/password" \
      --auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync >"$data/initdb.log" 2>&1
  ) || { cat "$data/initdb.log" >&2; exit 2; }

  for attempt in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12000))
    if (
      cd "$data"
      # -W with our own wait: pg_ctl needs no password to see that it is up, and -w does just that.
      ${owner[@]+"${owner[@]}"} "$bin/pg_ctl" --pgdata="$data/cluster" --log="$data/log" -w -s -o \
        "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='$data' -c max_connections=300 ${postgres_settings--c fsync=off}" start
    ) >/dev/null 2>&1; then
      postgres_stop="${owner[*]-} $bin/pg_ctl --pgdata=$data/cluster -m immediate -s stop"
      export SILLAGE_TEST_POSTGRES="Host=127.0.0.1;Port=$port;Username=postgres;Password=$password;Database=postgres"
      return
    fi
  done
  cat "$data/log" >&2
  echo './test: PostgreSQL did not start.' >&2
  exit 2
}
