# Groups, users and their authorized keys.

group_state() { # name
  NOW=$(getent group -- "$1") || { NOW=absent GID=; return 0; }
  GID=${NOW#*:*:} GID=${GID%%:*} NOW=$GID
}

group_put() { # create|update name existing expected had gid system
  group_state "$2"
  same=
  [ "$NOW" != absent ] && [ "${6:-$GID}" = "$GID" ] && same=1
  account_may "$1" "$3" "$4" "$5" "$NOW" || return
  [ -z "$same" ] || return 0
  if [ "$NOW" = absent ]; then
    run "$LIMIT" groupadd ${6:+-g "$6"} ${7:+-r} -- "$2" && { TOUCHED=1; return 0; }
  else
    run "$LIMIT" groupmod -g "$6" -- "$2" && { TOUCHED=1; return 0; }
  fi
  last_words
  fail account "$WORDS"
}

group_put_tell() {
  group_state "$2"
  emit "tell $TOKEN state $NOW"
  emit "tell $TOKEN before $BEFORE"
}

group_drop() { # name had
  group_state "$1"
  [ "$NOW" != absent ] && [ "${BEFORE:-$2}" = absent ] || return 0
  run "$LIMIT" groupdel -- "$1" && return 0
  last_words
  fail account "$WORDS"
}

# What a create or an update of an account meets, written down before it is changed.
account_may() { # how existing expected had now
  if [ "$1" = update ]; then
    [ -n "$same" ] || [ -z "$3" ] || [ "$5" = "$3" ] || { fail moved; return; }
    manifest "${BEFORE:-${4:-equal}}"
    return
  fi
  if [ -n "$BEFORE" ]; then return 0; fi
  if [ "$5" = absent ]; then manifest absent; return; fi
  if [ -n "$same" ]; then manifest equal; return; fi
  [ "$2" = adopt ] || { fail exists; return; }
  manifest equal
}

user_state() { # name
  UID_= PRIMARY= COMMENT= HOME_= SHELL_= GROUPS_=
  line=$(getent passwd -- "$1") || { NOW=absent; return 0; }
  IFS=: read -r _ _ UID_ _ COMMENT HOME_ SHELL_ <<LINE
$line
LINE
  PRIMARY=$(id -gn -- "$1")
  GROUPS_=
  for g in $(id -Gn -- "$1"); do [ "$g" = "$PRIMARY" ] || GROUPS_="$GROUPS_$g$NL"; done
  GROUPS_=$(printf %s "$GROUPS_" | sort | tr '\n' ',')
  GROUPS_=${GROUPS_%,}
  NOW="$UID_:$PRIMARY:$GROUPS_:$COMMENT:$HOME_:$SHELL_"
}

# Groups are a sorted list with commas; `*` asks for nothing, as an empty word does elsewhere.
user_put() { # how name existing expected had uid group groups comment home shell system make_home
  how=$1 name=$2 existing=$3 expected=$4 had=$5
  shift 5
  user_state "$name"
  [ "$3" != '*' ] || set -- "$1" "$2" "$GROUPS_" "$4" "$5" "$6" "$7" "$8"
  same=
  [ "$NOW" != absent ] && [ "${1:-$UID_}" = "$UID_" ] && [ "${2:-$PRIMARY}" = "$PRIMARY" ] &&
    [ "$3" = "$GROUPS_" ] && [ "$4" = "*" -o "$4" = "$COMMENT" ] &&
    [ "${5:-$HOME_}" = "$HOME_" ] && [ "${6:-$SHELL_}" = "$SHELL_" ] && same=1
  account_may "$how" "$existing" "$expected" "$had" "$NOW" || return
  [ -z "$same" ] || return 0
  comment=$4
  [ "$comment" != '*' ] || comment=$COMMENT
  if [ "$NOW" = absent ]; then
    user_make "$name" "$1" "$2" "$3" "$comment" "$5" "$6" "$7" "$8" && { TOUCHED=1; return 0; }
  else
    user_keep && user_change "$name" "$1" "$2" "$3" "$comment" "$5" "$6" &&
      { TOUCHED=1; return 0; }
  fi
  last_words
  fail account "$WORDS"
}

user_make() { # name uid group groups comment home shell system make_home
  home=${6:-/home/$1}
  [ -z "$9" ] || [ -e "$home" ] || : >"$O/home"
  run "$LIMIT" useradd ${2:+-u "$2"} ${3:+-g "$3"} ${4:+-G "$4"} -c "$5" -d "$home" \
    ${7:+-s "$7"} ${8:+-r} "$([ -n "$9" ] && echo -m || echo -M)" -- "$1"
}

user_change() { # name uid group groups comment home shell
  run "$LIMIT" usermod ${2:+-u "$2"} ${3:+-g "$3"} -G "$4" -c "$5" ${6:+-d "$6"} ${7:+-s "$7"} -- "$1"
}

# A user that was there before gets back what it had.
user_keep() {
  [ "$BEFORE" = equal ] || return 0
  WORDS=$( { printf '%s\n' "$NOW" >"$O/original" && sync "$O/original"; } 2>&1) || return 1
  manifest taken
}

user_put_tell() {
  user_state "$2"
  emit "tell $TOKEN state $NOW"
  emit "tell $TOKEN before $BEFORE"
}

user_drop() { # name had
  user_state "$1"
  [ "$NOW" != absent ] || return 0
  case ${BEFORE:-$2} in
    absent) user_remove "$1" ;;
    taken)
      [ -f "$O/original" ] || return 0
      IFS=: read -r uid group groups comment home shell <"$O/original"
      user_change "$1" "$uid" "$group" "$groups" "$comment" "$home" "$shell" && return 0
      last_words
      fail account "$WORDS"
      ;;
  esac
}

