# Files: ssh_file, and the unit files of ssh_systemd_unit.

# What stands at a path: NOW is `absent`, `other`, or digest, mode, owner and group.
file_state() { # path
  SUM= MODE= OWNER= GROUP=
  if [ -L "$1" ]; then
    NOW=other
  elif [ -f "$1" ]; then
    state_of_file "$1"
  elif [ -e "$1" ]; then
    NOW=other
  else
    NOW=absent
  fi
}

state_of_file() {
  f=$1
  # shellcheck disable=SC2046 # mode, owner and group have no blanks
  set -- $(stat -c '%a %U %G' -- "$f") $(sha256sum <"$f")
  MODE=$1 OWNER=$2 GROUP=$3 SUM=$4
  NOW="$SUM $MODE $OWNER $GROUP"
}

file_is() { # sum mode owner group: empty ones ask for nothing
  [ "$SUM" = "$1" ] && [ "$MODE" = "$2" ] && [ "${3:-$OWNER}" = "$OWNER" ] &&
    [ "${4:-$GROUP}" = "$GROUP" ]
}

file_put() { # create|update path existing expected had sum mode owner group content
  how=$1 p=$2 existing=$3 expected=$4 had=$5
  shift 5
  dir=${p%/*}
  [ -d "$dir/" ] || { fail no_parent; return; }
  file_state "$p"
  [ "$NOW" != other ] || { fail kind; return; }
  same=
  file_is "$1" "$2" "$3" "$4" && same=1
  "file_may_$how" || return
  [ -z "$same" ] || return 0
  if [ "$BEFORE" = equal ]; then file_keep "$p" && manifest taken || return; fi
  file_write "$p" "$1" "$2" "${3:-$OWNER}" "${4:-$GROUP}" "$5"
}

# What a create meets, written down before it is changed.
file_may_create() {
  if [ -n "$BEFORE" ]; then return 0; fi
  if [ "$NOW" = absent ]; then manifest absent; return; fi
  if [ -n "$same" ]; then manifest equal; return; fi
  [ "$existing" = adopt ] || { fail exists; return; }
  case $expected in '' | absent | "$NOW") ;; *) fail moved; return ;; esac
  manifest equal
}

file_may_update() {
  [ -n "$same" ] || [ -z "$expected" ] || [ "$NOW" = "$expected" ] || { fail moved; return; }
  [ -n "$BEFORE" ] && { manifest "$BEFORE"; return; }
  # Nothing is recorded on this host (an import, a restored machine): it counts as found.
  manifest "${had:-equal}"
}

# Keeps what was there where only root can read it.
file_keep() { # path
  if [ ! -e "$1" ] || [ -e "$O/original" ]; then return 0; fi
  WORDS=$( { cp -p -- "$1" "$O/original.new" && sync "$O/original.new" &&
    mv -f "$O/original.new" "$O/original"; } 2>&1) && return 0
  rm -f "$O/original.new"
  CODE=records
  return 1
}

# Written beside its target: its own and closed to others before the first byte.
file_write() { # path sum mode owner group content
  tmp=${1%/*}/.landfall-$OBJECT
  rm -f -- "$tmp"
  set -C
  { { WORDS=$( { { [ -z "$4$5" ] || chown "$4${5:+:$5}" /proc/self/fd/4; } &&
    printf %s "$6" | base64 -d >&4 && chmod "$3" /proc/self/fd/4; } 2>&1); } 4>"$tmp"; } 2>/dev/null
  rc=$?
  set +C
  if [ "$rc" = 0 ] && WORDS=$(sync "$tmp" 2>&1) && file_check "$tmp" "$2" &&
    WORDS=$(mv -f -T -- "$tmp" "$1" 2>&1); then
    TOUCHED=1
    return 0
  fi
  [ -n "$WORDS" ] || WORDS=$( { : >>"$tmp"; } 2>&1)
  rm -f -- "$tmp"
  fail write "$WORDS"
}

file_check() { # path sum
  have=$(sha256sum <"$1")
  [ "${have%% *}" = "$2" ] || { WORDS="only $(stat -c %s -- "$1") bytes arrived"; return 1; }
}

file_put_tell() {
  file_state "$2"
  emit "tell $TOKEN state $NOW"
  emit "tell $TOKEN before ${BEFORE:-$(file_before)}"
}

file_before() {
  read -r _ _ before _ <"$O/manifest" && printf %s "$before"
}

file_drop() { # path on_destroy expected had
  p=$1 before=${BEFORE:-$4}
  file_state "$p"
  [ "$NOW" != absent ] || [ "$before" = taken ] || return 0
  case $2:$before in
    keep:*) return 0 ;;
    delete:* | :absent | restore:absent) act=remove ;;
    :taken | restore:taken) act=restore ;;
    *) return 0 ;;
  esac
  [ -z "$3" ] || [ "$NOW" = "$3" ] || [ "$NOW" = absent ] || file_was_restored || { fail moved; return; }
  "file_$act" "$p"
}

# A delete that was interrupted after its work is done already.
file_was_restored() {
  [ "$act" = restore ] && [ -f "$O/original" ] && cmp -s "$p" "$O/original"
}

file_remove() {
  WORDS=$(rm -f -- "$1" 2>&1) || { fail write "$WORDS"; return; }
  TOUCHED=1
}

file_restore() {
  [ -f "$O/original" ] || { fail lost; return; }
  tmp=${1%/*}/.landfall-$OBJECT
  WORDS=$( { rm -f -- "$tmp" && cp -p -- "$O/original" "$tmp" && sync "$tmp" &&
    mv -f -T -- "$tmp" "$1"; } 2>&1) && { TOUCHED=1; return 0; }
  rm -f -- "$tmp"
  fail write "$WORDS"
}
