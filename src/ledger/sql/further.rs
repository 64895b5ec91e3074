//! Files that go along with every photo: where they lie, and where they were uploaded.

use std::path::{Path, PathBuf};

use super::database::{Cells, Sql, values};
use crate::job::{ContentHash, Service};
use crate::os;

/// Keeps where a file lies; the last place holds.
pub(super) async fn keep<C: Sql>(connection: &mut C, content: &ContentHash, file: &Path) -> Result<(), sqlx::Error> {
    let text = "INSERT INTO further_files (content, path) VALUES (?, ?)
        ON CONFLICT (content) DO UPDATE SET path = excluded.path";
    connection.run(text, values![&content.0[..], os::stored(file)]).await
}

/// Where a file lay last.
pub(super) async fn find<C: Sql>(connection: &mut C, content: &ContentHash) -> Result<Option<PathBuf>, sqlx::Error> {
    let text = "SELECT path FROM further_files WHERE content = ?";
    let row = connection.row(text, values![&content.0[..]]).await?;
    row.map(|row| Ok(os::path_of_stored(row.blob(0)?.to_vec()))).transpose()
}

/// Keeps where a file was uploaded.
pub(super) async fn keep_url<C: Sql>(
    connection: &mut C,
    content: &ContentHash,
    url: &str,
    service: &Service,
) -> Result<(), sqlx::Error> {
    let text = "INSERT INTO further_uploads (url, service, content) VALUES (?, ?, ?)
        ON CONFLICT (url, service) DO UPDATE SET content = excluded.content";
    connection.run(text, values![url, service.name(), &content.0[..]]).await
}

/// What was uploaded to a URL.
pub(super) async fn of_url<C: Sql>(
    connection: &mut C,
    url: &str,
    service: &Service,
) -> Result<Option<ContentHash>, sqlx::Error> {
    let text = "SELECT content FROM further_uploads WHERE url = ? AND service = ?";
    let row = connection.row(text, values![url, service.name()]).await?;
    let content = row.map(|row| Ok::<_, sqlx::Error>(row.blob(0)?.try_into().ok().map(ContentHash))).transpose()?;
    Ok(content.flatten())
}
