# Changes that can lock the owner out: put back by the host itself unless a new connection proves
# that it still lets its owner in.

guard() { # kind seconds unit paths...: of the operation that comes next
  GUARD=$1 PATIENCE=$2 GUARDED_UNIT=$3
  shift 3
  GUARDED=
  for path in "$@"; do
    case $path in
      keys:*)
        home=$(getent passwd -- "${path#keys:}") || continue
        home=${home%:*} path=${home##*:}/.ssh/authorized_keys
        ;;
    esac
    GUARDED=$GUARDED$path$NL
  done
}

# Does the guarded operation. What its own tool refuses, or what does not take effect, is put back
# at once; without a change there is nothing to be proven.
guarded() {
  G=$D/armed
  guard_check
  sound=$? broken=$WORDS WORDS=
  guard_arm || return
  if "$FN" "$@"; then
    if [ -z "$TOUCHED" ]; then
      rm -rf "$G"
      guard_unboot
      return 0
    fi
    guard_hold && return 0
  fi
  [ ! -d "$G" ] || /bin/sh "$G/back.sh" "$D" now 3>&- 9>&-
  TOUCHED=
  return 1
}

# The before-image, whole before it is armed; then the process that puts it back.
guard_arm() {
  [ "$LIMIT" -le 60 ] || LIMIT=60
  WORDS=$(guard_image 2>&1 3>&- 9>&-) || { rm -rf "$G.new"; CODE=records; return 1; }
  emit "armed $TOKEN"
  [ "$PATIENCE" != 0 ] || return 0
  guard_boot 2>/dev/null
  if [ -d /run/systemd/system ] && systemd-run --quiet --collect \
    --unit="landfall-armed-$TOKEN" /bin/sh "$G/back.sh" "$D" wait 3>&- 9>&-; then
    return 0
  fi
  setsid /bin/sh "$G/back.sh" "$D" wait </dev/null >/dev/null 2>&1 3>&- 9>&- &
}

# A host that starts anew while it is armed puts back before it has a network, let alone an sshd.
guard_boot() {
  [ -d /run/systemd/system ] || return 0
  at=$(printf %s "$G/back.sh" | sed 's/[\\"]/\\&/g; s/%/%%/g; s/[$]/$$/g')
  with=$(printf %s "$D" | sed 's/[\\"]/\\&/g; s/%/%%/g; s/[$]/$$/g')
  cat >"$BOOT.new" <<UNIT
[Unit]
Description=Put back a change by Landfall that nothing proved
Before=network-pre.target ssh.service ssh.socket
Wants=network-pre.target

[Service]
Type=oneshot
ExecStart=/bin/sh "$at" "$with" boot

[Install]
WantedBy=multi-user.target
UNIT
  chmod 644 "$BOOT.new" && mv -f "$BOOT.new" "$BOOT" && ln -sf "$BOOT" "$BOOT_WANTS" &&
    sync "$BOOT" "${BOOT_WANTS%/*}"
}

