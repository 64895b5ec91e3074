//! Where a ledger on a server is: `postgres://user@host:port/database`, with the server's own options behind `?`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use url::Url;

use crate::job::clean;

/// The address of a ledger on a PostgreSQL server. A password in it is told to the server alone.
#[derive(Clone)]
pub struct Address {
    pub(super) options: PgConnectOptions,
    shown: PathBuf,
    has_password: bool,
}

/// Why a text is no such address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Another kind of address.
    #[error("`{0}` is no ledger: it is `postgres://user@host/database`, or a folder of this machine by `--state-dir`")]
    Unknown(String),
    /// It cannot be read; what it says may be a secret.
    #[error(
        "the ledger's address cannot be read: {0}\nhint: `postgres://user@host:5432/database`; a `%` stands before what is special, as `%2F` for `/`"
    )]
    Unreadable(String),
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(given: &str) -> Result<Self, AddressError> {
        let scheme = given.split_once(':').map_or("", |(scheme, _)| scheme);
        if !matches!(scheme, "postgres" | "postgresql") {
            let (before, _) = given.split_once('@').unwrap_or((given, ""));
            let shown = if before.len() == given.len() { given } else { "…" };
            return Err(AddressError::Unknown(clean(&shown.chars().take(100).collect::<String>()).into_owned()));
        }
        let url = Url::parse(given).map_err(|error| AddressError::Unreadable(error.to_string()))?;
        let options = PgConnectOptions::from_str(given).map_err(|error| AddressError::Unreadable(error.to_string()))?;
        let has_password = url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password");
        Ok(Self { shown: shown(&options), options: options.application_name("fal-tui"), has_password })
    }
}

/// As it is called: server and database, and no secret.
fn shown(options: &PgConnectOptions) -> PathBuf {
    let server = match options.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let database = options.get_database().unwrap_or_else(|| options.get_username());
    clean(&format!("postgres://{server}/{database}")).into_owned().into()
}

impl Address {
    /// Server and database.
    #[must_use]
    pub fn shown(&self) -> &Path {
        &self.shown
    }

    /// Whether a password stands in it, which others would see in the list of processes.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.has_password
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shown.display().fmt(f)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shown.fmt(f)
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.shown == other.shown
    }
}

impl Eq for Address {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_has_no_password() {
        for given in ["postgres://me:secret@db.example:5433/fal", "postgresql://me@db.example:5433/fal?password=secret"]
        {
            let address: Address = given.parse().unwrap();
            assert_eq!(address.shown(), Path::new("postgres://db.example:5433/fal"));
            assert!(address.has_password() && !format!("{address:?}").contains("secret"), "{address:?}");
        }
        let socket: Address = "postgres://me@%2Fvar%2Frun%2Fpostgresql/fal".parse().unwrap();
        assert_eq!(socket.shown(), Path::new("postgres:///var/run/postgresql/fal"));
        assert!(!socket.has_password());
    }

    #[test]
    fn what_is_no_address_is_not_repeated_where_it_may_have_a_password() {
        for given in ["mysql://me:secret@host/db", "postgres://me:secret@host:port/db", "postgres://%zz:secret@[/"] {
            let error = given.parse::<Address>().unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
        assert_eq!("./ledger.db".parse::<Address>().unwrap_err(), AddressError::Unknown("./ledger.db".to_owned()));
    }
}
