//! What stands in front of the rest.

pub(crate) mod causes;
pub(crate) mod entry;
pub(crate) mod help;
pub(crate) mod question;
