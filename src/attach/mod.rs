//! A run that another process looks at: over a socket that only its owner may open, with the snapshots and commands that a
//! dashboard in the same process has. Whoever looks comes and goes, and the batch does not notice.

mod afar;
mod frame;
mod guest;
mod host;
mod message;
mod place;

pub use afar::clerk::Clerk;
pub use afar::looker::look_on;
pub use guest::{Gone, Joined, NotJoined, join};
pub use host::{About, Host};
pub use message::{Over, Welcome};
pub use place::{Places, socket_of};
