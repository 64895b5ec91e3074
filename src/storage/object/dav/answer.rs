//! What a server says of a folder and of what lies in it (RFC 4918: multistatus).

use std::time::SystemTime;

use roxmltree::{Document, Node};
use url::Url;

use crate::storage::unescaped;

/// What is asked for, so that no server tells more.
pub(super) const ASKED: &str = r#"<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/><getlastmodified/><getetag/></prop></propfind>"#;

/// What all of it is in.
const DAV: &str = "DAV:";

/// Something that lies on a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lies {
    /// The parts of its path, as they are called.
    pub(super) path: Vec<String>,
    pub(super) is_folder: bool,
    /// Its length, bytes.
    pub(super) bytes: u64,
    pub(super) changed: Option<SystemTime>,
    /// The server's mark for it, without the quotes that only some set.
    pub(super) mark: Option<String>,
}

/// All that an answer speaks of; `None` if it is none. What has a name that is no text is left out.
pub(super) fn lies(answer: &str, asked: &Url) -> Option<Vec<Lies>> {
    let document = Document::parse(answer).ok()?;
    let all = document.root_element();
    if !all.has_tag_name((DAV, "multistatus")) {
        return None;
    }
    let responses = all.children().filter(|node| node.has_tag_name((DAV, "response")));
    Some(responses.filter_map(|response| one(response, asked)).collect())
}

fn one(response: Node<'_, '_>, asked: &Url) -> Option<Lies> {
    let path = path(&text(child(response, "href")?), asked)?;
    // Of what it does not have a server speaks apart, by another status.
    let is_had = |stat: &Node<'_, '_>| {
        stat.has_tag_name((DAV, "propstat"))
            && child(*stat, "status").is_none_or(|status| text(status).split(' ').nth(1) == Some("200"))
    };
    let had: Vec<_> = response
        .children()
        .filter(is_had)
        .filter_map(|stat| child(stat, "prop"))
        .flat_map(|prop| prop.children())
        .collect();
    let named = |name: &str| had.iter().find(|node| node.has_tag_name((DAV, name))).copied();
    let said = |name: &str| named(name).map(text).filter(|said| !said.is_empty());
    Some(Lies {
        path,
        is_folder: named("resourcetype").is_some_and(|kind| child(kind, "collection").is_some()),
        bytes: said("getcontentlength").and_then(|bytes| bytes.parse().ok()).unwrap_or_default(),
        changed: said("getlastmodified").and_then(|date| httpdate::parse_http_date(&date).ok()),
        mark: said("getetag").map(|tag| bare(&tag).to_owned()),
    })
}

fn child<'a, 'b>(node: Node<'a, 'b>, name: &str) -> Option<Node<'a, 'b>> {
    node.children().find(|child| child.has_tag_name((DAV, name)))
}

/// A mark without what says how good it is, and without quotes: servers set them here and leave them out there.
pub(in super::super) fn bare(tag: &str) -> &str {
    tag.trim().trim_start_matches("W/").trim_matches('"')
}

fn text(node: Node<'_, '_>) -> String {
    let texts = node.children().filter(Node::is_text).filter_map(|node| node.text());
    texts.collect::<String>().trim().to_owned()
}

/// The parts of a reference, unescaped.
fn path(reference: &str, asked: &Url) -> Option<Vec<String>> {
    let url = asked.join(reference).ok()?;
    let parts = url.path_segments()?.filter(|part| !part.is_empty());
    parts.map(|part| String::from_utf8(unescaped(part)).ok()).collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn of(answer: &str) -> Option<Vec<Lies>> {
        lies(answer, &Url::parse("https://host.example/dav/a%20b/").unwrap())
    }

    #[test]
    fn servers_say_the_same_in_many_ways() {
        let apache = r#"<?xml version="1.0"?><D:multistatus xmlns:D="DAV:" xmlns:lp1="DAV:">
            <D:response><D:href>/dav/a%20b/</D:href><D:propstat><D:prop><lp1:resourcetype><D:collection/></lp1:resourcetype>
              </D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>
              <D:propstat><D:prop><D:getcontentlength/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat></D:response>
            <D:response><D:href>/dav/a%20b/&amp;%C3%A9%3F.jpg</D:href><D:propstat><D:prop><lp1:resourcetype/>
              <lp1:getcontentlength> 7 </lp1:getcontentlength><lp1:getlastmodified>Thu, 01 Jan 1970 00:01:40 GMT</lp1:getlastmodified>
              <lp1:getetag>W/"x-1"</lp1:getetag></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>
            </D:multistatus>"#;
        let found = of(apache).unwrap();
        let parts = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
        assert_eq!((found[0].path.clone(), found[0].is_folder, found[0].bytes), (parts(&["dav", "a b"]), true, 0));
        let photo = Lies {
            path: parts(&["dav", "a b", "&é?.jpg"]),
            is_folder: false,
            bytes: 7,
            changed: Some(UNIX_EPOCH + Duration::from_secs(100)),
            mark: Some("x-1".to_owned()),
        };
        assert_eq!(found[1], photo);
        let plain = r#"<multistatus xmlns="DAV:"><response><href>https://inside/b.jpg</href>
            <propstat><status>HTTP/1.1 200</status><prop><getetag>x-1</getetag></prop></propstat></response></multistatus>"#;
        let found = of(plain).unwrap();
        assert_eq!((found[0].path.clone(), found[0].mark.as_deref()), (parts(&["b.jpg"]), Some("x-1")));
    }

    #[test]
    fn what_is_no_answer_is_none() {
        for answer in
            ["", "<html></html>", "<multistatus/>", "<!DOCTYPE x [<!ENTITY a 'b'>]><multistatus xmlns='DAV:'/>"]
        {
            assert_eq!(of(answer), None, "{answer}");
        }
    }
}
