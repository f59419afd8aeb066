//! The peers of a thread do not fit into its caches, and each packet belongs to another peer than
//! the one before. What the next packets need is requested before it is their turn, so that the
//! waits for memory overlap.

const CACHE_LINE: usize = 64;

/// Requests the first `LINES` cache lines of a value. Without effect on what the program computes.
#[inline(always)]
pub fn prefetch<const LINES: usize, T>(value: &T) {
    let address = std::ptr::from_ref(value).cast::<i8>();
    for line in 0..LINES.min(size_of::<T>().div_ceil(CACHE_LINE)) {
        request(address.wrapping_add(line * CACHE_LINE));
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn request(address: *const i8) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: every x86-64 has SSE, and a prefetch faults for no address.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(address) };
}

#[cfg(target_arch = "aarch64")]
#[inline(always)]
fn request(address: *const i8) {
    // SAFETY: a prefetch faults for no address and changes no register.
    unsafe {
        std::arch::asm!("prfm pldl1keep, [{}]", in(reg) address, options(nostack, preserves_flags, readonly));
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[inline(always)]
fn request(_address: *const i8) {}
