//! Lines of a file that anybody may have written: read one at a time, and none longer than ours get.

use std::io::{self, BufRead, BufReader, Read};

use memchr::{memchr2, memmem};

/// The longest line that is looked at, bytes. A caption has 64 KiB, and JSON writes a character with up to
/// six bytes.
const LONGEST: u64 = 1024 * 1024;

/// Calls `each` with every line, without its end. Longer ones are passed over.
pub(super) fn each_line(file: impl Read, mut each: impl FnMut(&[u8])) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(64 * 1024, file);
    let (mut line, mut is_too_long) = (Vec::new(), false);
    loop {
        line.clear();
        if reader.by_ref().take(LONGEST).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let is_whole = line.last() == Some(&b'\n');
        if is_whole {
            line.pop();
        }
        let is_rest = std::mem::replace(&mut is_too_long, !is_whole && line.len() as u64 == LONGEST);
        if !is_rest && !is_too_long {
            each(&line);
        }
    }
}

/// The text of a key in a line as we write it, without reading all of that as JSON; `None` where it has none that is plain.
/// Quotes within texts are escaped: nothing that is said of a picture looks like a key.
pub(super) fn text_of<'a>(line: &'a [u8], key: &str) -> Option<&'a str> {
    let rest = line.get(memmem::find(line, format!("\"{key}\":\"").as_bytes())? + key.len() + 4..)?;
    let end = memchr2(b'"', b'\\', rest).filter(|end| rest.get(*end) == Some(&b'"'))?;
    str::from_utf8(rest.get(..end)?).ok()
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn a_text_is_found_where_it_is_a_key_s() {
        let line = br#"{"text":"says \"request_id\":\"x\"","request_id":"a-1","service":"f\u0061l","seed":1}"#;
        assert_eq!(text_of(line, "request_id"), Some("a-1"));
        for key in ["service", "seed", "source", "text"] {
            assert_eq!(text_of(line, key), None, "{key}: not plain, no text, or not there");
        }
        assert_eq!(text_of(br#"{"request_id":"a"#, "request_id"), None);
    }

    #[test]
    fn a_line_without_end_takes_no_memory_and_the_next_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lines");
        let long = vec![b'x'; 3 * 1024 * 1024 + 5];
        std::fs::write(&path, [b"first\n".as_slice(), &long, b"\nsecond\n\nlast"].concat()).unwrap();
        let mut seen = Vec::new();
        each_line(File::open(&path).unwrap(), |line| seen.push(String::from_utf8(line.to_vec()).unwrap())).unwrap();
        assert_eq!(seen, ["first", "second", "", "last"]);
    }
}
