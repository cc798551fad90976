#!/usr/bin/env bash
# Makes a release: programs, archive, Debian packages, bill of materials, checksums, sizes.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
    cat <<'TEXT'
usage: packaging/release.sh [--bin DIR] [--out DIR]

  --bin DIR  take built programs from here instead of building them
  --out DIR  where the release goes; default: target/packages/release

The build is --release --locked (thin LTO, one codegen unit), with the paths of this computer
mapped away, so that the same sources and the same compiler give the same programs.
TEXT
}

fail() {
    printf 'release.sh: %s\n' "$*" >&2
    exit 1
}

target=${CARGO_TARGET_DIR:-$root/target}
bin="" out=$target/packages/release
while [[ $# -gt 0 ]]; do
    case $1 in
        -h | --help)
            usage
            exit 0
            ;;
        --bin | --out)
            [[ $# -gt 1 ]] || fail "$1 needs a value; see --help"
            if [[ $1 == --bin ]]; then bin=$2; else out=$2; fi
            shift
            ;;
        *) fail "there is no option $1; see --help" ;;
    esac
    shift
done

version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)
architecture=$(uname -m)
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct)
export SOURCE_DATE_EPOCH
name=sotto-$version-linux-$architecture

if [[ -z $bin ]]; then
    bin=$target/release
    (
        cd "$root"
        export RUSTFLAGS="--remap-path-prefix=$root=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
        cargo build --release --locked --workspace --bins
    )
fi
part=all
if [[ ! -x $bin/sotto-tray ]]; then
    part=engine
fi

rm -rf "$out"
mkdir -p "$out"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$root/packaging/install.sh" --bin "$bin" --destdir "$scratch/$name" --part "$part"
cp "$root/README.md" "$root/CHANGELOG.md" "$root"/LICENSE* "$scratch/$name/"
tar --directory="$scratch" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
    --create "$name" | gzip --best --no-name >"$out/$name.tar.gz"

if command -v dpkg-deb >/dev/null; then
    options=()
    if [[ $part == engine ]]; then
        options=(--engine-only)
    fi
    "$root/packaging/deb/build.sh" --bin "$bin" --out "$out" "${options[@]}" >/dev/null
fi
(cd "$root" && cargo metadata --locked --format-version 1 --filter-platform "$architecture-unknown-linux-gnu") |
    python3 "$root/packaging/sbom.py" >"$out/sotto-$version.cdx.json"
(cd "$out" && sha256sum -- * >SHA256SUMS)

echo "programs, stripped:"
(cd "$scratch/$name/usr/bin" && du --apparent-size --bytes -- *)
echo "release in $out:"
(cd "$out" && du --apparent-size --bytes -- *)
