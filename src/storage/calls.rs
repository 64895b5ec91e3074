//! Calls to other machines, for those who may block.

use std::future::Future;
use std::io;
use std::sync::OnceLock;
use std::sync::mpsc::sync_channel;

use tokio::runtime::Runtime;

/// Where the calls are made: whoever asks blocks, and must not hold up anything else by that. It is one of its own,
/// since many who ask are plain threads, which belong to no runtime whose handle they could wait by.
pub(super) fn runtime() -> io::Result<&'static Runtime> {
    static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();
    let build = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().ok();
    RUNTIME.get_or_init(build).as_ref().ok_or_else(|| io::Error::other("no call to another machine can be made here"))
}

/// Waits for something, wherever it is asked for.
pub(super) fn wait<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> io::Result<T> {
    let (sender, receiver) = sync_channel(1);
    runtime()?.spawn(async move {
        let _ = sender.send(task.await);
    });
    receiver.recv().map_err(|_| io::Error::other("a call to another machine was broken off"))
}
