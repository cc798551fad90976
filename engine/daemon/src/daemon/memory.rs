//! Memory that is given back to the system.

/// Gives freed memory back.
///
/// The GNU allocator keeps most of what a model frees for later, which an idle daemon does not need.
pub(crate) fn give_back() {
    #[cfg(target_env = "gnu")]
    trim();
}

#[cfg(target_env = "gnu")]
#[expect(
    unsafe_code,
    reason = "the allocator of the C library has no safe door"
)]
fn trim() {
    // SAFETY: it takes the allocator's own locks and touches free memory only.
    let _gave_back = unsafe { libc::malloc_trim(0) };
}
