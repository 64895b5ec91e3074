//! Flags, environment and config file become one validated value.
