//! Which paths of ours a file's code names, however they are written.

use std::collections::BTreeSet;

/// Every path of ours that a file's code names, from the crate's root and without its `crate::`. `module` is
/// the file's own path. What stands in a module inside the file (its tests) is one level deeper.
pub(crate) fn paths_of(text: &str, module: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (inner, code) in parts(text) {
        let within = if inner.is_empty() { module.to_owned() } else { format!("{module}::{inner}") };
        read(&code, &within, &mut paths);
    }
    paths
}

/// The same of what is built, without what only tests use.
pub(crate) fn paths_of_what_is_built(text: &str, module: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (inner, code) in parts(text) {
        if inner.is_empty() {
            // What is only passed on is no use.
            let uses: Vec<_> = statements(&code).into_iter().filter(|line| !line.starts_with("pub")).collect();
            read(&uses.join("\n"), module, &mut paths);
            for child in children(&code) {
                below(&uses.join("\n"), module, &child, &mut paths);
            }
        }
    }
    paths
}

/// What a file passes on under its own name: the name and where it comes from.
pub(crate) fn passed_on(text: &str, module: &str) -> Vec<(String, String)> {
    let mut found = BTreeSet::new();
    let code = own_code(text);
    for line in statements(&code).into_iter().filter(|line| line.starts_with("pub") && line.contains("use ")) {
        let (_, path) = line.split_once("use ").unwrap();
        let mut paths = BTreeSet::new();
        if path.starts_with("crate::") || path.starts_with("super::") || path.starts_with("self::") {
            read(path, module, &mut paths);
        } else {
            expand(&format!("{module}::"), path, &mut paths);
        }
        found.extend(paths);
    }
    let name = |path: String| (path.rsplit("::").next().unwrap().to_owned(), path);
    found.into_iter().map(name).collect()
}

/// A file's code without its comments and without the modules inside it, which are its tests.
pub(crate) fn own_code(text: &str) -> String {
    parts(text).swap_remove(0).1
}

/// The modules below a file.
pub(crate) fn children(code: &str) -> Vec<String> {
    let name = |line: &str| {
        let rest = line.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ").trim_start_matches("pub ");
        Some(rest.strip_prefix("mod ")?.strip_suffix(';')?.to_owned())
    };
    code.lines().filter_map(name).collect()
}

/// A file's code without comments: first its own, then that of each module inside it, with that one's name.
fn parts(text: &str) -> Vec<(String, String)> {
    let mut parts = vec![(String::new(), String::new())];
    let mut inner: Option<usize> = None;
    for line in text.lines() {
        // Who may see a thing is no use of what is named there.
        let code = &without_reach(without_comment(line));
        if let Some(name) = code.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(" {")) {
            inner = Some(parts.len());
            parts.push((name.to_owned(), String::new()));
        } else if inner.is_some() && code == "}" {
            inner = None;
        } else {
            let part = &mut parts[inner.unwrap_or(0)].1;
            part.push_str(code);
            part.push('\n');
        }
    }
    parts
}

/// Lines, with a `use` of several lines as one.
fn statements(code: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = false;
    for line in code.lines() {
        if open && let Some(last) = found.last_mut() {
            last.push_str(line);
        } else {
            found.push(line.to_owned());
            open = line.starts_with("use ") || (line.starts_with("pub") && line.contains(" use "));
        }
        open = open && !line.trim_end().ends_with(';');
    }
    found
}

fn read(code: &str, module: &str, paths: &mut BTreeSet<String>) {
    for start in ["crate::", "super::", "self::"] {
        for (at, _) in code.match_indices(start) {
            let (before, after) = (&code[..at], &code[at + start.len()..]);
            // What stands in the braces of a tree is read with it.
            if is_further(before) || before.ends_with("::{") {
                continue;
            }
            let prefix = match start {
                "crate::" => String::new(),
                start => format!("{module}::{start}"),
            };
            expand(&prefix, after, paths);
        }
    }
}

/// Paths that begin with the name of a module below.
fn below(code: &str, module: &str, child: &str, paths: &mut BTreeSet<String>) {
    let start = format!("{child}::");
    for (at, _) in code.match_indices(&start) {
        if !is_further(&code[..at]) {
            expand(&format!("{module}::"), &code[at..], paths);
        }
    }
}

/// Whether a path goes on from here, or a text.
fn is_further(before: &str) -> bool {
    before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '"'))
}

/// A path without its `super` and `self`.
fn plain(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split("::").filter(|part| !part.is_empty()) {
        match part {
            "super" => drop(parts.pop()),
            "self" => {}
            part => parts.push(part),
        }
    }
    parts.join("::")
}

/// Adds the paths at the start of `text`: one, or a tree of them in braces. What follows it.
fn expand<'a>(prefix: &str, text: &'a str, paths: &mut BTreeSet<String>) -> &'a str {
    let end = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | ':')).unwrap_or(text.len());
    let (path, rest) = text.split_at(end);
    let path = format!("{prefix}{path}");
    let Some(mut rest) = rest.strip_prefix('{') else {
        paths.insert(plain(&path));
        return rest;
    };
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('}') {
            return after;
        }
        if rest.is_empty() {
            return rest;
        }
        rest = expand(&path, rest, paths);
        // An alias, and the comma.
        rest = rest.trim_start_matches(|c| !matches!(c, ',' | '}'));
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
}

/// A line in which `pub(in …)` is no use of the module that it names.
fn without_reach(line: &str) -> String {
    match line.split_once("pub(in ") {
        Some((before, rest)) => match rest.split_once(')') {
            Some((_, after)) => format!("{before}pub(super){after}"),
            None => line.to_owned(),
        },
        None => line.to_owned(),
    }
}

/// A line up to its comment; `//` in a URL is none.
fn without_comment(line: &str) -> &str {
    match line.split_once("//") {
        Some((before, _)) if !before.ends_with(':') => before.trim_end(),
        _ => line,
    }
}
