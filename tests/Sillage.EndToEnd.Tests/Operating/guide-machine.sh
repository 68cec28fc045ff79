# A machine for the guides: this one, with folders of its own where they write, and what is not here played by a few lines.
# Becomes, in a mount namespace that ends with it: SCRIPT, run by root, as the guides have it.
#   $1 the folder to work in, $2 the tests' build of the program, $3 the repository, $4 SCRIPT
set -euo pipefail
work=$1 build=$2 repository=$3 script=$4

# /etc is copied, so that the user is made in the copy.
mkdir -p "$work/etc" "$work/bin"
cp -a /etc/. "$work/etc"
mount --bind "$work/etc" /etc
for folder in /srv /opt /var/lib /var/backups; do
  mount -t tmpfs -o mode=755 tmpfs "$folder"
done
mkdir -p /etc/systemd/system /etc/cron.d /srv/sillage
mount --bind "$repository" /srv/sillage

# dotnet: publishing is copying what is built already; a build would take minutes.
cat >"$work/bin/dotnet" <<END
#!/bin/bash
if [[ \$1 == publish ]]; then
  [[ -f \$2/Sillage.csproj ]] || { echo "no project in \$2" >&2; exit 1; }
  while [[ \$1 != --output ]]; do shift; done
  mkdir -p "\$2" && cp -r "$build/." "\$2"
else
  exec $(command -v dotnet) "\$@"
fi
END

# systemd, as far as a unit of the guide asks for it: user, folders, command, and a stop that waits.
cat >"$work/bin/systemctl" <<'END'
#!/bin/bash
set -euo pipefail
verb=$1
unit=/etc/systemd/system/${*: -1}.service
value() { sed -n "s/^$1=//p" "$unit"; }
case $verb in
  enable | start)
    state=/var/lib/$(value StateDirectory)
    install -d -o "$(value User)" -g "$(value User)" -m "$(value StateDirectoryMode)" "$state"
    cd "$(value WorkingDirectory)"
    : >"$GUIDE_WORK/journal"
    read -ra command <<<"$(value ExecStart)"
    ulimit -n "$(value LimitNOFILE)" 2>/dev/null || true # more than this machine may have
    setpriv --reuid "$(value User)" --regid "$(value User)" --init-groups env SILLAGE_URLS=http://127.0.0.1:0 "${command[@]}" </dev/null >"$GUIDE_WORK/journal" 2>&1 &
    echo $! >"$GUIDE_WORK/server"
    for ((i = 0; i < 600; i++)); do
      grep -q 'Ctrl+C' "$GUIDE_WORK/journal" && exit
      kill -0 $! || break
      sleep 0.1
    done
    cat "$GUIDE_WORK/journal" >&2
    exit 1
    ;;
  stop)
    server=$(<"$GUIDE_WORK/server")
    kill -TERM "$server"
    while kill -0 "$server" 2>/dev/null; do sleep 0.1; done
    ;;
esac
END
printf '#!/bin/bash\ncat "$GUIDE_WORK/journal"\n' >"$work/bin/journalctl"
chmod 755 "$work/bin"/*
export GUIDE_WORK=$work PATH=$work/bin:$PATH
cd /
exec bash -euo pipefail "$script"
