# What is certain to fail is seen before the first change. Nothing here changes anything.

# Emits what of the directories (those that are there, on the way to them) has no such room.
preflight_room() { # bytes directory...
  free=%a
  [ "$(id -u)" != 0 ] || free=%f
  while [ $# -ge 2 ]; do
    there=$2
    until [ -d "$there/" ]; do there=${there%/*}; done
    state=$(stat -f -c "$free %S %d %c" -- "$there/" 2>/dev/null) || state="1 $1 1 1"
    preflight_full "$1" "$state" && emit "full $(b64 "$2") $(b64 "$(df -h -- "$there/" 2>&1)$NL$(
      df -i -- "$there/" 2>&1)")"
    shift 2
  done
}

# Some file systems count no inodes.
preflight_full() { # bytes "blocks block-size inodes all-inodes"
  need=$1
  # shellcheck disable=SC2086 # numbers
  set -- $2
  [ "$(($1 * $2))" -lt "$need" ] || { [ "$4" -gt 0 ] && [ "$3" -lt 1 ]; }
}

# apt's own word for what it can't find. Lists that are missing or old prove nothing: the
# installation fetches them anew.
preflight_packages() { # name[=version]...
  command -v apt-get >/dev/null || { emit no_apt; return 0; }
  ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 || return 0
  [ -n "$(find /var/lib/apt/lists/partial -maxdepth 0 -mmin -1440 2>/dev/null)" ] || return 0
  said=$(apt-get -s -q -o Debug::NoLocking=true install --allow-downgrades -- "$@" 2>&1 3>&-) ||
    emit "apt $(b64 "$said")"
}

preflight_systemd() {
  [ -d /run/systemd/system ] || emit "no_systemd $(b64 "$(cat /proc/1/comm 2>/dev/null)")"
}
