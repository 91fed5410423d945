# What ssh_facts tells of a host: a line of name and value each.

look_facts() {
  section facts
  fact kernel "$(uname -r)"
  fact arch "$(uname -m)"
  fact hostname "$(uname -n)"
  fact cpus "$(nproc 2>/dev/null)"
  fact init "$(cat /proc/1/comm 2>/dev/null)"
  while read -r name value _; do
    case $name in MemTotal:) fact memory "$value" ;; esac
  done </proc/meminfo
  while IFS='=' read -r name value; do
    value=${value#\"} value=${value%\"}
    case $name in ID) fact os "$value" ;; VERSION_ID) fact version "$value" ;; esac
  done </etc/os-release
  look_addresses
}

fact() { printf '%s %s\n' "$1" "$2" >&3; }

# Minimal machines have no iproute2.
look_addresses() {
  if command -v ip >/dev/null; then
    ip -o addr show scope global | while read -r _ _ _ address _; do
      fact address "${address%%/*}"
    done
  else
    for address in $(hostname -I 2>/dev/null); do fact address "$address"; done
  fi
}
