//! Spoils an answer on its way out: headers, a lie about its length, a body that drips or breaks off.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use futures::StreamExt;
use futures::stream;
use http::header::{CONTENT_LENGTH, HeaderValue};

use super::effect::{Place, Spoil};
use crate::sandbox::fal::Fal;

/// How often a dripping body gives something.
const DRIP: Duration = Duration::from_millis(100);

/// The answer, spoiled.
pub(in crate::sandbox) fn damaged(fal: &Arc<Fal>, spoil: &Spoil, answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    for (name, value) in &spoil.headers {
        parts.headers.insert(name, value.clone());
    }
    let stated = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let length: Option<u64> = stated.or_else(|| body.size_hint().exact());
    let body_touched =
        spoil.cut_at.is_some() || spoil.stall_at.is_some() || spoil.bytes_per_s.is_some() || spoil.length_off_by != 0;
    if !body_touched {
        return Response::from_parts(parts, body);
    }
    if let Some(length) = length {
        let claimed = length.saturating_add_signed(spoil.length_off_by);
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(claimed));
    }
    let at = |place| match place {
        Place::Bytes(bytes) => bytes,
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length")]
        #[expect(clippy::cast_precision_loss, reason = "a byte more or less does not matter")]
        Place::Share(share) => (length.unwrap_or(0) as f64 * share) as u64,
    };
    let body = match spoil.bytes_per_s {
        Some(rate) => drip(fal.clone(), rate, body),
        None => body,
    };
    // A body that is shorter than it claims breaks off where it ends.
    let end = length.filter(|_| spoil.length_off_by > 0).unwrap_or(u64::MAX);
    let body = cut(spoil.cut_at.map_or(end, at), Then::Break, body);
    let body = match spoil.stall_at {
        Some(place) => cut(at(place), Then::StandStill, body),
        None => body,
    };
    Response::from_parts(parts, body)
}

/// What becomes of a body where it is cut.
#[derive(Debug, Clone, Copy)]
enum Then {
    Break,
    StandStill,
}

/// Gives `left` bytes of a body, then breaks off or stands still. As a stream it has no length of its own, so that
/// the claimed one goes out.
fn cut(left: u64, then: Then, body: Body) -> Body {
    let start = (left, body.into_data_stream());
    Body::from_stream(stream::unfold(Some(start), move |state| async move {
        let (left, mut chunks) = state?;
        if left == 0 {
            if matches!(then, Then::StandStill) {
                std::future::pending::<()>().await;
            }
            // What was sent has to be on its way before the connection breaks.
            tokio::time::sleep(Duration::from_millis(30)).await;
            return Some((Err(axum::Error::new(io::Error::from(io::ErrorKind::ConnectionReset))), None));
        }
        let mut chunk = match chunks.next().await? {
            Ok(chunk) => chunk,
            Err(error) => return Some((Err(error), None)),
        };
        chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        let left = if left == u64::MAX { left } else { left - chunk.len() as u64 };
        Some((Ok(chunk), Some((left, chunks))))
    }))
}

/// Gives a body bit by bit.
fn drip(fal: Arc<Fal>, rate: u32, body: Body) -> Body {
    let portion = usize::try_from(rate / 10).unwrap_or(usize::MAX).max(1);
    let start = (fal, Bytes::new(), body.into_data_stream());
    Body::from_stream(stream::unfold(start, move |(fal, mut rest, mut chunks)| async move {
        while rest.is_empty() {
            match chunks.next().await? {
                Ok(chunk) => rest = chunk,
                Err(error) => return Some((Err(error), (fal, rest, chunks))),
            }
        }
        fal.clock.pause(DRIP).await;
        let portion = rest.split_to(portion.min(rest.len()));
        Some((Ok(portion), (fal, rest, chunks)))
    }))
}
