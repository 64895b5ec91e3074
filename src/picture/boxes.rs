//! Boxes of the ISO base media format (ISO/IEC 14496-12, 4.2) in memory: AVIF and Canon's raw are made of them.

/// The boxes one after the other in a body, up to one that does not fit.
pub(super) fn boxes(mut body: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let length = u32::from_be_bytes(*body.first_chunk()?) as usize;
        let name = *body.get(4..)?.first_chunk()?;
        let content = body.get(8..length)?;
        body = body.get(length..)?;
        Some((name, content))
    })
}
