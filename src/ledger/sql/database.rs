//! What the tables need of a database: statements with `?` for their values, and rows by their columns.

use std::borrow::Cow;
use std::future::Future;

use sqlx::error::BoxDynError;
use sqlx::{SqlSafeStr, Transaction};

use crate::ledger::LedgerError;

/// A value of a statement; `None` is NULL.
#[derive(Debug, Clone)]
pub(in crate::ledger) enum Value<'v> {
    Int(Option<i64>),
    Real(Option<f64>),
    Text(Option<Cow<'v, str>>),
    Bytes(Option<Cow<'v, [u8]>>),
}

macro_rules! value {
    ($($from:ty => $kind:ident($value:ident) $into:expr,)+) => {
        $(impl<'v> From<$from> for Value<'v> {
            fn from($value: $from) -> Self {
                Self::$kind(Some($into))
            }
        }

        impl<'v> From<Option<$from>> for Value<'v> {
            fn from(value: Option<$from>) -> Self {
                Self::$kind(value.map(|$value| $into))
            }
        })+
    };
}

value! {
    bool => Int(value) i64::from(value),
    u8 => Int(value) i64::from(value),
    u16 => Int(value) i64::from(value),
    u32 => Int(value) i64::from(value),
    i64 => Int(value) value,
    // Numbers of a database are signed; nothing here has 2⁶³ of anything.
    u64 => Int(value) i64::try_from(value).unwrap_or(i64::MAX),
    f64 => Real(value) value,
    &'v str => Text(value) Cow::Borrowed(value),
    String => Text(value) Cow::Owned(value),
    Vec<u8> => Bytes(value) Cow::Owned(value),
    &'v [u8] => Bytes(value) Cow::Borrowed(value),
}

/// The values of a statement, in the order of its places.
pub(in crate::ledger) trait Values: Default + Send {
    /// Adds the next one.
    ///
    /// # Errors
    /// If the database cannot hold it.
    fn push(&mut self, value: Value<'_>) -> Result<(), BoxDynError>;

    /// Says how many more will come.
    fn reserve(&mut self, more: usize);

    /// Adds the next one.
    ///
    /// # Errors
    /// As [`Self::push`].
    fn add<'v>(&mut self, value: impl Into<Value<'v>>) -> Result<(), BoxDynError> {
        self.push(value.into())
    }
}

/// The values of a statement to a connection of the type `C`, as a list.
macro_rules! values {
    ($($value:expr),* $(,)?) => {{
        let mut values = <<C as $crate::ledger::sql::database::Sql>::Values>::default();
        $($crate::ledger::sql::database::Values::add(&mut values, $value).map_err(sqlx::Error::Encode)?;)*
        values
    }};
}
pub(in crate::ledger) use values;

/// A row, by the places of its columns.
pub(in crate::ledger) trait Cells {
    fn int(&self, at: usize) -> Result<Option<i64>, sqlx::Error>;
    fn real(&self, at: usize) -> Result<Option<f64>, sqlx::Error>;
    fn text(&self, at: usize) -> Result<Option<&str>, sqlx::Error>;
    fn bytes(&self, at: usize) -> Result<Option<&[u8]>, sqlx::Error>;

    /// A number that must be there.
    fn number(&self, at: usize) -> Result<i64, sqlx::Error> {
        self.int(at)?.ok_or_else(|| missing(at))
    }

    /// A text that must be there.
    fn word(&self, at: usize) -> Result<&str, sqlx::Error> {
        self.text(at)?.ok_or_else(|| missing(at))
    }

    /// Bytes that must be there.
    fn blob(&self, at: usize) -> Result<&[u8], sqlx::Error> {
        self.bytes(at)?.ok_or_else(|| missing(at))
    }

    /// A text of our own, where there is one.
    fn string(&self, at: usize) -> Result<Option<String>, sqlx::Error> {
        Ok(self.text(at)?.map(str::to_owned))
    }
}

fn missing(at: usize) -> sqlx::Error {
    sqlx::Error::Decode(format!("column {at} has no value").into())
}

/// Cells and values of one of sqlx's drivers.
macro_rules! driver {
    ($row:ty, $arguments:ty, |$text:ident| $clean:expr) => {
        impl $crate::ledger::sql::database::Cells for $row {
            fn int(&self, at: usize) -> Result<Option<i64>, sqlx::Error> {
                sqlx::Row::try_get(self, at)
            }

            fn real(&self, at: usize) -> Result<Option<f64>, sqlx::Error> {
                sqlx::Row::try_get(self, at)
            }

            fn text(&self, at: usize) -> Result<Option<&str>, sqlx::Error> {
                sqlx::Row::try_get(self, at)
            }

            fn bytes(&self, at: usize) -> Result<Option<&[u8]>, sqlx::Error> {
                sqlx::Row::try_get(self, at)
            }
        }

        impl $crate::ledger::sql::database::Values for $arguments {
            fn push(
                &mut self,
                value: $crate::ledger::sql::database::Value<'_>,
            ) -> Result<(), sqlx::error::BoxDynError> {
                use $crate::ledger::sql::database::Value;
                match value {
                    Value::Int(value) => sqlx::Arguments::add(self, value),
                    Value::Real(value) => sqlx::Arguments::add(self, value),
                    Value::Text(value) => sqlx::Arguments::add(self, value.as_deref().map(|$text| $clean)),
                    Value::Bytes(value) => sqlx::Arguments::add(self, value.as_deref()),
                }
            }

            fn reserve(&mut self, more: usize) {
                sqlx::Arguments::reserve(self, more, 0);
            }
        }
    };
}
pub(in crate::ledger) use driver;

/// A connection to a database.
pub(in crate::ledger) trait Sql: sqlx::Connection<Database = Self::Driver> + Send {
    type Driver: sqlx::Database<Connection = Self>;
    type Row: Cells + Send + Sync;
    type Values: Values;

    /// Milliseconds since 1970, as the database knows them.
    const NOW_MS: &'static str;
    /// What makes a JSON text of values, before and after them.
    const JSON: (&'static str, &'static str);
    /// Whether one statement may write a row twice.
    const REPEATS: bool;

    /// Begins to write: nobody else writes what is looked at, until the end of it.
    fn begin_to_write(&mut self) -> impl Future<Output = Result<Transaction<'_, Self::Driver>, sqlx::Error>> + Send;

    /// Begins to read: all that is read is of one moment.
    fn begin_to_read(&mut self) -> impl Future<Output = Result<Transaction<'_, Self::Driver>, sqlx::Error>> + Send;

    /// Runs a statement.
    fn run(
        &mut self,
        text: impl SqlSafeStr + Send,
        values: Self::Values,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Runs two statements in one transaction, whose values are `pushed`: the first's, and the second's.
    fn both(
        &mut self,
        texts: [&'static str; 2],
        pushed: [impl Fn(&mut Self::Values) -> Result<(), sqlx::Error> + Send + Sync; 2],
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Every row of an answer.
    fn rows(
        &mut self,
        text: impl SqlSafeStr + Send,
        values: Self::Values,
    ) -> impl Future<Output = Result<Vec<Self::Row>, sqlx::Error>> + Send;

    /// Every row of a large answer of about so many, one after another.
    fn each(
        &mut self,
        text: impl SqlSafeStr + Send,
        values: Self::Values,
        about: usize,
        read: impl FnMut(&Self::Row) -> Result<(), Failed> + Send,
    ) -> impl Future<Output = Result<(), Failed>> + Send;

    /// The first row of an answer.
    fn row(
        &mut self,
        text: impl SqlSafeStr + Send,
        values: Self::Values,
    ) -> impl Future<Output = Result<Option<Self::Row>, sqlx::Error>> + Send {
        async { Ok(self.rows(text, values).await?.into_iter().next()) }
    }
}

/// Why something was not read or written.
#[derive(Debug)]
pub(in crate::ledger) enum Failed {
    Database(sqlx::Error),
    Ledger(LedgerError),
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<LedgerError> for Failed {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}
