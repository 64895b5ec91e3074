//! The batch as plain lines or JSON events.
