//! fal on localhost.
