//! A folder of this machine behind a WebDAV server: WsgiDAV, which `tests/machines/requirements.txt` names and `.ci/run`
//! installs.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use crate::common::{Stage, root};
use crate::installed::installed;

/// A served folder. Its server ends with the test.
pub(crate) struct Folder {
    server: Child,
    pub(crate) origin: String,
    root: PathBuf,
    log: Arc<Mutex<Vec<String>>>,
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Folder {
    /// One that does as it should.
    pub(crate) fn start(stage: &Stage) -> Option<Self> {
        Self::with(stage, &[])
    }

    /// Ends the server and starts one that does as it should in its place.
    pub(crate) fn mended(self, stage: &Stage) -> Self {
        let port = self.origin.rsplit(':').next().unwrap().to_owned();
        drop(self);
        Self::on(stage, &port, &[]).unwrap()
    }

    /// One with faults, as `dav.py` takes them; `None`, and a word on it, where there is no server to be started.
    pub(crate) fn with(stage: &Stage, faults: &[&str]) -> Option<Self> {
        Self::on(stage, "0", faults)
    }

    fn on(stage: &Stage, port: &str, faults: &[&str]) -> Option<Self> {
        installed("bin/wsgidav")?;
        let python = installed("bin/python3")?;
        let folder = stage.dir.path().join("served");
        std::fs::create_dir_all(&folder).unwrap();
        let mut command = Command::new(python);
        command.arg(root().join("tests/machines/dav.py")).arg(&folder).arg(port).args(faults);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.spawn().unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map_while(Result::ok);
        let origin = lines.next().unwrap();
        let log = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&log);
        std::thread::spawn(move || lines.for_each(|line| noted.lock().unwrap().push(line)));
        Some(Self { server, origin, root: folder, log })
    }

    /// The program as a user whom the server knows.
    pub(crate) fn command(stage: &Stage, args: &[&str]) -> Command {
        let mut command = stage.command(args);
        command.env("FAL_TUI_WEBDAV_USER", "me").env("FAL_TUI_WEBDAV_PASSWORD", "very-secret");
        command
    }

    /// The address of a folder.
    pub(crate) fn at(&self, folder: &str) -> String {
        format!("{}/{folder}/", self.origin)
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    /// Puts something into it, whatever was there.
    pub(crate) fn put(&self, below: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(below);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// All files that it holds, hidden ones too.
    pub(crate) fn files(&self) -> Vec<String> {
        fn below(folder: &Path, root: &Path, found: &mut Vec<String>) {
            for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    below(&path, root, found);
                } else {
                    found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        let mut found = Vec::new();
        below(&self.root, &self.root, &mut found);
        found.sort();
        found
    }

    /// The calls that were answered: `GET 206 /in/a.png`.
    pub(crate) fn calls(&self, stage: &Stage) -> Vec<String> {
        // They are written before they are answered, and this one last of all; nobody is let in without a password.
        let last = reqwest::Client::new().get(format!("{}/the-last-one", self.origin));
        stage.runtime.block_on(async { last.send().await.unwrap() });
        loop {
            let calls = self.log.lock().unwrap().clone();
            if calls.iter().any(|call| call.ends_with("/the-last-one")) {
                return calls.into_iter().filter(|call| !call.ends_with("/the-last-one")).collect();
            }
            std::thread::yield_now();
        }
    }
}
