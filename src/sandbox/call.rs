//! Which of fal's calls a request is: decided once, from host, method and path.
//!
//! The sandbox is all of fal's hosts on one origin. A call names its host by a first path segment
//! (`/queue`, `/rest`, `/api`, `/cdn`), by the `Host` header (`queue.fal.run`), or not at all, since
//! the hosts' paths do not clash.

use http::Method;
use uuid::Uuid;

/// One of fal's calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Call {
    /// `POST /storage/auth/token`.
    Token,
    /// `POST /files/upload`, with a CDN token.
    Upload,
    /// `POST /files/upload/multipart`.
    BeginParts,
    /// `PUT {access_url}/multipart/{uploadId}/{n}`.
    Part { file: String, upload: String, number: u32 },
    /// `POST {access_url}/multipart/{uploadId}/complete`.
    CompleteParts { file: String, upload: String },
    /// `POST /storage/upload/initiate`.
    Initiate,
    /// `POST /storage/upload/initiate-multipart`.
    InitiateParts,
    /// `PUT` to a signed URL.
    Put { file: String },
    /// `PUT` of a part to a signed URL.
    PutPart { file: String, number: u32 },
    /// `POST` of the list of parts to a signed URL.
    CompletePut { file: String },
    /// `GET` of a file.
    Download { file: String },
    /// `POST /{endpoint}`.
    Submit { endpoint: String },
    /// `GET /{app}/requests/{id}/status`.
    Status { app: String, id: Uuid },
    /// `GET /{app}/requests/{id}/status/stream`.
    Stream { app: String, id: Uuid },
    /// `GET /{app}/requests/{id}`.
    Outcome { app: String, id: Uuid },
    /// `PUT /{app}/requests/{id}/cancel`.
    Cancel { app: String, id: Uuid },
    /// `GET /v1/models`.
    Models,
    /// `GET /v1/models/pricing`.
    Pricing,
    /// `POST /v1/models/pricing/estimate`.
    Estimate,
    /// `GET /v1/models/billing-events`.
    Billing,
    /// `GET /v1/models/requests/by-endpoint`.
    Requests,
    /// `GET /v1/models/requests/search`.
    Search,
    /// `DELETE /v1/models/requests/{id}/payloads`.
    Forget { id: Uuid },
    /// `GET /api/openapi/queue/openapi.json`.
    OpenApi,
    /// `GET /.well-known/jwks.json`.
    Jwks,
    /// A call at a host that is not fal, which some scenarios redirect to.
    Foreign { file: Option<String> },
    /// `GET /_sandbox/stats`.
    Stats,
    /// `POST /_sandbox/unlock`.
    Unlock,
    /// `POST /_sandbox/clock`.
    Clock,
    /// A path of fal's, in a form or by a method that it does not take.
    NotAllowed,
    /// A request id that cannot be one.
    NoRequest,
    /// Nothing of fal's.
    Unknown,
}

/// fal's hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Host {
    Queue,
    Rest,
    Api,
    Cdn,
    Any,
}

impl Call {
    /// Reads a request's first line.
    pub(super) fn of(method: &Method, host: &str, path: &str) -> Self {
        let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let named = match parts.first().copied() {
            Some("queue") => Some(Host::Queue),
            Some("rest") => Some(Host::Rest),
            Some("api") => Some(Host::Api),
            Some("cdn") => Some(Host::Cdn),
            _ => None,
        };
        if named.is_some() {
            parts.remove(0);
        }
        match named.unwrap_or_else(|| Host::of(host)) {
            Host::Queue => queue(method, &parts),
            Host::Rest => rest(method, &parts).unwrap_or(Self::Unknown),
            Host::Api => api(method, &parts).unwrap_or(Self::Unknown),
            Host::Cdn => cdn(method, &parts).unwrap_or(Self::Unknown),
            Host::Any => own(method, &parts)
                .or_else(|| rest(method, &parts))
                .or_else(|| api(method, &parts))
                .or_else(|| cdn(method, &parts))
                .unwrap_or_else(|| queue(method, &parts)),
        }
    }

    /// Whether its body is a file rather than JSON.
    pub(super) fn is_file(&self) -> bool {
        matches!(self, Self::Upload | Self::Part { .. } | Self::Put { .. } | Self::PutPart { .. })
    }

