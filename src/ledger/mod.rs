//! What happened, durable.
