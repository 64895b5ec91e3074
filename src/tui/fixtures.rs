//! Boards for tests.
