//! Reading what becomes of captions.

use std::ffi::OsStr;

use super::values::{Read, utf8};
use crate::job::{Format, is_turning};
use crate::output::{CaptionForm, Existing, Pattern};

/// The longest extension.
const LONGEST: usize = 16;

pub(super) fn forms(text: &OsStr) -> Read<Vec<CaptionForm>> {
    let parts: Vec<_> = utf8(text)?.split(',').map(str::trim).collect();
    if parts == ["none"] {
        return Ok(Vec::new());
    }
    let mut forms = Vec::new();
    for part in parts {
        let form = CaptionForm::ALL.into_iter().find(|form| form.name() == part);
        let form =
            form.ok_or_else(|| "takes any of txt, xmp, embed, jsonl and csv, such as txt,xmp, or none".to_owned())?;
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    Ok(forms)
}

/// What stands around captions, with its blanks.
pub(super) fn around(text: &OsStr) -> Read<Box<str>> {
    let text = text.to_str().ok_or_else(|| "is not UTF-8".to_owned())?;
    Ok(text.chars().filter(|c| !c.is_control() && !is_turning(*c)).collect::<String>().into())
}

pub(super) fn pattern(text: &OsStr) -> Read<Pattern> {
    Pattern::parse(text.to_str().ok_or_else(|| "is not UTF-8".to_owned())?)
}

pub(super) fn existing(text: &OsStr) -> Read<Existing> {
    match utf8(text)? {
        "skip" => Ok(Existing::Skip),
        "overwrite" => Ok(Existing::Overwrite),
        "append" => Ok(Existing::Append),
        "prepend" => Ok(Existing::Prepend),
        _ => Err("takes skip, overwrite, append or prepend".to_owned()),
    }
}

/// As it is typed.
pub(super) fn existing_name(existing: Existing) -> &'static str {
    match existing {
        Existing::Skip => "skip",
        Existing::Overwrite => "overwrite",
        Existing::Append => "append",
        Existing::Prepend => "prepend",
    }
}

pub(super) fn extension(text: &OsStr) -> Read<Box<str>> {
    let text = utf8(text)?.trim_start_matches('.');
    let is_sound = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // A caption in a picture's place, or in a record's, would be in its way.
    let is_another = Format::from_extension(&text.to_ascii_lowercase()).is_some()
        || ["xmp", "jsonl", "csv", "html"].iter().any(|other| text.eq_ignore_ascii_case(other));
    if is_sound && !is_another {
        Ok(text.into())
    } else {
        Err("takes letters and digits that no picture or record ends with, such as caption".to_owned())
    }
}

pub(super) fn keywords(text: &OsStr) -> Read<Vec<String>> {
    let words = utf8(text)?.split(',').map(|word| {
        let clean: String = word.chars().filter(|c| !c.is_control() && !is_turning(*c)).collect();
        clean.trim().to_owned()
    });
    Ok(words.filter(|word| !word.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_a_list() {
        for (list, wanted) in [("none", &[][..]), ("txt", &["txt"]), ("embed, xmp,embed", &["embed", "xmp"])] {
            let names: Vec<_> = forms(list.as_ref()).unwrap().into_iter().map(CaptionForm::name).collect();
            assert_eq!(names, wanted, "{list}");
        }
        for bad in ["", "pdf", "txt,none", "txt,,xmp"] {
            assert!(forms(bad.as_ref()).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_surrounds_captions_keeps_its_blanks_and_turns_nothing() {
        assert_eq!(&*around("zwx, ".as_ref()).unwrap(), "zwx, ");
        assert_eq!(&*around("a\u{202e}b\n".as_ref()).unwrap(), "ab");
    }

    #[test]
    fn an_extension_is_no_pictures() {
        assert_eq!(&*extension(".caption".as_ref()).unwrap(), "caption");
        for bad in ["", "png", "JPG", "csv", "a/b", "..", "waytoolongextension"] {
            assert!(extension(bad.as_ref()).is_err(), "{bad}");
        }
    }

    #[test]
    fn keywords_are_a_list() {
        assert_eq!(keywords("Oslo, sea ,,{caption}".as_ref()).unwrap(), ["Oslo", "sea", "{caption}"]);
    }
}
