//! The stores that were asked for in this process, each built once, from the environment that its service's own tools
//! are set by.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use http::header::AUTHORIZATION;
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey, resolve_bucket_region};
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::http::HttpBuilder;
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::signer::Signer;
use object_store::{
    BackoffConfig, ClientConfigKey, ClientOptions, ListResult, ObjectMeta, ObjectStore, ObjectStoreExt as _,
    RetryConfig,
};
use url::Url;

use super::dav::{Dav, who};
use super::profile::Profile;
use super::spot::{Service, Spot};
use super::trouble::told;
use crate::storage::calls::wait;
use crate::storage::web::is_loopback;

/// How long a connection may take, TLS included.
const CONNECT: Duration = Duration::from_secs(10);
/// How long nothing may come.
const READ: Duration = Duration::from_secs(30);
/// How long a call is tried again.
const PATIENCE: Duration = Duration::from_mins(1);

/// The buckets that were asked for, by their services and names.
type Stores = Mutex<HashMap<(Service, String), Arc<Store>>>;

/// A bucket.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) objects: Box<dyn ObjectStore>,
    /// Itself, if it is an S3 bucket: these take large objects in parts under a condition.
    pub(super) s3: Option<AmazonS3>,
    /// What signs URLs of it, if it can.
    pub(super) signer: Option<Box<dyn Signer>>,
    lists: Lists,
}

/// What says what it holds.
enum Lists {
    /// By pages.
    Pages(Box<dyn PaginatedListStore>),
    /// By folders, which there are.
    Folders(Arc<Dav>),
}

impl std::fmt::Debug for Lists {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lists")
    }
}

impl Store {
    /// The bucket of a place.
    ///
    /// # Errors
    /// If the environment does not say how it is reached.
    pub(super) fn of(spot: &Spot) -> io::Result<Arc<Self>> {
        static STORES: OnceLock<Stores> = OnceLock::new();
        let stores = STORES.get_or_init(Mutex::default);
        // Whoever comes meanwhile waits: what it costs to find out is paid once.
        let mut stores = stores.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (spot.service, spot.bucket.clone());
        if let Some(store) = stores.get(&name) {
            return Ok(Arc::clone(store));
        }
        let store = Arc::new(match spot.service {
            Service::S3 => s3(spot)?,
            Service::Google => google(spot)?,
            Service::Azure => azure(spot)?,
            Service::Dav(scheme) => server(scheme, spot)?,
        });
        stores.insert(name, Arc::clone(&store));
        Ok(store)
    }

    fn new<S: ObjectStore + PaginatedListStore + Signer + Clone>(store: S) -> Self {
        let (lists, signer) = (Lists::Pages(Box::new(store.clone())), Box::new(store.clone()));
        Self { lists, signer: Some(signer), s3: None, objects: Box::new(store) }
    }

    /// Itself, if it is a server of WebDAV, which has folders and gives names by renames.
    pub(super) fn dav(&self) -> Option<&Arc<Dav>> {
        if let Lists::Folders(dav) = &self.lists { Some(dav) } else { None }
    }

    /// What is known of an object.
    ///
    /// # Errors
    /// Of kind `NotFound` if it is not there.
    pub(super) fn head(self: &Arc<Self>, spot: &Spot) -> io::Result<ObjectMeta> {
        let (store, spot) = (Arc::clone(self), spot.clone());
        wait(async move {
            match store.dav() {
                Some(dav) => dav.head(&spot.key).await.map_err(|refusal| refusal.told(&spot)),
                None => store.objects.head(&spot.key).await.map_err(|error| told(&error, &spot)),
            }
        })?
    }

    /// A page of what a folder holds, and what the next is asked for by.
    ///
    /// # Errors
    /// If the store does not give it.
    pub(super) fn page(
        self: &Arc<Self>,
        spot: &Spot,
        page: Option<String>,
    ) -> io::Result<(ListResult, Option<String>)> {
        self.listed(
            spot,
            PaginatedListOptions { delimiter: Some("/".into()), page_token: page, ..PaginatedListOptions::default() },
        )
    }

    /// Whether there is such a folder: for a bucket, whether anything is in it.
    ///
    /// # Errors
    /// If the store does not say.
    pub(super) fn has_folder(self: &Arc<Self>, spot: &Spot) -> io::Result<bool> {
        if let Some(dav) = self.dav().cloned() {
            let spot = spot.clone();
            return wait(async move { dav.is_folder(&spot.key).await.map_err(|refusal| refusal.told(&spot)) })?;
        }
        let (found, _) =
            self.listed(spot, PaginatedListOptions { max_keys: Some(1), ..PaginatedListOptions::default() })?;
        Ok(!found.objects.is_empty())
    }

    fn listed(
        self: &Arc<Self>,
        spot: &Spot,
        options: PaginatedListOptions,
    ) -> io::Result<(ListResult, Option<String>)> {
        let (store, spot) = (Arc::clone(self), spot.clone());
        wait(async move {
            match &store.lists {
                Lists::Pages(lists) => {
                    let listed = lists.list_paginated(Some(&spot.below()), options).await;
                    listed.map(|listed| (listed.result, listed.page_token)).map_err(|error| told(&error, &spot))
                }
                Lists::Folders(dav) => {
                    let listed = dav.list(&spot.key).await;
                    listed.map(|listed| (listed, None)).map_err(|refusal| refusal.told(&spot))
                }
            }
        })?
    }
}

