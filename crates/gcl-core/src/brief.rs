//! `Debug` for types whose contents are too long to print.

/// Implements `Debug` as the type's name alone: weights and training rows would fill pages.
#[doc(hidden)]
#[macro_export]
macro_rules! brief_debug {
    ($name:ty $(; $($generic:ident),+)?) => {
        impl $(<$($generic),+>)? std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}
