# Units of systemd.

unit_state() { # name
  LOAD= ACTIVE= ENABLED= SUB= STALE=
  while IFS='=' read -r key value; do
    case $key in
      LoadState) LOAD=$value ;;
      ActiveState) ACTIVE=$value ;;
      SubState) SUB=$value ;;
      UnitFileState) ENABLED=$value ;;
      NeedDaemonReload) STALE=$value ;;
    esac
  done <<STATE
$(systemctl show --no-pager -p LoadState,ActiveState,SubState,UnitFileState,NeedDaemonReload \
    -- "$1" 2>/dev/null)
STATE
}

unit_is_enabled() { case $ENABLED in enabled | enabled-runtime) ;; *) return 1 ;; esac; }
unit_is_active() { case $ACTIVE in active | reloading | activating) ;; *) return 1 ;; esac; }

# Content `-` stands for a unit that others brought; enabled and running: yes, no, or empty.
unit_put() { # how name existing expected had sum content enabled running restart
  how=$1 name=$2 existing=$3 expected=$4 had=$5 sum=$6 content=$7 enabled=$8 running=$9
  shift 9
  restart=$1 p=/etc/systemd/system/$name
  unit_state "$name"
  if [ "$content" = - ]; then
    unit_of_others || return
  else
    unit_write || return
  fi
  # An interrupted change is made up for: the file was written, the unit still runs the old one.
  [ -z "$restart" ] || : >"$O/restart"
  [ "$STALE" != yes ] || unit_reload "$name" || return
  unit_enable && unit_run && rm -f "$O/restart"
}

unit_of_others() {
  [ "$LOAD" != not-found ] || { fail no_unit; return; }
  [ -n "$BEFORE" ] || manifest equal && unit_keep_state
}

# Whether it was enabled and running before.
unit_keep_state() {
  [ ! -e "$O/state" ] || return 0
  was_enabled=no was_active=no
  unit_is_enabled && was_enabled=yes
  unit_is_active && was_active=yes
  WORDS=$( { printf '%s %s\n' "$was_enabled" "$was_active" >"$O/state"; } 2>&1) ||
    { CODE=records; return 1; }
}

unit_write() {
  file_state "$p"
  [ "$NOW" != other ] || { fail kind; return; }
  same=
  file_is "$sum" 644 '' '' && same=1
  "file_may_$how" || return
  case $BEFORE in equal | taken) unit_keep_state || return ;; esac
  [ -z "$same" ] || return 0
  if [ "$BEFORE" = equal ]; then file_keep "$p" && manifest taken || return; fi
  : >"$O/restart"
  file_write "$p" "$sum" 644 "$OWNER" "$GROUP" "$content" || return
  unit_reload "$name"
}

unit_reload() {
  run "$LIMIT" systemctl daemon-reload || { last_words; fail systemd "$WORDS"; return; }
  unit_state "$1"
}

unit_enable() {
  case $enabled in
    yes) unit_is_enabled || unit_do enable "$name" ;;
    no) ! unit_is_enabled || unit_do disable "$name" ;;
  esac
}

unit_run() {
  case $running in
    yes)
      if ! unit_is_active; then
        unit_start start
      elif [ -e "$O/restart" ]; then
        unit_start restart
      fi
      ;;
    no) ! unit_is_active || unit_do stop "$name" ;;
    *) [ ! -e "$O/restart" ] || ! unit_is_active || unit_start restart ;;
  esac
}

unit_do() { # verb name
  TOUCHED=1
  run "$LIMIT" systemctl "$1" -- "$2" && return 0
  last_words
  fail "unit_$1" "$WORDS"
}

# A simple service counts as started at once: whether it stays up, a moment tells.
unit_start() { # start|restart
  TOUCHED=1
  since=$(date +%s)
  systemctl reset-failed -- "$name" 2>/dev/null
  run "$LIMIT" systemctl "$1" -- "$name"
  rc=$?
  last_words
  if [ "$rc" = 0 ]; then
    sleep 0.4
    unit_state "$name"
    case $ACTIVE:$SUB in failed:* | activating:auto-restart) rc=1 ;; esac
  fi
  [ "$rc" != 0 ] || return 0
  # Its last words may still be on their way into the journal.
  timeout 5 journalctl --sync 2>/dev/null
  log=$(journalctl -u "$name" --since "@$since" -n 20 --no-pager -o cat 2>/dev/null)
  fail unit_start "$WORDS$NL$log"
}

unit_put_tell() {
  if [ "$7" = - ]; then NOW=others; else file_state "/etc/systemd/system/$2"; fi
  emit "tell $TOKEN state $NOW"
  emit "tell $TOKEN before $BEFORE"
}

unit_drop() { # name on_destroy expected had content
  name=$1 before=${BEFORE:-$4} p=/etc/systemd/system/$1
  unit_state "$name"
  file_state "$p"
  case $2:$before in
    keep:*) return 0 ;;
    delete:* | :absent | restore:absent)
      [ "$5" != - ] || return 0
      [ -z "$3" ] || [ "$NOW" = absent ] || [ "$NOW" = "$3" ] || { fail moved; return; }
      unit_remove
      ;;
    :taken | restore:taken)
      [ -z "$3" ] || [ "$NOW" = absent ] || [ "$NOW" = "$3" ] || act=restore file_was_restored ||
        { fail moved; return; }
      file_restore "$p" && unit_reload "$name" && unit_as_before
      ;;
    *) unit_as_before ;;
  esac
}

unit_remove() {
  [ "$LOAD" = not-found ] || run "$LIMIT" systemctl disable --now -- "$name"
  unit_state "$name"
  ! unit_is_active || { last_words; fail unit_stop "$WORDS"; return; }
  file_remove "$p" || return
  systemctl reset-failed -- "$name" 2>/dev/null
  unit_reload "$name"
}

unit_as_before() {
  [ "$LOAD" != not-found ] && [ -f "$O/state" ] || return 0
  read -r was_enabled was_active <"$O/state"
  enabled=$was_enabled
  unit_enable || return
  case $was_active in
    yes) unit_is_active || unit_do start "$name" ;;
    no) ! unit_is_active || unit_do stop "$name" ;;
  esac
}
