//! An object that is put whole, on the condition that nothing has its name.

use std::io::{self, Read as _, Seek as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use object_store::{
    Attribute, Attributes, Error, ObjectStore as _, ObjectStoreExt as _, PutMode, PutOptions, PutPayload,
};

use super::multipart;
use super::spot::Spot;
use super::store::Store;
use super::trouble::told;
use crate::job::Format;
use crate::storage::Unfinished;
use crate::storage::calls::wait;

/// What is longer is put in parts where that can be conditional, else one at a time, bytes.
pub(super) const WHOLE: u64 = 8 << 20;

/// On which condition something is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    /// Nothing is there.
    Free,
    /// None: what is there is ours.
    Ours,
}

/// Puts a file; gives its store's mark for it.
///
/// # Errors
/// Of kind `AlreadyExists` if the name is taken and was to be free.
pub(super) fn put(
    store: &Arc<Store>,
    spot: &Spot,
    mut file: &Unfinished,
    condition: Condition,
) -> io::Result<Option<String>> {
    static LARGE: Mutex<()> = Mutex::new(());
    let length = file.length()?;
    if let Some(dav) = store.dav().cloned() {
        let (spot, path) = (spot.clone(), file.path().to_owned());
        return wait(async move {
            let put = dav.put_as(&spot.key, (&path, length), kind(&spot), condition == Condition::Ours).await;
            put.map_err(|refusal| refusal.told(&spot))
        })?;
    }
    file.rewind()?;
    if length > WHOLE && store.s3.is_some() {
        return multipart::put(store, spot, file, condition);
    }
    let alone = (length > WHOLE).then(|| LARGE.lock().unwrap_or_else(PoisonError::into_inner));
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    file.read_to_end(&mut bytes)?;
    let (store, spot, bytes) = (Arc::clone(store), spot.clone(), Bytes::from(bytes));
    let put = wait(async move { whole(&store, &spot, bytes, condition).await.map_err(|error| told(&error, &spot)) })?;
    drop(alone);
    put
}

async fn whole(store: &Store, spot: &Spot, bytes: Bytes, condition: Condition) -> object_store::Result<Option<String>> {
    let put = async |mode| {
        let options = PutOptions { mode, attributes: attributes(spot), ..PutOptions::default() };
        store.objects.put_opts(&spot.key, PutPayload::from(bytes.clone()), options).await
    };
    let put = match condition {
        Condition::Ours => put(PutMode::Overwrite).await,
        Condition::Free => match put(PutMode::Create).await {
            // There is no such condition here: looking first leaves a moment's gap for other programs.
            Err(Error::NotImplemented { .. }) => {
                is_free(store, spot).await?;
                put(PutMode::Overwrite).await
            }
            put => put,
        },
    };
    put.map(|put| put.e_tag)
}

/// Looks whether nothing has a name.
pub(super) async fn is_free(store: &Store, spot: &Spot) -> object_store::Result<()> {
    match store.objects.head(&spot.key).await {
        Err(Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Err(Error::AlreadyExists { path: String::new(), source: "it was looked at".into() }),
    }
}

/// What an object says that it is.
pub(super) fn attributes(spot: &Spot) -> Attributes {
    kind(spot).into_iter().map(|kind| (Attribute::ContentType, kind)).collect()
}

/// Of which kind it is, by its name.
fn kind(spot: &Spot) -> Option<&'static str> {
    let extension =
        Path::new(spot.key.as_ref()).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let picture = Format::ALL.into_iter().find(|format| format.extension() == extension).map(Format::media_type);
    picture.or(match extension {
        "txt" => Some("text/plain; charset=utf-8"),
        "html" => Some("text/html; charset=utf-8"),
        "csv" => Some("text/csv; charset=utf-8"),
        "jsonl" => Some("application/jsonl"),
        "xmp" => Some("application/rdf+xml"),
        _ => None,
    })
}
