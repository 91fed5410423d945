# Commands that the configuration names. A command that was begun is never begun again.

command_run() { # creates check script
  if [ -n "$1" ] && { [ -e "$1" ] || [ -L "$1" ]; }; then manifest equal; return; fi
  manifest absent || return
  [ -z "$1" ] || printf '%s\n' "$1" >"$O/creates"
  if [ -n "$2" ] && command_feed "$2"; then manifest equal; return; fi
  TOUCHED=1
  command_feed "$3" && return 0
  rc=$?
  last_words
  case $rc in 124 | 137) fail timeout "$WORDS" ;; *) fail "exit_$rc" "$WORDS" ;; esac
}

# The text goes in by standard input; what it runs finds nothing there.
command_feed() { # script
  printf %s "$1" | timeout -k 10 "$LIMIT" /bin/sh -c 's=$(cat); exec </dev/null; eval "$s"' \
    >"$L/output" 2>&1 3>&- 9>&-
}

command_run_tell() { emit "tell $TOKEN before $BEFORE"; }

command_undo() { # had script
  [ "${BEFORE:-$1}" = absent ] || return 0
  TOUCHED=1
  command_feed "$2" && return 0
  rc=$?
  last_words
  fail "undo_$rc" "$WORDS"
}

# What changes nothing on the host but its record.
note_put() { manifest "${BEFORE:-${1:-absent}}"; }
note_put_tell() { emit "tell $TOKEN before $BEFORE"; }
note_drop() { return 0; }
