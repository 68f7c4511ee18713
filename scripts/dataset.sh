#!/usr/bin/env bash
# Fetches real keys: the index of all files in Debian's packages, about 7 million lines, as TSV
# (path of the file, packages that hold it). Prints the name of the file on stdout.
#
#   scripts/dataset.sh             fetches it once, into the cache folder of the user
#   scripts/dataset.sh --refresh   fetches it anew
#
# It needs Debian or a system like it: apt-get, and apt-file, which it installs if it may.
set -euo pipefail

say() { echo "dataset.sh: $*" >&2; }
die() {
  say "$*"
  exit 1
}

cache=${XDG_CACHE_HOME:-${HOME:?HOME is not set: it holds the cache folder}/.cache}/keymill
file=$cache/debian-contents.tsv
case ${1:-} in
"") [ -s "$file" ] && echo "$file" && exit 0 ;;
--refresh) ;;
*) die "unknown argument $1: only --refresh is known" ;;
esac

command -v apt-get >/dev/null || die "apt-get is missing: the index comes from Debian's package servers, which only apt reads.
  On another system, any TSV file of keys and values serves as well."
as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || die "apt-file update writes to apt's folders: run this as root, or install sudo"
  as_root=(sudo)
fi
if ! command -v apt-file >/dev/null; then
  say "installing apt-file"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y apt-file >&2 ||
    { "${as_root[@]}" apt-get update -qq >&2 && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y apt-file >&2; } ||
    die "apt-file cannot be installed: see what apt-get said"
fi

say "fetching the index (about 60 MB)"
"${as_root[@]}" apt-file update >&2 || die "apt-file update failed: see what it said; is the network there?"
names=$(apt-get indextargets --format '$(FILENAME)' 'Created-By: Contents-deb')
mapfile -t lists <<<"$names"
[ "$names" ] || die "apt-file update fetched no Contents list: does /etc/apt have a Debian source?"

# A line is a path, white space, and the packages with commas between them; the path may have
# spaces, and stands without the leading slash.
mkdir -p "$cache"
part=$(mktemp "$cache/part.XXXXXX")
trap 'rm -f "$part"' EXIT
for list in "${lists[@]}"; do
  /usr/lib/apt/apt-helper cat-file "$list"
done | LC_ALL=C sed -E 's/[[:space:]]+([^[:space:]]+)$/\t\1/' >"$part"
[ -s "$part" ] || die "the Contents lists are empty: run with --refresh later"
mv "$part" "$file"
say "$(wc -l <"$file") keys"
echo "$file"
