# What every program begins with. N is the nonce of its answers, D the directory of its records.
umask 077
trap : PIPE # a handler, so that what is started gets the usual one
LC_ALL=C LANG=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${PATH:-}
export LC_ALL LANG PATH
NL='
'
# One line of the protocol. Fails once nobody listens any more.
emit() { printf '@%s %s\n' "$N" "$*" >&3; }
# Words of others, on one line.
b64() { printf %s "$1" | base64 -w 0; }
section() { emit "section $1"; }

# A program that is given by standard input must not read its own text as data.
open_protocol() {
  exec 3>&1 1>/dev/null </dev/null
  emit "hello 1 $(id -un)"
}

# What a host that starts anew while it is armed is told by.
BOOT=/etc/systemd/system/landfall-armed.service
BOOT_WANTS=/etc/systemd/system/multi-user.target.wants/landfall-armed.service
guard_unboot() { rm -f "$BOOT" "$BOOT_WANTS"; }

# Takes the host's lock. A lock file that was removed meanwhile is no lock, and what waits for its
# proof is waited for, but by whoever brings it.
lock() { # seconds [proof]
  waits=$1
  while :; do
    WORDS=$( { mkdir -p -m 700 "$D" && : >>"$D/lock"; } 2>&1) || return 2
    exec 9>>"$D/lock"
    flock -n 9 || { emit waiting; flock -w "$1" 9 || return 1; }
    if [ "$D/lock" -ef /proc/self/fd/9 ]; then
      interrupted
      [ -d "$D/armed" ] && [ -z "${2:-}" ] || return 0
      [ "$waits" -gt 0 ] || return 1
      waits=$((waits - 1))
      exec 9>&-
      sleep 1
    fi
    exec 9>&-
  done
}

# A machine that went down in between: what was decided is brought to its end, what was not
# decided in time is put back.
interrupted() {
  if [ -d "$D/armed.proven" ]; then
    read -r record <"$D/armed.proven/record" && printf 'done\n' >>"$record"
    rm -rf "$D/armed.proven"
  fi
  if [ -d "$D/armed.back" ]; then
    /bin/sh "$D/armed.back/back.sh" "$D" now 3>&- 9>&-
  elif [ -d "$D/armed" ]; then
    { read -r at boot <"$D/armed/deadline"; } 2>/dev/null
    read -r up _ </proc/uptime
    if [ "${boot:-}" != "$(cat /proc/sys/kernel/random/boot_id)" ] ||
      [ "${up%%.*}" -ge "$((${at:-0} + 5))" ]; then
      /bin/sh "$D/armed/back.sh" "$D" now 3>&- 9>&-
    fi
  fi
  rm -rf "$D/armed.new"
  [ -d "$D/armed" ] || [ ! -e "$BOOT" ] || guard_unboot
}
