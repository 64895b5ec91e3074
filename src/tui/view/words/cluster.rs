//! Text in a form whose width is known. What is a cell for one terminal is two for another where several
//! code points make one letter or picture, and since only changed cells are drawn, a wrong width would
//! shift the row and leave ghosts behind.
//!
//! A letter with the vowel signs of an Indic script is a column and one for each sign that has room of its
//! own (Mc) in glibc, at most two in some terminals, and a single one in others. It is read by nobody without
//! its signs, so it is kept whole, gets the most that any terminal gives it, and the backend puts what
//! follows it where it belongs ([`crate::tui::placed`]). Pictures and flags are reduced instead: without
//! its joiners a family is eight columns in one terminal and two in another, which no reader would be shown
//! room for.

use std::borrow::Cow;

use unicode_segmentation::{Graphemes, UnicodeSegmentation as _};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::job::clean;

/// A text from outside as it is put into cells: cleaned, and of every cluster one code point that
/// takes room, with the marks on it that take none.
pub(crate) fn safe(text: &str) -> Cow<'_, str> {
    if text.chars().all(stands_alone) {
        return clean(text);
    }
    let apart: String = text.chars().map(without_prefix).collect();
    let pictures: String = apart.graphemes(true).map(first_picture).collect();
    let cleaned = clean(&pictures);
    let mut shown = String::with_capacity(cleaned.len());
    let mut rest = cleaned.graphemes(true);
    while let Some(cluster) = rest.next() {
        settle(cluster, &mut shown);
        while let Some(after) = after_joined(cluster, &rest) {
            rest = after;
        }
    }
    Cow::Owned(shown)
}

/// The most columns that a letter takes.
pub(crate) const WIDEST: u16 = 4;

/// Whether terminals dispute how wide a letter is that is kept whole all the same.
pub(crate) fn is_loose(cluster: &str) -> bool {
    let mut signs = cluster.chars();
    let is_letter = signs.next().is_some_and(|first| has_signs(first) && takes_room(first));
    let mut rest = signs.clone();
    is_letter
        && signs.all(has_signs)
        && rest.any(|c| takes_room(c) || is_disputed(c))
        && most(cluster) <= usize::from(WIDEST)
}

/// Columns of a cluster: for a loose one the most that any terminal gives it.
pub(crate) fn letter_columns(cluster: &str) -> usize {
    if is_loose(cluster) { most(cluster) } else { cluster.width() }
}

fn most(cluster: &str) -> usize {
    cluster.chars().map(|c| if is_disputed(c) { 1 } else { c.width().unwrap_or_default() }).sum()
}

/// Scripts whose vowel signs may take room: those of India, Sinhala, Burmese and Khmer.
fn has_signs(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// Whether a character never joins another one; these are nearly all that is ever shown.
fn stands_alone(c: char) -> bool {
    matches!(c,
        '\0'..='\u{2ff}' | '\u{370}'..='\u{482}' | '\u{2010}'..='\u{2027}' | '\u{2070}'..='\u{20cf}'
        | '\u{2100}'..='\u{2bff}' | '\u{3041}'..='\u{3096}' | '\u{30a0}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
}

fn takes_room(c: char) -> bool {
    c.width().is_some_and(|columns| columns > 0)
}

/// Of pictures that are joined, coloured or flagged by what follows, the first one.
fn first_picture(cluster: &str) -> &str {
    let mut chars = cluster.chars();
    match chars.next() {
        Some(first) if is_picture(first) && !is_flag_letter(first) => {
            cluster.get(..first.len_utf8()).unwrap_or(cluster)
        }
        _ => cluster,
    }
}

/// What is left after a picture that was joined to this one. A text that was cleaned before has `�`
/// where the joiner was.
fn after_joined<'a>(cluster: &str, rest: &Graphemes<'a>) -> Option<Graphemes<'a>> {
    let mut rest = rest.clone();
    let is_joined = starts_with_picture(cluster)
        && rest.next().is_some_and(|joiner| joiner.starts_with('\u{fffd}'))
        && rest.next().is_some_and(starts_with_picture);
    is_joined.then_some(rest)
}

fn starts_with_picture(cluster: &str) -> bool {
    cluster.chars().next().is_some_and(|c| is_picture(c) && !is_flag_letter(c))
}