    /// What statistics and scenarios call it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Upload => "upload",
            Self::BeginParts | Self::InitiateParts => "begin_parts",
            Self::Part { .. } | Self::PutPart { .. } => "part",
            Self::CompleteParts { .. } | Self::CompletePut { .. } => "complete_parts",
            Self::Initiate => "initiate",
            Self::Put { .. } => "put",
            Self::Download { .. } => "download",
            Self::Submit { .. } => "submit",
            Self::Status { .. } => "status",
            Self::Stream { .. } => "stream",
            Self::Outcome { .. } => "result",
            Self::Cancel { .. } => "cancel",
            Self::Models => "models",
            Self::Billing => "billing",
            Self::Pricing => "pricing",
            Self::Estimate => "estimate",
            Self::Requests | Self::Search => "requests",
            Self::Forget { .. } => "forget",
            Self::OpenApi => "openapi",
            Self::Jwks => "jwks",
            Self::Foreign { .. } => "foreign",
            Self::Stats | Self::Unlock | Self::Clock => "sandbox",
            Self::NotAllowed | Self::NoRequest | Self::Unknown => "unknown",
        }
    }
}

impl Host {
    fn of(header: &str) -> Self {
        let name = header.split_once(':').map_or(header, |(name, _)| name);
        match name {
            "queue.fal.run" | "queue.falrun.com" => Self::Queue,
            "rest.fal.ai" | "rest.alpha.fal.ai" => Self::Rest,
            "api.fal.ai" => Self::Api,
            _ if name.ends_with(".fal.media") => Self::Cdn,
            _ => Self::Any,
        }
    }
}

/// The sandbox's own calls.
fn own(method: &Method, parts: &[&str]) -> Option<Call> {
    Some(match (method.as_str(), parts) {
        ("GET" | "HEAD", ["_sandbox", "stats"]) => Call::Stats,
        ("POST", ["_sandbox", "unlock"]) => Call::Unlock,
        ("POST", ["_sandbox", "clock"]) => Call::Clock,
        ("GET" | "HEAD", ["_sandbox", "foreign", "cdn", "files", "b", _, file]) => {
            Call::Foreign { file: Some((*file).to_owned()) }
        }
        (_, ["_sandbox", "foreign", ..]) => Call::Foreign { file: None },
        (_, ["_sandbox", ..]) => Call::Unknown,
        _ => return None,
    })
}

fn rest(method: &Method, parts: &[&str]) -> Option<Call> {
    Some(match (method.as_str(), parts) {
        ("GET", [".well-known", "jwks.json"]) => Call::Jwks,
        ("POST", ["storage", "auth", "token"]) => Call::Token,
        ("POST", ["storage", "upload", "initiate"]) => Call::Initiate,
        ("POST", ["storage", "upload", "initiate-multipart"]) => Call::InitiateParts,
        (_, ["storage", ..]) => Call::NotAllowed,
        _ => return None,
    })
}

fn api(method: &Method, parts: &[&str]) -> Option<Call> {
    Some(match (method.as_str(), parts) {
        ("GET", ["v1", "models"]) => Call::Models,
        ("GET", ["v1", "models", "pricing"]) => Call::Pricing,
        ("POST", ["v1", "models", "pricing", "estimate"]) => Call::Estimate,
        ("GET", ["v1", "models", "billing-events"]) => Call::Billing,
        ("GET", ["v1", "models", "requests", "by-endpoint"]) => Call::Requests,
        ("GET", ["v1", "models", "requests", "search"]) => Call::Search,
        ("DELETE", ["v1", "models", "requests", id, "payloads"]) => {
            id.parse().map_or(Call::NoRequest, |id| Call::Forget { id })
        }
        ("GET", ["openapi", "queue", "openapi.json"]) => Call::OpenApi,
        (_, ["v1", ..]) => Call::Unknown,
        _ => return None,
    })
}

