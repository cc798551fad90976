# Sotto for Nix: `nix-build -E '(import <nixpkgs> {}).callPackage ./packaging/nix/package.nix {}'`.
{ lib
, rustPlatform
, pkg-config
, python3
, alsa-lib
, webkitgtk_4_1
, withTray ? true
}:

rustPlatform.buildRustPackage {
  pname = "sotto";
  version = (lib.importTOML ../../Cargo.toml).workspace.package.version;

  src = lib.cleanSource ../..;
  cargoLock.lockFile = ../../Cargo.lock;

  nativeBuildInputs = [ pkg-config python3 ];
  buildInputs = [ alsa-lib ] ++ lib.optional withTray webkitgtk_4_1;

  cargoBuildFlags =
    if withTray then [ "--workspace" "--bins" ] else [ "--package" "sotto" "--package" "sotto-fetch" ];
  # The tests open a private desktop, which the build sandbox does not have.
  doCheck = false;

  installPhase = ''
    runHook preInstall
    patchShebangs packaging
    packaging/install.sh --bin target/*/release --prefix "$out" \
      --part ${if withTray then "all" else "engine"}
    runHook postInstall
  '';


  meta = {
    # `i18n.inputMethod.ibus.engines` takes it.
    isIbusEngine = true;
    description = "Private dictation: hold a key, speak, and the words appear";
    homepage = "https://github.com/sotto-dictation/sotto";
    license = with lib.licenses; [ mit asl20 cc-by-40 ];
    platforms = lib.platforms.linux;
    mainProgram = "sotto";
  };
}