fn is_picture(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

fn is_flag_letter(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

/// A flag is two letters, a letter with marks is that letter with those marks that take no room, and
/// letters that were joined into one stand beside each other, unless the whole is kept.
fn settle(cluster: &str, shown: &mut String) {
    if is_loose(cluster) {
        shown.push_str(cluster);
        return;
    }
    let mut base: Option<char> = None;
    for c in cluster.chars() {
        // Thai and Lao write this vowel as a mark and a letter of its own.
        let (mark, c) = match c {
            '\u{e33}' => (Some('\u{e4d}'), '\u{e32}'),
            '\u{eb3}' => (Some('\u{ecd}'), '\u{eb2}'),
            c if is_flag_letter(c) => (None, flag_letter(c)),
            c => (None, c),
        };
        let stands = base.is_none_or(|before| are_apart(before, c));
        if !takes_room(c) {
            shown.extend((!is_disputed(c)).then_some(c));
        } else if stands {
            if base.is_some() && mark.is_none() {
                unlink(shown);
            }
            shown.extend(mark);
            shown.push(c);
            base = Some(c);
        }
    }
}

fn flag_letter(c: char) -> char {
    let place = u32::from(c) - u32::from('\u{1f1e6}');
    char::from_u32(u32::from('A') + place).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Takes away the mark that would join the last letter to the next.
fn unlink(shown: &mut String) {
    while shown.chars().next_back().is_some_and(|last| !takes_room(last)) {
        shown.pop();
    }
}

/// A sign that draws the next letter into its own cell is shown as `?`.
fn without_prefix(c: char) -> char {
    if !stands_alone(c) && takes_room(c) && !are_apart(c, 'a') { '?' } else { c }
}

fn are_apart(before: char, c: char) -> bool {
    let pair: String = [before, c].into_iter().collect();
    pair.graphemes(true).count() == 2
}

/// Marks that take no room for some terminals and a column for others, though Unicode lets them
/// extend a letter.
fn is_disputed(c: char) -> bool {
    matches!(c,
        '\u{9be}' | '\u{9d7}' | '\u{b3e}' | '\u{b57}' | '\u{bbe}' | '\u{bd7}' | '\u{cc0}' | '\u{cc2}' | '\u{cc7}'
        | '\u{cc8}' | '\u{cca}' | '\u{ccb}' | '\u{cd5}' | '\u{cd6}' | '\u{d3e}' | '\u{d57}' | '\u{dcf}' | '\u{ddf}'
        | '\u{1b35}' | '\u{302e}' | '\u{302f}' | '\u{20dd}'..='\u{20e4}' | '\u{1d165}'..='\u{1d172}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_terminals_measure_differently_is_shown_in_a_form_that_they_do_not() {
        for (text, as_shown) in [
            ("👨\u{200d}👩\u{200d}👧\u{200d}👦.jpg", "👨.jpg"),
            ("👨\u{fffd}👩\u{fffd}👧.jpg", "👨.jpg"),
            ("👍🏽 ok", "👍 ok"),
            ("✌\u{fe0f} ❤\u{fe0f}\u{200d}🔥", "✌ ❤"),
            ("🇩🇪🇯🇵 x", "DEJP x"),
            ("🏴\u{e0067}\u{e0062}\u{e007f}", "🏴"),
            ("1\u{fe0f}\u{20e3}", "1"),
            ("नमस्ते", "नमस्ते"),
            ("हिन्दी", "हिन्दी"),
            ("বাংলা", "বাংলা"),
            ("น้ำ", "น\u{e49}\u{e4d}\u{e32}"),
            ("e\u{301}t\u{e9} Прибой й 海辺", "e\u{301}t\u{e9} Прибой й 海辺"),
        ] {
            assert_eq!(safe(text), as_shown, "{text}");
        }
        assert_eq!(safe("z\u{200d}w\u{1b}[2J"), "z\u{fffd}w\u{fffd}[2J", "hidden characters show, as everywhere");
        assert!(matches!(safe("│ beach · Прибой 海辺 →"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_letter_gets_the_most_that_any_terminal_gives_it() {
        for (letter, most, loose) in
            [("हि", 2, true), ("न्दी", 3, true), ("বা", 2, true), ("न्", 1, false), ("é", 1, false), ("海", 2, false)]
        {
            assert_eq!((letter_columns(letter), is_loose(letter)), (most, loose), "{letter}");
        }
    }

    proptest! {
        #[test]
        fn a_cluster_has_one_code_point_that_takes_room(text in any::<String>(), more in "[\u{900}-\u{dff}\u{200d}🇩🇪👩🏽\u{600}]{0,12}") {
            let text = text + &more;
            let once = safe(&text).into_owned();
            for cluster in once.graphemes(true) {
                let taking_room = cluster.chars().filter(|c| takes_room(*c)).count();
                prop_assert!(taking_room <= 1 || is_loose(cluster), "{:?} of {:?}", cluster, text);
            }
            // What is made safe twice, on its way through a view, is no wider or narrower for it.
            let roomy = |text: &str| text.chars().filter(|c| takes_room(*c)).collect::<String>();
            prop_assert_eq!(roomy(&safe(&once)), roomy(&once));
        }
    }
}
