//! Files that go along with every photo: where they lie, and where they were uploaded.

use std::path::{Path, PathBuf};

use sqlx::SqliteConnection;

use crate::job::{ContentHash, Service};
use crate::os;

/// Keeps where a file lies; the last place holds.
pub(super) async fn keep(
    connection: &mut SqliteConnection,
    content: &ContentHash,
    file: &Path,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO further_files (content, path) VALUES (?, ?) ON CONFLICT (content) DO UPDATE SET path = excluded.path",
    )
    .bind(&content.0[..])
    .bind(os::stored(file))
    .execute(connection)
    .await?;
    Ok(())
}

/// Where a file lay last.
pub(super) async fn find(
    connection: &mut SqliteConnection,
    content: &ContentHash,
) -> Result<Option<PathBuf>, sqlx::Error> {
    let kept: Option<Vec<u8>> = sqlx::query_scalar("SELECT path FROM further_files WHERE content = ?")
        .bind(&content.0[..])
        .fetch_optional(connection)
        .await?;
    Ok(kept.map(os::path_of_stored))
}

/// Keeps where a file was uploaded.
pub(super) async fn keep_url(
    connection: &mut SqliteConnection,
    content: &ContentHash,
    url: &str,
    service: &Service,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT OR REPLACE INTO further_uploads (url, service, content) VALUES (?, ?, ?)")
        .bind(url)
        .bind(service.name())
        .bind(&content.0[..])
        .execute(connection)
        .await?;
    Ok(())
}

/// What was uploaded to a URL.
pub(super) async fn of_url(
    connection: &mut SqliteConnection,
    url: &str,
    service: &Service,
) -> Result<Option<ContentHash>, sqlx::Error> {
    let kept: Option<Vec<u8>> = sqlx::query_scalar("SELECT content FROM further_uploads WHERE url = ? AND service = ?")
        .bind(url)
        .bind(service.name())
        .fetch_optional(connection)
        .await?;
    Ok(kept.and_then(|content| content.try_into().ok()).map(ContentHash))
}
