# Carries out operations in the given order, each recorded before and after.

# The lock, and the epoch of the lease: a lower one than the last seen is refused.
enter() { # lineage epoch seconds [proof]
  LINEAGE=$1 EPOCH=$2 L=$D/$1
  lock "$3" "${4:-}" || { refuse_all "$?"; exit 0; }
  WORDS=$(mkdir -p "$L/ops" "$L/objects" 2>&1) || { refuse_all 2; exit 0; }
  last=0
  [ -f "$L/epoch" ] && read -r last <"$L/epoch"
  [ "$EPOCH" -ge "$last" ] || { emit "refused epoch $(b64 "$last")"; leave; exit 0; }
  if [ "$EPOCH" -gt "$last" ]; then
    WORDS=$( { printf '%s\n' "$EPOCH" >"$L/epoch.new" && sync "$L/epoch.new" &&
      mv -f "$L/epoch.new" "$L/epoch"; } 2>&1) || { refuse_all 2; leave; exit 0; }
  fi
  find "$L/ops" -type f -mtime +30 -exec rm -f {} + 2>/dev/null
  OWNERS=$NL$(cat "$D"/*/objects/*/manifest 2>/dev/null)$NL
}

refuse_all() { # code of lock
  case $1 in
    1) emit "refused locked" ;;
    *)
      why_not
      emit "refused records $(b64 "$WORDS")"
      ;;
  esac
}

# A lineage without objects leaves nothing behind, and the last one takes the directory along.
leave() {
  rm -f "$L/output"
  [ -z "${DROPPED:-}" ] || forget_vanished "$L"/objects/*
  rmdir "$L/objects" 2>/dev/null && rm -rf "$L"
  for lineage in "$D"/*/; do [ -d "$lineage" ] && return 0; done
  rm -f "$D/lock"
  rmdir "$D" 2>/dev/null
}

# What somebody took away by hand is never deleted by Landfall: its record goes with the others,
# unless the way back to what was there before is in it.
forget_vanished() { # directories of objects
  for object in "$@"; do
    { read -r _ _ before _ place <"$object/manifest"; } 2>/dev/null || continue
    [ "$before" = taken ] || ! vacant "$place" "$object" || rm -rf "$object"
  done
}

# The same for some that are known to be gone.
vanished() { # objects
  for gone in "$@"; do forget_vanished "$L/objects/$gone"; done
}

# Whether nothing stands at a place any more.
vacant() { # place object's directory
  name=${1#*:}
  case $name in *\\0*) name=$(printf '%b' "$name") ;; esac
  case $1 in
    path:*) [ ! -e "$name" ] && [ ! -L "$name" ] ;;
    group:*) ! getent group -- "$name" ;;
    user:*) ! getent passwd -- "$name" ;;
    package:*) ! dpkg-query -W -f '${db:Status-Abbrev}' -- "$name" 2>/dev/null | grep -q '^[hi]i' ;;
    unit:*) ! systemctl cat -- "$name" 2>/dev/null ;;
    key:*)
      home=$(getent passwd -- "${name%% *}") || return 0
      home=${home%:*}
      ! grep -qF -- "${name#* }" "${home##*:}/.ssh/authorized_keys" 2>/dev/null
      ;;
    object:*) { IFS= read -r path <"$2/creates"; } 2>/dev/null && [ ! -e "$path" ] ;;
    *) return 1 ;;
  esac
}

# Why the operation fails: a code for Landfall and the host's own words.
fail() { CODE=$1 WORDS=${2:-}; return 1; }

# Runs a program, its output kept where only root reads it. Nothing it leaves behind in the
# background holds the lock or the protocol.
run() { # seconds program arguments...
  limit=$1
  shift
  timeout -k 10 "$limit" "$@" >"$L/output" 2>&1 3>&- 9>&- </dev/null
}
last_words() { WORDS=$(tail -c 3000 "$L/output" 2>/dev/null); }

op_is() { # token object type place seconds function
  TOKEN=$1 OBJECT=$2 TYPE=$3 PLACE=$4 LIMIT=$5 FN=$6
  R=$L/ops/$TOKEN O=$L/objects/$OBJECT CODE= WORDS= BEFORE= TOUCHED= FRESH= STATUS=
  [ ! -f "$R" ] || while read -r word rest; do STATUS=$word; done <"$R"
}

