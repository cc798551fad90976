#!/usr/bin/env bash
# Makes a release: programs, archive, Debian and RPM packages, bill of materials, checksums, sizes.
set -euo pipefail
# shellcheck source=packaging/recipe.sh
source "$(dirname "${BASH_SOURCE[0]}")/recipe.sh"

usage() {
    cat <<'TEXT'
usage: packaging/release.sh [--bin DIR] [--out DIR]

  --bin DIR  take built programs from here instead of building them
  --out DIR  where the release goes; default: target/packages/release

The build is --release --locked (thin LTO, one codegen unit), with the paths of this computer
mapped away, so that the same sources and the same compiler give the same programs.
TEXT
}

target=${CARGO_TARGET_DIR:-$root/target}
bin="" out=$packages/release
read_options bin= out= -- "$@"

architecture=$(uname -m)
set_time
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

options=()
if [[ $part == engine ]]; then
    options=(--engine-only)
fi
if command -v dpkg-deb >/dev/null; then
    "$root/packaging/deb/build.sh" --bin "$bin" --out "$out" "${options[@]}" >/dev/null
fi
if command -v rpmbuild >/dev/null; then
    "$root/packaging/rpm/build.sh" --bin "$bin" --out "$out" "${options[@]}" >/dev/null
    rm "$out/rpm.log"
fi
(cd "$root" && cargo metadata --locked --format-version 1 --filter-platform "$architecture-unknown-linux-gnu") |
    python3 "$root/packaging/sbom.py" >"$out/sotto-$version.cdx.json"
(cd "$out" && sha256sum -- * >SHA256SUMS)

echo "programs, stripped:"
(cd "$scratch/$name/usr/bin" && du --apparent-size --bytes -- *)
echo "release in $out:"
(cd "$out" && du --apparent-size --bytes -- *)
