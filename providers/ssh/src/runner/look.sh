# Looks at many things with few processes. Nothing here changes anything.

# The manifests of all objects of all lineages.
look_owners() {
  section owners
  cat "$D"/*/objects/*/manifest 2>/dev/null >&3
  section restarts
  for mark in "$D"/*/objects/*/restart; do
    [ ! -e "$mark" ] || printf '%s\n' "$mark" >&3
  done
}

# Type, size, mode and owner of each path; the digest of each file; the content of each small
# file, unless its digest is the one in KNOWN (lines of digest, two blanks, path).
look_paths() { # paths
  section stat
  st=$(stat -c '%f %s %U %G %n' -- "$@" 2>/dev/null)
  printf '%s\n' "$st" >&3
  printf '%s\n' "$st" | look_files
}

look_files() {
  set --
  small=$NL
  while IFS= read -r line; do
    case $line in 8???' '*) ;; *) continue ;; esac
    name=${line#* * * * } size=${line#* }
    set -- "$@" "$name"
    [ "${size%% *}" -le "$LIMIT" ] && small=$small$name$NL
  done
  [ $# -gt 0 ] || return 0
  section digest
  sums=$(sha256sum -z -- "$@" 2>/dev/null | tr '\0' '\n')
  printf '%s\n' "$sums" >&3
  printf '%s\n' "$sums" | look_contents
}

look_contents() {
  set --
  while IFS= read -r line; do
    case $KNOWN in *"$NL$line$NL"*) continue ;; esac
    name=${line#*  }
    case $small in *"$NL$name$NL"*) set -- "$@" "$name" ;; esac
  done
  [ $# -gt 0 ] || return 0
  section content
  printf '%s\n' "$@" >&3
  section bytes
  { cat -- "$@" 2>/dev/null | base64 -w 0; echo; } >&3
}

look_packages() { # names
  section packages
  dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Version}\n' -- "$@" 2>/dev/null >&3
}

look_users() { # names
  section users
  getent passwd -- "$@" >&3
}

look_groups() {
  section groups
  getent group >&3
}

# The authorized_keys of each user: a line of user and path, and one of the content.
look_keys() { # users
  section keys
  for user in "$@"; do
    home=$(getent passwd -- "$user") || continue
    home=${home%:*} home=${home##*:}
    file=$home/.ssh/authorized_keys
    printf '%s %s\n' "$user" "$file" >&3
    { base64 -w 0 -- "$file" 2>/dev/null; echo; } >&3
  done
}

look_units() { # names
  section units
  systemctl show --no-pager -p Id,Names,LoadState,ActiveState,SubState,UnitFileState,Result \
    -- "$@" 2>/dev/null >&3
}

# What is recorded of operations; the lock says that nobody is at work on them any more.
look_records() { # lineage/token...
  section records
  [ -d "$D" ] || return 0
  lock "$WAIT" || { printf 'busy\n' >&3; return 0; }
  for record in "$@"; do
    status=
    while read -r word rest; do status=$word; done 2>/dev/null <"$D/${record%/*}/ops/${record#*/}"
    printf '%s %s\n' "${record#*/}" "${status:-none}" >&3
  done
}
