//! Keeps freed memory in the process. Training allocates the same large tensors in every step; by
//! default glibc maps and unmaps each, and the page faults cost a third of the time.

/// Tells the allocator to reuse large blocks instead of returning them to the system.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn keep() {
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
pub fn keep() {}
