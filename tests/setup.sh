# Sourced by the scripts: says what is missing, and installs it where it can.

# packages NAME…: Debian packages, installed where root may.
packages() {
  missing=""
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" ||
      missing="$missing $package"
  done
  [ -z "$missing" ] && return 0
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "missing Debian packages:$missing (install them as root: apt-get install$missing)" >&2
    return 1
  fi
  echo "installing Debian packages:$missing"
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing \
    >/dev/null 2>&1 || {
    apt-get update -qq &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
  }
}

# What a build needs beside Rust: a C compiler, for SQLite and the cryptography of SSH.
BUILD_PACKAGES="gcc libc6-dev"
# What sandbox machines need.
MACHINE_PACKAGES="systemd-container mmdebstrap iproute2 nftables openssh-client"
# What the tests talk to.
TEST_PACKAGES="openssh-server sudo curl openssl"

# Where cargo puts what it builds.
target_dir() {
  echo "${CARGO_TARGET_DIR:-$(pwd)/target}"
}
