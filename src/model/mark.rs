//! What stands for a file of this machine in parameters: what it holds, `blake3:…`, so that the same mask under
//! another name is the same job.

use crate::job::ContentHash;

/// What a file's value begins with.
const MARK: &str = "blake3:";

/// What stands for a file in the parameters.
#[must_use]
pub fn file_mark(content: &ContentHash) -> String {
    format!("{MARK}{content:?}")
}

/// The content that a value stands for, if it stands for a file.
#[must_use]
pub fn marked(text: &str) -> Option<ContentHash> {
    let digits = text.strip_prefix(MARK).filter(|digits| digits.len() == 64 && digits.is_ascii())?;
    let mut content = [0; 32];
    for (at, byte) in content.iter_mut().enumerate() {
        let pair = digits.get(at * 2..at * 2 + 2)?;
        *byte = u8::from_str_radix(pair, 16).ok().filter(|_| !pair.contains(['+', 'A', 'B', 'C', 'D', 'E', 'F']))?;
    }
    Some(ContentHash(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_file_has_one_form() {
        let mark = file_mark(&ContentHash([0xab; 32]));
        assert_eq!(marked(&mark), Some(ContentHash([0xab; 32])));
        let bad = [mark.to_uppercase(), mark.replace("ab", "+b"), mark.replace("ab", "AB"), format!("{mark}0")];
        for bad in bad.into_iter().chain(["blake3:é".to_owned()]) {
            assert_eq!(marked(&bad), None, "{bad}");
        }
    }
}
