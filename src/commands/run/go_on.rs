//! How a batch is gone on with whose model or parameters were changed on the plan.

use crate::job::{EndpointId, clean};

/// A batch with a model or parameters that were changed before the start is found again only with them.
pub(super) fn how_to_go_on(model: Option<&EndpointId>, changed: &[String]) -> String {
    let model_flag = model.map(|endpoint| format!("-m {}", quoted(endpoint.as_str())));
    let flags: Vec<_> =
        model_flag.into_iter().chain(changed.iter().map(|pair| format!("-p {}", quoted(pair)))).collect();
    let told = match model {
        Some(_) => "this batch has another model: go on with the same command, in place of its model and parameters",
        None => "this batch has other parameters: go on with the same command and",
    };
    format!("{:<9} {told} {}\n", "", flags.join(" "))
}

/// A text as a shell takes it for one word; what no terminal shows as it is, is written as bash and zsh read it.
pub(in crate::commands) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "=._-/:,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    if clean(text) == text {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let escaped = |c: char| match c {
        '\n' => r"\n".to_owned(),
        '\t' => r"\t".to_owned(),
        '\'' | '\\' => format!("\\{c}"),
        c if clean(c.encode_utf8(&mut [0; 4])).contains(c) => c.to_string(),
        c => format!("\\U{:08x}", u32::from(c)),
    };
    format!("$'{}'", text.chars().map(escaped).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_typed_again_is_one_word_for_a_shell() {
        for (text, word) in [
            ("steps=30", "steps=30"),
            ("prompt=a sunny day", "'prompt=a sunny day'"),
            ("prompt=it's", r"'prompt=it'\''s'"),
            ("prompt=one\ntwo's \\n", r"$'prompt=one\ntwo\'s \\n'"),
            ("prompt=👩\u{200d}🚀", "$'prompt=👩\\U0000200d🚀'"),
        ] {
            assert_eq!(quoted(text), word);
        }
    }
}
