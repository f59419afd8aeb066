fn main() {
    napi_build::setup();
    // What only Linux has: recvmmsg, kernel time stamps, one socket for many peers. The feature `portable` leaves it out, so that the plain
    // path is compiled and tested here, too.
    println!("cargo::rustc-check-cfg=cfg(linux_io)");
    println!("cargo::rustc-env=SWARM_CARGO_PROFILE={}", profile());
    let linux = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux");
    if linux && std::env::var_os("CARGO_FEATURE_PORTABLE").is_none() {
        println!("cargo::rustc-cfg=linux_io");
    }
}

/// Name of Cargo's profile. Only the folder of the output has it:
/// `target/[TRIPLE/]PROFILE/build/swarm-native-HASH/out`.
fn profile() -> String {
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").expect("Cargo sets OUT_DIR"));
    let folder = out.ancestors().nth(3).and_then(|folder| folder.file_name());
    folder.map_or_else(|| "unknown".to_owned(), |name| name.to_string_lossy().into_owned())
}