user_remove() { # name
  flag=
  [ ! -e "$O/home" ] || flag=-r
  for pause in 0 1 2 3; do
    sleep "$pause"
    run "$LIMIT" userdel $flag -- "$1" && return 0
    last_words
    case $WORDS in *"currently used by process"*) ;; *) break ;; esac
    # Only a session of systemd's is ended; a program that runs on is the owner's business.
    loginctl terminate-user "$1" 2>/dev/null
  done
  getent passwd -- "$1" || return 0
  fail account "$WORDS"
}

# The user's file of keys: KEYS, and the line in it that holds the key, if any.
key_state() { # user blob
  NOW=absent KEYS= LINE=
  entry=$(getent passwd -- "$1") || { fail no_user; return; }
  KEYS=${entry%:*} KEYS=${KEYS##*:}/.ssh/authorized_keys
  [ -f "$KEYS" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    case " $line " in *" $2 "*) NOW=$line LINE=$line ;; esac
  done <"$KEYS"
}

key_put() { # how user existing expected had blob line
  key_state "$2" "$6" || return
  same=
  [ "$NOW" = "$7" ] && same=1
  account_may "$1" "$3" "$4" "$5" "$NOW" || return
  [ -z "$same" ] || return 0
  if [ "$BEFORE" = equal ]; then
    WORDS=$( { printf '%s\n' "$LINE" >"$O/original"; } 2>&1) || { CODE=records; return 1; }
    manifest taken || return
  fi
  key_write "$2" "$6" "$7"
}

key_write() { # user blob line
  made=$L/keys-of-$1 ssh=${KEYS%/*}
  [ -d "${ssh%/*}" ] || { fail no_home; return; }
  [ -d "$ssh" ] || printf 'dir\n' >>"$made"
  [ -e "$KEYS" ] || printf 'file\n' >>"$made"
  WORDS=$( { { [ -d "$ssh" ] || { mkdir -m 700 -- "$ssh" && chown "$1:" -- "$ssh"; }; } &&
    key_lines "$2" "$3" >"$L/output" && key_replace "$1"; } 2>&1) && { TOUCHED=1; return 0; }
  fail write "$WORDS"
}

# All lines but the one with the key, then the new one.
key_lines() { # blob line
  if [ -f "$KEYS" ]; then
    while IFS= read -r line || [ -n "$line" ]; do
      case " $line " in *" $1 "*) ;; *) printf '%s\n' "$line" ;; esac
    done <"$KEYS"
  fi
  [ -z "$2" ] || printf '%s\n' "$2"
}

# The directory is the user's: nothing in it is followed or trusted.
key_replace() { # user
  tmp=${KEYS%/*}/.landfall-$OBJECT mode=600
  rm -f -- "$tmp"
  [ ! -f "$KEYS" ] || mode=$(stat -c %a -- "$KEYS")
  set -C
  { chown "$1:" /proc/self/fd/4 && cat "$L/output" >&4 && chmod "$mode" /proc/self/fd/4 &&
    sync "$tmp"; } 4>"$tmp" && mv -f -T -- "$tmp" "$KEYS"
  rc=$?
  set +C
  rm -f -- "$tmp" "$L/output"
  return "$rc"
}

key_put_tell() {
  key_state "$2" "$6"
  emit "tell $TOKEN state $NOW"
  emit "tell $TOKEN before $BEFORE"
}

key_drop() { # user blob had
  getent passwd -- "$1" || return 0
  key_state "$1" "$2" || return
  [ "$NOW" != absent ] || return 0
  back=
  case ${BEFORE:-$3} in
    absent) ;;
    taken) [ ! -f "$O/original" ] || IFS= read -r back <"$O/original" ;;
    *) return 0 ;;
  esac
  WORDS=$( { key_lines "$2" "$back" >"$L/output" && key_replace "$1"; } 2>&1) ||
    { fail write "$WORDS"; return; }
  key_tidy "$1"
}

# An empty file or directory that was made for the keys goes with the last of them.
key_tidy() { # user
  made=$L/keys-of-$1
  [ -f "$made" ] && [ ! -s "$KEYS" ] || return 0
  while read -r what; do
    case $what in
      file) rm -f -- "$KEYS" ;;
      dir) dir=1 ;;
    esac
  done <"$made"
  [ -z "${dir:-}" ] || rmdir -- "${KEYS%/*}" 2>/dev/null
  dir=
  rm -f "$made"
}
