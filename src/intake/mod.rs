//! Photos become jobs.
