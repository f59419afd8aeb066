fn main() {
    napi_build::setup();
    // What only Linux has: recvmmsg, kernel time stamps, one socket for many peers. The feature `portable` leaves it out, so that the plain
    // path is compiled and tested here, too.
    println!("cargo::rustc-check-cfg=cfg(linux_io)");
    let linux = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux");
    if linux && std::env::var_os("CARGO_FEATURE_PORTABLE").is_none() {
        println!("cargo::rustc-cfg=linux_io");
    }
}