fn s3(spot: &Spot) -> io::Result<Store> {
    let mut builder = AmazonS3Builder::from_env();
    let profile = Profile::chosen()?;
    let is_set = |builder: &AmazonS3Builder, key: AmazonS3ConfigKey| builder.get_config_value(&key).is_some();
    let has_keys = is_set(&builder, AmazonS3ConfigKey::AccessKeyId);
    for (key, name) in [
        (AmazonS3ConfigKey::AccessKeyId, "aws_access_key_id"),
        (AmazonS3ConfigKey::SecretAccessKey, "aws_secret_access_key"),
        (AmazonS3ConfigKey::Token, "aws_session_token"),
        (AmazonS3ConfigKey::Region, "region"),
        (AmazonS3ConfigKey::Endpoint, "endpoint_url"),
    ] {
        // Two halves of different keys make none.
        let is_key = name.starts_with("aws_");
        let is_taken = if is_key { has_keys } else { is_set(&builder, key) };
        if let Some(value) = profile.get(name).filter(|_| !is_taken) {
            builder = builder.with_config(key, value);
        }
    }
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let endpoint = variable("AWS_ENDPOINT_URL_S3").or_else(|| builder.get_config_value(&AmazonS3ConfigKey::Endpoint));
    let is_region_known =
        [AmazonS3ConfigKey::Region, AmazonS3ConfigKey::DefaultRegion].into_iter().any(|key| is_set(&builder, key));
    if let Some(endpoint) = &endpoint {
        builder = builder.with_endpoint(endpoint);
    } else if !is_region_known {
        let (bucket, options) = (spot.bucket.clone(), options(&[]));
        let region = wait(async move { resolve_bucket_region(&bucket, &options).await })?;
        builder = builder.with_region(region.map_err(|error| told(&error, spot))?);
    }
    let client = options(&[endpoint.as_deref(), variable("AWS_ALLOW_HTTP").map(|_| PLAIN)]);
    let s3 = builder.with_bucket_name(&spot.bucket).with_client_options(client).with_retry(retry()).build();
    let (s3, store) = (s3.as_ref().ok().cloned(), built(s3, spot)?);
    Ok(Store { s3, ..store })
}

fn google(spot: &Spot) -> io::Result<Store> {
    let base = std::env::var("GOOGLE_BASE_URL").ok();
    let builder = GoogleCloudStorageBuilder::from_env().with_client_options(options(&[base.as_deref()]));
    built(builder.with_bucket_name(&spot.bucket).with_retry(retry()).build(), spot)
}

fn azure(spot: &Spot) -> io::Result<Store> {
    let endpoint = std::env::var("AZURE_STORAGE_ENDPOINT").ok();
    let builder = MicrosoftAzureBuilder::from_env().with_client_options(options(&[endpoint.as_deref()]));
    built(builder.with_container_name(&spot.bucket).with_retry(retry()).build(), spot)
}

/// A server of WebDAV. Only who named it is told to it, and never by an address, which others see.
fn server(scheme: &str, spot: &Spot) -> io::Result<Store> {
    let unusable = |_| io::Error::other("its server cannot be called so");
    let origin = Url::parse(&format!("{scheme}://{}/", spot.bucket)).map_err(unusable)?;
    let who = who();
    let headers = who.iter().map(|who| (AUTHORIZATION, who.clone())).collect();
    let client = options(&[Some(origin.as_str())]).with_default_headers(headers);
    let built = HttpBuilder::new().with_url(origin.as_str()).with_client_options(client).with_retry(retry()).build();
    let objects = Box::new(built.map_err(|error| told(&error, spot))?);
    let dav = Dav::new(origin, who).map_err(|_| io::Error::other("no call to a server can be made here"))?;
    Ok(Store { objects, s3: None, signer: None, lists: Lists::Folders(Arc::new(dav)) })
}

/// A store that was built, or what its settings lack.
fn built<S: ObjectStore + PaginatedListStore + Signer + Clone>(
    built: object_store::Result<S>,
    spot: &Spot,
) -> io::Result<Store> {
    built.map(Store::new).map_err(|error| {
        tracing::debug!(%error, "a store cannot be reached by these settings");
        told(&error, spot)
    })
}

/// Stands for an address that is not encrypted.
const PLAIN: &str = "http://localhost";

/// How calls are made. Without encryption they are to this machine alone, which tests are, or where that was asked for.
fn options(endpoints: &[Option<&str>]) -> ClientOptions {
    let is_here = |endpoint: &&str| Url::parse(endpoint).is_ok_and(|url| url.scheme() == "http" && is_loopback(&url));
    ClientOptions::new()
        .with_config(ClientConfigKey::UserAgent, concat!("fal-tui/", env!("CARGO_PKG_VERSION")))
        .with_connect_timeout(CONNECT)
        .with_read_timeout(READ)
        .with_timeout_disabled()
        .with_allow_http(endpoints.iter().flatten().any(is_here))
}

fn retry() -> RetryConfig {
    RetryConfig { backoff: BackoffConfig::default(), max_retries: 5, retry_timeout: PATIENCE }
}
