//! What operating systems do each in its own way: everything else is the same for all of them. Whoever needs something
//! that only one of them has asks here, and gets an honest answer where there is none.

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
use other as here;
#[cfg(unix)]
use unix as here;

pub(crate) use here::background::{HAS_BACKGROUND, ask_to_end, let_go, own_session, parent};
pub(crate) use here::disk::{free_in, is_elsewhere, sync_folder};
pub(crate) use here::errors::{ALL_FILES_OPEN, NO_MEMORY, TOO_MANY_FILES, is_circle, is_hang_up};
pub(crate) use here::files::identity_of;
pub(crate) use here::handles::{open_files, raise_open_files};
pub(crate) use here::paths::{last_name, path_of, path_of_stored, stored};
pub(crate) use here::private::{file_for_all, file_for_us, folder_for_us, is_for_us};
pub(crate) use here::process::{is_alive, machine};
pub(crate) use here::shell::{shell, stop};
pub(crate) use here::signals::{Ends, TerminalSignals};
pub(crate) use here::socket::{
    HAS_SOCKETS, Listener, Stream, close_folder, connect, fits, is_left_over, socket_folders,
};
pub(crate) use here::terminal::{HAS_TERM, editor, is_foreground, stdout};
