# Debian packages.

apt_get() { # arguments...
  run "$LIMIT" env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l NEEDRESTART_SUSPEND=1 \
    apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef \
    -o Dpkg::Options::=--force-confold -o APT::Keep-Downloaded-Packages=false "$@"
}

package_state() { # name
  NOW=$(dpkg-query -W -f '${db:Status-Abbrev}${Version}\n' -- "$1" 2>/dev/null)
  case $NOW in
    ii* | hi*) NOW=${NOW#???} ;;
    *) NOW=absent ;;
  esac
  NOW=${NOW%%"$NL"*}
}

package_list() { dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | sed -n 's/^[hi]i  *//p' | sort -u; }

# Installs; the lists of what there is are fetched where they are missing or too old.
package_install() { # name[=version]...
  package_list >"$L/packages.before"
  package_entries >"$L/entries.before"
  [ -n "${FETCHED:-}" ] || ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 || package_fetch
  package_apt_install "$@"
  rc=$?
  if [ "$rc" != 0 ] && [ -z "${FETCHED:-}$WAY" ]; then
    last_words
    case $WORDS in
      *"Unable to locate"* | *"no installation candidate"* | *"was not found"* | *404* | *"Failed to fetch"*)
        package_fetch
        package_apt_install "$@"
        rc=$?
        ;;
    esac
  fi
  last_words
  new=$(package_list | comm -13 "$L/packages.before" -)
  [ -z "$new" ] || printf '%s\n' "$new" >>"$L/packages"
  package_trees "$new"
  rm -f "$L/packages.before" "$L/entries.before"
  return "$rc"
}

package_apt_install() { # name[=version]...
  WAY=$(package_way_in install --allow-downgrades -- "$@")
  [ -z "$WAY" ] || return 1
  apt_get install --allow-downgrades -- "$@"
}

# Packages that apt would take away though Landfall needs them.
package_way_in() { # apt-get's arguments
  case $WAYS_IN in *[!\ ]*) ;; *) return 0 ;; esac
  for other in $(package_would "$@"); do
    case $WAYS_IN in *" $other "*) printf '%s\n' "$other" ;; esac
  done
}

# What maintainer scripts make and never take away (nginx its /var/www) is noted as it was left.
# It goes with the last of the packages that came with it, if nobody has touched it.
package_entries() {
  printf '%s\n' /etc/* /opt/* /srv/* /var/* /var/lib/* /var/www/* | sort
}

package_trees() { # packages that are new
  [ -n "$1" ] || return 0
  package_entries | comm -13 "$L/entries.before" - | while IFS= read -r tree; do
    dpkg-query -S -- "$tree" >/dev/null 2>&1 || printf '%s %s\n' "$(package_tree "$tree")" "$tree"
  done >"$L/trees.new"
  [ ! -s "$L/trees.new" ] || { printf '%s\n' "$1" | tr '\n' ' '; echo; cat "$L/trees.new"; } \
    >"$L/trees.$TOKEN"
  rm -f "$L/trees.new"
}

package_tree() { # path
  find "$1" -xdev \( -type d -printf '%m %u %g %p\n' \) -o -printf '%m %u %g %s %T@ %p %l\n' |
    sort | sha256sum | cut -d ' ' -f 1
}

package_tidy() {
  for noted in "$L"/trees.*; do
    [ -f "$noted" ] || continue
    read -r names <"$noted"
    # shellcheck disable=SC2086 # names of packages have no blanks
    ! dpkg-query -W -f '${db:Status-Abbrev}\n' -- $names 2>/dev/null | grep -q '^[hi]i' || continue
    tail -n +2 "$noted" | while IFS= read -r line; do
      tree=${line#* }
      [ ! -e "$tree" ] || [ "$(package_tree "$tree")" != "${line%% *}" ] || rm -rf -- "$tree"
    done
    rm -f "$noted"
  done
}

package_fetch() {
  apt_get update
  FETCHED=1
}

# Several at once: each is written down as begun; then each is looked at by itself.
package_batch() { # token object name version...
  wanted=
  all_=
  while [ $# -ge 4 ]; do
    TOKEN=$1 OBJECT=$2 TYPE=ssh_package PLACE=package:$3 BEFORE= FRESH=
    R=$L/ops/$TOKEN O=$L/objects/$OBJECT
    package_state "$3"
    if [ "$NOW" = absent ] && [ ! -e "$R" ] && claim && begin && manifest "${BEFORE:-absent}"; then
      wanted="$wanted $3${4:+=$4}"
      all_=$((${all_:-0} + 1))
    fi
    shift 4
  done
  [ "${all_:-0}" -gt 1 ] || return 0
  # shellcheck disable=SC2086 # names and versions of packages have no blanks
  package_install $wanted
}

package_put() { # how name existing expected had version
  package_state "$2"
  same=
  [ "$NOW" != absent ] && [ "${6:-$NOW}" = "$NOW" ] && same=1
  account_may "$1" "$3" "$4" "$5" "$NOW" || return
  [ -z "$same" ] || return 0
  package_install "$2${6:+=$6}" && { TOUCHED=1; return 0; }
  [ -z "${WAY:-}" ] || { fail way_in "$WAY"; return; }
  was=$NOW words=$WORDS
  package_state "$2"
  [ "$NOW" = "$was" ] || TOUCHED=1
  case $words in
    *"Unable to locate"* | *"no installation candidate"*) fail no_package "$words" ;;
    *"was not found"*) fail no_version "$words" ;;
    *) fail apt "$words" ;;
  esac
}

package_put_tell() {
  package_state "$2"
  emit "tell $TOKEN state $NOW"
  emit "tell $TOKEN before $BEFORE"
}

package_drop() { # name had
  package_state "$1"
  [ "$NOW" != absent ] && [ "${BEFORE:-$2}" = absent ] || return 0
  package_remove "$1" || return
  others=$(package_unneeded)
  # shellcheck disable=SC2086 # names of packages have no blanks
  [ -z "$others" ] || apt_get purge -- $others
  package_tidy
  return 0
}

# Never more than what was installed for this: others may have come to need it.
package_remove() { # name
  would=$(package_would purge -- "$1")
  for other in $would; do
    case $WAYS_IN in *" $other "*) fail way_in "$other"; return ;; esac
    [ "$other" = "$1" ] || grep -qxF -- "$other" "$L/packages" 2>/dev/null ||
      { fail needed "$other"; return; }
  done
  apt_get purge -- "$1" && { TOUCHED=1; return 0; }
  last_words
  fail apt "$WORDS"
}

# What came along with a package of ours and is needed by none any more.
package_unneeded() {
  for other in $(package_would autoremove); do
    case $WAYS_IN in *" $other "*) continue ;; esac
    grep -qxF -- "$other" "$L/packages" 2>/dev/null && printf '%s\n' "$other"
  done
}

package_would() { # apt-get's arguments
  apt-get -s "$@" 2>/dev/null 3>&- 9>&- | sed -n 's/^\(Remv\|Purg\) \([^ ]*\).*/\2/p' | sort -u
}
