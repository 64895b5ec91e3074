//! A PostgreSQL server of the tests' own: the machine's binaries on a Unix socket in a temporary folder. It ends with the
//! process that holds it, however that ends.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

/// What runs the server, and obeys words until nobody holds its standard input. Nothing is synced: no test here is about
/// a loss of power.
const KEEPER: &str = r#"
set -e
dir=$(mktemp -d /tmp/fal-tui-pg-XXXXXX)
"$BIN/initdb" -D "$dir/data" -A trust -U postgres -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1
launch() {
    "$BIN/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync=off -c full_page_writes=off \
        -c max_connections=200 -c shared_buffers=32MB </dev/null >>"$dir/log" 2>&1 &
    pid=$!
    until "$BIN/pg_isready" -q -h "$dir"; do
        kill -0 "$pid" || { cat "$dir/log" >&2; exit 1; }
        sleep 0.05
    done
}
launch
echo "$dir"
while read -r word; do
    case $word in
    stop) kill -INT "$pid"; wait "$pid" || true ;;
    crash) kill -QUIT "$pid"; wait "$pid" || true ;;
    start) launch ;;
    esac
    echo "$word"
done
kill -QUIT "$pid" || true
wait "$pid" || true
rm -rf "$dir"
"#;

pub(crate) struct Server {
    /// Where its socket is.
    folder: String,
    bin: PathBuf,
    words: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    _keeper: Child,
}

impl Server {
    /// One for all tests of a process; `None`, with a word, where the machine has none.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// One of the test's own.
    pub(crate) fn start() -> Option<Self> {
        let Some(bin) = bin() else {
            eprintln!("skipped: this machine has no PostgreSQL (Debian's package `postgresql`)");
            return None;
        };
        // It does not run as root.
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh", "-c", KEEPER]);
            command
        } else {
            let mut command = Command::new("sh");
            command.args(["-c", KEEPER]);
            command
        };
        command.env("BIN", &bin).current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut keeper = command.spawn().unwrap();
        let words = keeper.stdin.take().unwrap();
        let mut said = BufReader::new(keeper.stdout.take().unwrap());
        let mut folder = String::new();
        said.read_line(&mut folder).unwrap();
        assert!(!folder.is_empty(), "PostgreSQL does not start");
        let folder = folder.trim().to_owned();
        Some(Self { folder, bin, words: Mutex::new((words, said)), _keeper: keeper })
    }

    /// Says `stop`, `crash` or `start`, and waits until that is done.
    pub(crate) fn say(&self, word: &str) {
        let mut words = self.words.lock().unwrap();
        writeln!(words.0, "{word}").unwrap();
        let mut done = String::new();
        words.1.read_line(&mut done).unwrap();
        assert_eq!(done.trim(), word);
    }

    /// Its socket.
    pub(crate) fn socket(&self) -> PathBuf {
        PathBuf::from(&self.folder).join(".s.PGSQL.5432")
    }

    /// A new place for a ledger: its name.
    pub(crate) fn new_place(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("t{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.make(&name);
        name
    }

    /// Makes a place of a name, if there is none: a schema, which costs less than a database of its own.
    pub(crate) fn make(&self, place: &str) {
        self.ask("public", &format!("SET client_min_messages = error; CREATE SCHEMA IF NOT EXISTS {place}"));
    }

    /// The address of a place.
    pub(crate) fn url(&self, place: &str) -> String {
        Self::url_at(&self.folder.replace('/', "%2F"), place)
    }

    /// The same over a line of another address.
    pub(crate) fn url_at(host: &str, place: &str) -> String {
        format!("postgres://postgres@{host}/postgres?options=-csearch_path%3D{place}")
    }

    /// What a statement answers in a place, without decoration.
    pub(crate) fn ask(&self, place: &str, statement: &str) -> String {
        let asked = Command::new(self.bin.join("psql"))
            .args(["-X", "-h", &self.folder, "-U", "postgres", "-d", "postgres", "-Atqc", statement])
            .env("PGOPTIONS", format!("-csearch_path={place}"))
            .output()
            .unwrap();
        assert!(asked.status.success(), "{statement}: {}", String::from_utf8_lossy(&asked.stderr));
        String::from_utf8(asked.stdout).unwrap().trim().to_owned()
    }
}

/// The newest server's binaries, where Debian or the path has them.
fn bin() -> Option<PathBuf> {
    let of_debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<_> = of_debian.map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>());
    let is_whole = |folder: &PathBuf| ["initdb", "postgres", "psql"].iter().all(|name| folder.join(name).exists());
    folders.into_iter().rev().find(is_whole)
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}
