//! Memory that is given back to the system.
//!
//! Both doors are the allocator's own, and only the GNU allocator has them.

/// Keeps all threads to one arena, for the whole process: call it before the first of them starts.
///
/// Of an arena of a thread's own, the GNU allocator gives back little when a model is dropped: an idle daemon had
/// 51 MiB resident, and 31 with one arena.
pub(crate) fn keep_together() {
    #[cfg(target_env = "gnu")]
    one_arena();
}

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
fn one_arena() {
    // SAFETY: it takes the allocator's own locks and changes a number of its settings.
    let _set = unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) };
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