fn cdn(method: &Method, parts: &[&str]) -> Option<Call> {
    let name = |file: &&str| (*file).to_owned();
    Some(match (method.as_str(), parts) {
        ("POST", ["files", "upload"]) => Call::Upload,
        ("POST", ["files", "upload", "multipart"]) => Call::BeginParts,
        ("GET" | "HEAD", ["files", "b", _, file]) => Call::Download { file: name(file) },
        ("PUT", ["files", "b", _, file, "multipart", upload, number]) => {
            Call::Part { file: name(file), upload: name(upload), number: number.parse().ok()? }
        }
        ("POST", ["files", "b", _, file, "multipart", upload, "complete"]) => {
            Call::CompleteParts { file: name(file), upload: name(upload) }
        }
        ("PUT", ["signed", file]) => Call::Put { file: name(file) },
        ("PUT", ["signed", file, number]) => Call::PutPart { file: name(file), number: number.parse().ok()? },
        ("POST", ["signed", file, "complete"]) => Call::CompletePut { file: name(file) },
        (_, ["files" | "signed", ..]) => Call::NotAllowed,
        _ => return None,
    })
}

/// A request's own URLs have the app alone before `requests`: two segments, or three where the first
/// is a namespace. With an endpoint's subpath they are not allowed (fal docs: queue).
fn queue(method: &Method, parts: &[&str]) -> Call {
    let app_len = if matches!(parts.first(), Some(&("workflows" | "comfy"))) { 3 } else { 2 };
    let Some(at) = parts.iter().position(|part| *part == "requests") else {
        return match method.as_str() {
            "POST" if parts.len() >= app_len => Call::Submit { endpoint: parts.join("/") },
            _ if parts.len() >= app_len => Call::NotAllowed,
            _ => Call::Unknown,
        };
    };
    if at != app_len {
        return if at < app_len { Call::Unknown } else { Call::NotAllowed };
    }
    let (app, rest) = parts.split_at(at);
    let app = app.join("/");
    let Some(id) = rest.get(1) else { return Call::Unknown };
    let Ok(id) = Uuid::try_parse(id) else { return Call::NoRequest };
    match (method.as_str(), rest.get(2..).unwrap_or_default()) {
        ("GET", [] | ["response"]) => Call::Outcome { app, id },
        ("GET", ["status"]) => Call::Status { app, id },
        ("GET", ["status", "stream"]) => Call::Stream { app, id },
        ("PUT", ["cancel"]) => Call::Cancel { app, id },
        (_, [] | ["response" | "status" | "cancel"] | ["status", "stream"]) => Call::NotAllowed,
        _ => Call::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(line: &str) -> Call {
        let (method, path) = line.split_once(' ').unwrap();
        Call::of(&method.parse().unwrap(), "127.0.0.1:80", path)
    }

    #[test]
    fn request_urls_take_the_app_without_the_subpath() {
        let id = Uuid::nil();
        let app = "fal-ai/topaz".to_owned();
        assert_eq!(
            call(&format!("GET /queue/fal-ai/topaz/requests/{id}/status")),
            Call::Status { app: app.clone(), id }
        );
        assert_eq!(call(&format!("GET /fal-ai/topaz/requests/{id}/")), Call::Outcome { app, id });
        assert_eq!(call(&format!("GET /queue/fal-ai/topaz/upscale/image/requests/{id}/status")), Call::NotAllowed);
        assert_eq!(
            call(&format!("PUT /comfy/me/flow/requests/{id}/cancel")),
            Call::Cancel { app: "comfy/me/flow".into(), id }
        );
        assert_eq!(
            call("POST /queue/fal-ai/topaz/upscale/image"),
            Call::Submit { endpoint: "fal-ai/topaz/upscale/image".into() }
        );
        assert_eq!(call("GET /queue/fal-ai/topaz/requests/17/status"), Call::NoRequest);
    }

    #[test]
    fn hosts_are_told_apart_by_prefix_by_header_or_by_path() {
        for line in ["POST /rest/storage/auth/token", "POST /storage/auth/token"] {
            assert_eq!(call(line), Call::Token);
        }
        assert_eq!(Call::of(&Method::POST, "rest.fal.ai", "/storage/auth/token"), Call::Token);
        assert_eq!(
            Call::of(&Method::POST, "queue.fal.run", "/storage/auth"),
            Call::Submit { endpoint: "storage/auth".into() }
        );
        assert_eq!(call("POST /cdn/files/upload"), Call::Upload);
        assert_eq!(call("POST /files/upload"), Call::Upload);
        assert_eq!(call("GET /api/v1/models/pricing"), Call::Pricing);
    }
}
