//! What a file of bytes is.
