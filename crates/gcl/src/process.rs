//! Process-wide settings for programs that train: the allocator and burn's default device.

/// Prepares the process for training: large blocks of memory are kept for reuse (Linux with glibc;
/// about a third of the training time), and burn's default device is the CPU unless the
/// environment variable `BURN_DEVICE` names another. Loading an optimizer passes through the
/// default device, which would otherwise be a GPU wherever one is compiled in.
///
/// Call it once, at the start of `main`, while there is only one thread.
///
/// ```
/// gcl::process::prepare();
/// ```
pub fn prepare() {
    keep_memory();
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

/// Lets the allocator reuse large blocks instead of returning them to the system. Training
/// allocates the same large tensors in every step; by default glibc maps and unmaps each, and the
/// page faults cost a third of the time. [`prepare`] does it, too; a part of another program may call it at any time.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn keep_memory() {
    // SAFETY: `mallopt` only sets allocator parameters, and takes the allocator's own lock.
    #[allow(unsafe_code)]
    unsafe {
        libc::mallopt(libc::M_MMAP_MAX, 0);
        libc::mallopt(libc::M_TRIM_THRESHOLD, libc::c_int::MAX);
        libc::mallopt(libc::M_TOP_PAD, 64 << 20);
    }
}

/// Other allocators keep large blocks by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn keep_memory() {}
