# Directories.

directory_state() { # path
  MODE= OWNER= GROUP=
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then
    NOW=absent
  elif [ -L "$1" ] || [ ! -d "$1" ]; then
    NOW=other
  else
    NOW=$(stat -c '%a %U %G' -- "$1")
    # shellcheck disable=SC2086 # mode, owner and group have no blanks
    set -- $NOW
    MODE=$1 OWNER=$2 GROUP=$3
  fi
}

directory_put() { # create|update path existing expected had mode owner group
  how=$1 p=$2 existing=$3 expected=$4 had=$5
  shift 5
  parent=${p%/*}
  [ -d "$parent/" ] || { fail no_parent; return; }
  directory_state "$p"
  [ "$NOW" != other ] || { fail kind; return; }
  same=
  [ "$MODE" = "$1" ] && [ "${2:-$OWNER}" = "$OWNER" ] && [ "${3:-$GROUP}" = "$GROUP" ] && same=1
  "directory_may_$how" || return
  [ -z "$same" ] || return 0
  if [ "$BEFORE" = equal ] && [ "$NOW" != absent ]; then
    WORDS=$( { printf '%s\n' "$NOW" >"$O/original"; } 2>&1) || { CODE=records; return 1; }
    manifest taken || return
  fi
  directory_make "$p" "$1" "${2:-$OWNER}" "${3:-$GROUP}"
}

directory_may_create() {
  if [ -n "$BEFORE" ]; then return 0; fi
  if [ "$NOW" = absent ]; then manifest absent; return; fi
  if [ -n "$same" ]; then manifest equal; return; fi
  [ "$existing" = adopt ] || { fail exists; return; }
  case $expected in '' | absent | "$NOW") ;; *) fail moved; return ;; esac
  manifest equal
}

directory_may_update() {
  [ -n "$same" ] || [ -z "$expected" ] || [ "$NOW" = "$expected" ] || { fail moved; return; }
  manifest "${BEFORE:-${had:-equal}}"
}

# With less than five digits, chmod would leave a set-group-ID bit as it is.
directory_make() { # path mode owner group
  WORDS=$( { { [ -d "$1" ] || mkdir -m 700 -- "$1"; } &&
    { [ -z "$3$4" ] || chown "$3${4:+:$4}" -- "$1"; } && chmod "0000$2" -- "$1"; } 2>&1) &&
    { TOUCHED=1; return 0; }
  [ "$NOW" != absent ] || rmdir -- "$1" 2>/dev/null
  fail write "$WORDS"
}

directory_put_tell() {
  directory_state "$2"
  emit "tell $TOKEN state $NOW"
  emit "tell $TOKEN before $BEFORE"
}

directory_drop() { # path on_destroy expected had
  before=${BEFORE:-$4}
  directory_state "$1"
  case $NOW in absent | other) return 0 ;; esac
  case $2:$before in
    keep:*) return 0 ;;
    delete:* | :absent | restore:absent)
      # What others have put into it is theirs.
      rmdir -- "$1" 2>/dev/null || emit "progress $TOKEN $(b64 "$1 is not empty and stays")"
      ;;
    :taken | restore:taken)
      [ -f "$O/original" ] && read -r mode owner group <"$O/original" || { fail lost; return; }
      WORDS=$( { chown "$owner:$group" -- "$1" && chmod "0000$mode" -- "$1"; } 2>&1) ||
        { fail write "$WORDS"; return; }
      ;;
  esac
}
