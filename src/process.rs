//! What is set once, before anything runs.

/// Prepares the process. Call it first, while there is one thread.
pub fn prepare() {
    keep_memory();
    end_quietly_with_the_reader();
    // burn loads optimizer states onto its default device, which would be a GPU that may not be
    // there, before it moves them where they belong.
    #[cfg(feature = "flex")]
    if std::env::var_os("BURN_DEVICE").is_none() {
        // SAFETY: no other thread runs yet, so none can be reading the environment.
        #[allow(unsafe_code)]
        unsafe {
            std::env::set_var("BURN_DEVICE", "flex");
        }
    }
}

/// Ends the process when the reader of its output is gone, as other tools do, instead of panicking
/// in the next `println!`.
#[cfg(unix)]
fn end_quietly_with_the_reader() {
    // SAFETY: restores a signal's default action; no handler of ours is involved.
    #[allow(unsafe_code)]
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
    }
}

#[cfg(not(unix))]
fn end_quietly_with_the_reader() {}

/// Lets the allocator reuse large blocks instead of returning them to the system. Training
/// allocates the same large tensors in every step; by default glibc maps and unmaps each, and the
/// page faults cost a third of the time.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn keep_memory() {
    // SAFETY: `mallopt` only sets allocator parameters, and no other thread runs yet.
    #[allow(unsafe_code)]
    unsafe {
        libc::mallopt(libc::M_MMAP_MAX, 0);
        libc::mallopt(libc::M_TRIM_THRESHOLD, libc::c_int::MAX);
        libc::mallopt(libc::M_TOP_PAD, 64 << 20);
    }
}

/// Other allocators keep large blocks by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn keep_memory() {}