guard_image() {
  rm -rf "$G.new" && mkdir -p -m 700 "$G.new" || return
  guard_script >"$G.new/back.sh"
  printf '%s\n' "$R" >"$G.new/record"
  printf '%s\n' "$O" >"$G.new/object.path"
  printf '%s\n' "$GUARD" >"$G.new/kind"
  guard_deadline $((LIMIT + PATIENCE)) >"$G.new/deadline"
  [ ! -d "$O" ] || cp -a -- "$O" "$G.new/object" || return
  printf %s "$GUARDED" >"$G.new/paths"
  # What was changed before and takes effect only by this unit.
  if [ -n "$GUARDED_UNIT" ]; then
    cat "$L/dormant.$GUARD/paths" >>"$G.new/paths" 2>/dev/null
    unit_state "$GUARDED_UNIT"
    printf '%s %s %s\n' "$GUARDED_UNIT" "${ENABLED:--}" "${ACTIVE:--}" >"$G.new/unit"
  fi
  n=0
  while IFS= read -r path; do
    n=$((n + 1))
    was=$path
    if [ -n "$GUARDED_UNIT" ] && line=$(grep -nxF -- "$path" "$L/dormant.$GUARD/paths"); then
      was=$L/dormant.$GUARD/${line%%:*}
    fi
    if [ -d "$was" ] && [ ! -L "$was" ]; then
      stat -c '%a %u:%g' -- "$was" >"$G.new/$n.dir" || return
    elif [ -e "$was" ] || [ -L "$was" ]; then
      cp -a -- "$was" "$G.new/$n" || return
    fi
  done <"$G.new/paths"
  case $GUARD in
    nftables) ! command -v nft >/dev/null || nft list ruleset >"$G.new/ruleset" || return ;;
    sshd_unit)
      for service in ssh.socket ssh.service; do
        ! systemctl -q is-active "$service" || printf '%s\n' "$service"
      done >"$G.new/active"
      ;;
    ufw)
      for tool in iptables ip6tables; do
        ! command -v "$tool-save" >/dev/null || "$tool-save" >"$G.new/$tool" || return
      done
      ;;
  esac
  sync "$G.new"/* && mv -T "$G.new" "$G"
}

# Seconds since the machine started: a clock that is set does not move it, and a new start ends it.
guard_deadline() { # seconds from now
  read -r up _ </proc/uptime
  printf '%s %s\n' "$((${up%%.*} + $1))" "$(cat /proc/sys/kernel/random/boot_id)"
}

# After the change: checked, in effect, and waiting for its proof.
guard_hold() {
  if ! guard_check; then
    # What was broken before may be mended by more than one change; it is not put in effect.
    [ "$sound" != 0 ] || { fail "check_$GUARD" "$WORDS"; return; }
    WORDS=$broken
  elif [ -z "$GUARDED_UNIT" ]; then
    WORDS=$(timeout -k 5 "$LIMIT" /bin/sh "$G/back.sh" "$D" effect 2>&1 3>&- 9>&-) ||
      { fail "effect_$GUARD" "$WORDS"; return; }
  fi
  if [ "$PATIENCE" = 0 ]; then guard_proven; rm -rf "$G.proven"; return 0; fi
  guard_deadline "$PATIENCE" >"$G/deadline.new" && mv -f "$G/deadline.new" "$G/deadline"
}

# The tool's own verdict of its configuration.
guard_check() {
  case $GUARD in
    sshd | sshd_unit)
      command -v sshd >/dev/null || return 0
      [ -d /run/sshd ] || mkdir -m 755 /run/sshd 2>/dev/null
      WORDS=$(sshd -t 2>&1 3>&- 9>&-)
      ;;
    sudoers) ! command -v visudo >/dev/null || WORDS=$(visudo -c 2>&1 3>&- 9>&-) ;;
    nftables)
      ! command -v nft >/dev/null || [ ! -f /etc/nftables.conf ] ||
        WORDS=$(nft -c -f /etc/nftables.conf 2>&1 3>&- 9>&-)
      ;;
    netplan) ! command -v netplan >/dev/null || WORDS=$(netplan generate 2>&1 3>&- 9>&-) ;;
  esac
}

# It is decided: from here on nothing puts it back.
guard_proven() {
  mv -T "$G" "$G.proven" || return
  guard_unboot
  if [ -n "$GUARDED_UNIT" ]; then rm -rf "$L/dormant.$GUARD"; return 0; fi
  case $GUARD in ifupdown | nftables | networkd) ;; *) return 0 ;; esac
  /bin/sh "$G.proven/back.sh" "$D" live || [ -e "$L/dormant.$GUARD" ] ||
    mv -T "$G.proven" "$L/dormant.$GUARD"
  return 0
}

# The same operation once more, over a new connection: that proves it.
prove() { # object's words as of `op`
  op_is "$@"
  shift 6
  G=$D/armed
  case $STATUS in
    trial) guard_proven 2>/dev/null && conclude "$@" && return ;;
    done) finish "$@"; return ;;
    start) unprove_now ;;
  esac
  emit "fail $TOKEN put_back untouched"
}

# Nobody came in: put back now rather than later.
unprove() {
  op_is "$@"
  G=$D/armed
  unprove_now
  emit "fail $TOKEN put_back untouched"
}

unprove_now() { [ ! -d "$G" ] || /bin/sh "$G/back.sh" "$D" now 3>&- 9>&-; }

# What the process runs that puts back. It needs nothing but itself and the before-image.
guard_script() {
  cat <<'BACK'
# Put there by Landfall: puts back a change that no new connection proved. It goes by itself.
D=$1 G=$1/armed
umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
due() {
  { read -r at boot <"$G/deadline"; } 2>/dev/null || return 0
  [ "$boot" = "$(cat /proc/sys/kernel/random/boot_id)" ] || return 0
  read -r up _ </proc/uptime
  [ "${up%%.*}" -ge "$at" ]
}
unit() { [ -d /run/systemd/system ] && systemctl "$@"; }
live() {
  case $kind in
    sshd) unit -q is-active ssh.service || unit -q is-active sshd.service || [ -f /run/sshd.pid ] ;;
    nftables) unit -q is-active nftables.service ;;
    ufw) ufw status 2>/dev/null | grep -q '^Status: active' ;;
    networkd) unit -q is-active systemd-networkd.service ;;
    sshd_unit) [ -n "$was" ] ;;
    netplan) command -v netplan >/dev/null ;;
    *) return 1 ;;
  esac
}
effect() {
  live || return 0
  case $kind in
    sshd)
      if unit -q is-active ssh.service; then systemctl reload ssh.service
      elif unit -q is-active sshd.service; then systemctl reload sshd.service
      else kill -HUP "$(cat /run/sshd.pid)"; fi
      ;;
    sshd_unit)
      systemctl daemon-reload || return
      for service in $was; do systemctl restart "$service" || return; done
      ;;
    nftables) systemctl reload nftables.service ;;
    ufw) ufw reload ;;
    networkd) networkctl reload ;;
    netplan) netplan apply ;;
  esac
}
here=${0%/*}
read -r kind <"$here/kind"
was=$(cat "$here/active" 2>/dev/null) now=
case $2 in
  boot)
    # What takes effect by itself now that the machine starts must not be waited for.
    now=--no-block kind=boot
    ;;
  effect) effect; exit ;;
  live) live; exit ;;
  wait)
    while [ -d "$G" ] && ! due; do sleep 1; done
    exec 9>>"$D/lock"
    flock -w 90 9
    # What was proven while this waited for the lock has another deadline, or is gone.
    [ ! -d "$G" ] || due || exec /bin/sh "$0" "$D" wait 9>&-
    ;;
esac
mv -T "$G" "$G.back" 2>/dev/null || [ -d "$G.back" ] || exit 0
B=$G.back n=0
while IFS= read -r path; do
  n=$((n + 1))
  if [ -f "$B/$n.dir" ]; then
    read -r mode owner <"$B/$n.dir"
    [ -d "$path" ] || mkdir "$path"
    chown "$owner" "$path"; chmod "$mode" "$path"
  elif [ -e "$B/$n" ] || [ -L "$B/$n" ]; then
    cp -a "$B/$n" "$path.landfall-back" && mv -f -T "$path.landfall-back" "$path"
  elif [ -d "$path" ]; then rmdir "$path"
  else rm -f "$path"; fi
done <"$B/paths"
sync
[ ! -f "$B/ruleset" ] || { echo 'flush ruleset'; cat "$B/ruleset"; } | nft -f -
for tool in iptables ip6tables; do [ ! -f "$B/$tool" ] || "$tool-restore" <"$B/$tool"; done
if [ -f "$B/unit" ]; then
  read -r name enabled active <"$B/unit"
  systemctl daemon-reload
  # shellcheck disable=SC2086 # one word or none
  case $enabled in enabled) systemctl enable "$name" ;; disabled) systemctl disable "$name" ;; esac
  case $active in
    active | reloading | activating) systemctl reset-failed "$name"; systemctl $now restart "$name" ;;
    *) systemctl $now stop "$name" ;;
  esac
  [ ! -f "$B/ruleset" ] || { echo 'flush ruleset'; cat "$B/ruleset"; } | nft -f -
else
  effect
fi
read -r O <"$B/object.path"
rm -rf "$O"
[ ! -d "$B/object" ] || cp -a "$B/object" "$O"
read -r R <"$B/record"
[ ! -f "$R" ] || echo put_back >>"$R"
rm -rf "$B"
rm -f /etc/systemd/system/landfall-armed.service \
  /etc/systemd/system/multi-user.target.wants/landfall-armed.service
[ -z "$now" ] || systemctl daemon-reload
BACK
}