op() { # token object type place seconds function arguments...
  op_is "$@"
  shift 6
  # Whoever asked is gone: what was not begun stays undone.
  emit "start $TOKEN" || { leave; exit 0; }
  case $STATUS in
    done) finish "$@"; return ;;
    start) case $FN in command_*) emit "fail $TOKEN unclear unknown"; return ;; esac ;;
    failed) case $FN in command_*) emit "fail $TOKEN failed_before touched"; return ;; esac ;;
  esac
  if claim && begin && if [ -z "${GUARD:-}" ]; then "$FN" "$@"; else guarded "$@"; fi; then
    if [ -n "${GUARD:-}" ] && [ -d "$D/armed" ]; then
      printf 'trial\n' >>"$R"
      emit "trial $TOKEN"
    else
      conclude "$@"
    fi
  else
    give_up "$@"
  fi
}

# It is done, and its record says so before anybody hears of it.
conclude() {
  printf 'done\n' >>"$R"
  rm -rf "$D/armed.proven"
  case $FN in
    *_drop | *_undo) rm -rf "$O" && DROPPED=1 ;;
    *) : >"$O/ready" ;;
  esac
  finish "$@"
}

finish() {
  [ -n "$BEFORE" ] || { read -r _ _ BEFORE _ <"$O/manifest"; } 2>/dev/null
  case $FN in *_drop | *_undo) ;; *) [ -d "$O" ] && "${FN}_tell" "$@" ;; esac
  emit "done $TOKEN"
}

# The shell's own words for records that can't be written say no more than "I/O error".
why_not() {
  at=$D
  [ -d "$at" ] || at=${D%/*}/
  WORDS=$WORDS$NL$( { cp /proc/self/status "$at/.probe" && rm -f "$at/.probe"; } 2>&1)
  rm -f "$at/.probe"
  WORDS=$WORDS$NL$(df -h -- "$at" 2>&1)
}

give_up() {
  case $CODE:$WORDS in records:* | *"I/O error"*) why_not ;; esac
  if [ -n "$TOUCHED" ]; then
    printf 'failed\n' >>"$R"
    emit "fail $TOKEN $CODE touched $(b64 "$WORDS")"
  else
    rm -f "$R"
    # A package that was to come along with others was written down before its turn.
    case $FN:${1:-} in package_put:create) [ -e "$O/ready" ] || FRESH=1 ;; esac
    [ -z "$FRESH" ] || rm -rf "$O"
    emit "fail $TOKEN $CODE untouched $(b64 "$WORDS")"
  fi
}

# Whose the place is. An object of this lineage that was begun and never finished, or whose thing
# somebody took away, leaves it to the next, with what was there before.
claim() {
  case $OWNERS in *" $PLACE$NL"*) ;; *) return 0 ;; esac
  owner=${OWNERS%%" $PLACE$NL"*}
  owner=${owner##*"$NL"}
  # shellcheck disable=SC2086 # lineage object before type, none with a blank in it
  set -- $owner
  if [ "$1/$2" = "$LINEAGE/$OBJECT" ]; then
    BEFORE=$3
  elif [ "$1" = "$LINEAGE" ] && [ ! -e "$O" ] &&
    { [ ! -e "$L/objects/$2/ready" ] || vacant "$PLACE" "$L/objects/$2"; }; then
    WORDS=$(mv "$L/objects/$2" "$O" 2>&1) || { CODE=records; return 1; }
    OWNERS=${OWNERS%%"$NL$owner $PLACE$NL"*}$NL${OWNERS#*"$NL$owner $PLACE$NL"}
    manifest "$3"
  else
    fail owned "$owner"
  fi
}

# The operation's start, durable before anything is changed.
begin() {
  old=
  [ -f "$O/token" ] && read -r old <"$O/token"
  [ -z "$old" ] || [ "$old" = "$TOKEN" ] || rm -f "$L/ops/$old"
  WORDS=$( { printf 'start %s %s %s\n' "$$" "$OBJECT" "$TYPE" >>"$R" && sync "$R"; } 2>&1) ||
    { rm -f "$R"; CODE=records; return 1; }
}

# What was there before, durable before it is changed.
manifest() { # before
  [ -d "$O" ] || FRESH=1
  line="$LINEAGE $OBJECT $1 $TYPE $PLACE"
  WORDS=$( { { [ -d "$O" ] || mkdir "$O"; } && printf '%s\n' "$line" >"$O/manifest.new" &&
    printf '%s\n' "$TOKEN" >"$O/token" && sync "$O/manifest.new" "$O/token" &&
    mv -f "$O/manifest.new" "$O/manifest"; } 2>&1) || { CODE=records; return 1; }
  BEFORE=$1
  case $OWNERS in *"$NL$line$NL"*) ;; *) OWNERS=$OWNERS$line$NL ;; esac
}
