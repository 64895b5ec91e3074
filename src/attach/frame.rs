//! Messages on their way: a length of four bytes, most significant first, and so many bytes of JSON.

use std::io::{self, ErrorKind};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

/// The longest message, bytes: the numbers of some millions of jobs.
pub(super) const LONGEST: u32 = 64 << 20;
/// How long somebody may leave a message lying.
const STALLED: Duration = Duration::from_secs(10);

/// Sends a message, as far as it is taken in time.
///
/// # Errors
/// If nobody reads any more, or not for too long.
pub(super) async fn write(to: &mut (impl AsyncWrite + Unpin), message: &impl Serialize) -> io::Result<()> {
    let mut bytes = vec![0; 4];
    serde_json::to_writer(&mut bytes, message)?;
    let length = u32::try_from(bytes.len() - 4).ok().filter(|length| *length <= LONGEST).ok_or_else(too_long)?;
    for (byte, value) in bytes.iter_mut().zip(length.to_be_bytes()) {
        *byte = value;
    }
    let written = timeout(STALLED, async {
        to.write_all(&bytes).await?;
        to.flush().await
    });
    written.await.map_err(|_| io::Error::new(ErrorKind::TimedOut, "nobody reads"))?
}

/// The next message; `None` if the other end has gone between two. Memory grows with what has come, not with what is
/// announced.
///
/// # Errors
/// If it is longer than `most` bytes, cut off, or not what is spoken here.
pub(super) async fn read<T: DeserializeOwned>(from: &mut (impl AsyncRead + Unpin), most: u32) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length).await {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    };
    let length = u32::from_be_bytes(length);
    if length > most {
        return Err(too_long());
    }
    let mut bytes = Vec::new();
    from.take(length.into()).read_to_end(&mut bytes).await?;
    if bytes.len() < usize::try_from(length).unwrap_or(usize::MAX) {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(serde_json::from_slice(&bytes)?))
}

fn too_long() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "a message is too long")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_message_comes_as_it_was_and_what_is_none_is_refused() {
        let (mut here, mut there) = tokio::io::duplex(1 << 16);
        write(&mut here, &vec!["a", "ü"]).await.unwrap();
        assert_eq!(read::<Vec<String>>(&mut there, 99).await.unwrap().unwrap(), ["a", "ü"]);
        for (bytes, why) in [
            (&b"GET / HTTP/1.1\r\n\r\n"[..], "a message is too long"),
            (&[0, 0, 0, 2, b'{', b'!'], "invalid type: map, expected a sequence at line 1 column 0"),
            (&[0, 0, 0, 9, b'{', b'}'], "unexpected end of file"),
        ] {
            let mut bytes = bytes;
            assert_eq!(read::<Vec<String>>(&mut bytes, 99).await.unwrap_err().to_string(), why);
        }
        drop(here);
        assert!(read::<Vec<String>>(&mut there, 99).await.unwrap().is_none(), "whoever goes between two has gone");
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_nothing_is_not_waited_for_longer_than_a_while() {
        let (mut here, _there) = tokio::io::duplex(8);
        let error = write(&mut here, &"longer than eight bytes").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }
}
