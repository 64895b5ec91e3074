use ratatui::style::{Color, Modifier};

use super::super::{Role, Theme, ThemeError};
use crate::tui::caps::Depth;

const DEPTHS: [Depth; 4] = [Depth::Mono, Depth::Ansi16, Depth::Ansi256, Depth::Rgb];

fn write(dir: &std::path::Path, name: &str, text: &str) -> String {
    let path = dir.join(format!("{name}.toml"));
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn error_of(text: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), "t", text);
    Theme::load(&path, None).unwrap_err().to_string().replace(&path, "t.toml")
}

#[test]
fn every_built_in_theme_loads_without_a_warning_and_no_text_hides_on_its_background() {
    for name in Theme::built_in() {
        let theme = Theme::load(name, None).unwrap();
        assert_eq!(theme.warnings, Vec::<String>::new(), "{name}");
        for depth in DEPTHS {
            let styles = theme.styles(depth);
            let page = styles.of(Role::Text).bg.unwrap_or(Color::Reset);
            for role in Role::ALL {
                let style = styles.of(*role);
                let (fg, bg) = (style.fg.unwrap_or(Color::Reset), style.bg.unwrap_or(page));
                let same = fg == bg && fg != Color::Reset;
                assert!(!same, "{name} at {depth:?}: {} is {fg:?} on {bg:?}", role.name());
            }
            let selection = styles.of(Role::Selection);
            let seen = selection.add_modifier.contains(Modifier::REVERSED) || styles.has_background(Role::Selection);
            assert!(seen, "{name} at {depth:?}: the selection cannot be seen");
        }
    }
}

/// Relative luminance and contrast as WCAG 2 defines them.
fn contrast(a: (u8, u8, u8), b: (u8, u8, u8)) -> f64 {
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = |(r, g, b): (u8, u8, u8)| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn themes_with_a_background_of_their_own_can_be_read_on_it_and_on_the_selection() {
    let rgb = |color: Option<Color>| match color {
        Some(Color::Rgb(r, g, b)) => Some((r, g, b)),
        _ => None,
    };
    let mut checked = 0;
    for name in Theme::built_in() {
        let styles = Theme::load(name, None).unwrap().styles(Depth::Rgb);
        let Some(page) = rgb(styles.of(Role::Text).bg) else { continue };
        let selection = styles.of(Role::Selection);
        for role in Role::ALL.iter().filter(|role| **role != Role::Selection) {
            let style = styles.of(*role);
            let fg = rgb(style.fg).unwrap();
            let is_line = matches!(role, Role::Border | Role::ProgressEmpty);
            let least = if is_line { 1.8 } else { 4.5 };
            let found = contrast(fg, rgb(style.bg).unwrap_or(page));
            assert!(found >= least, "{name}: {} has {found:.1}", role.name());
            if !is_line && style.bg.is_none() {
                let found = contrast(rgb(selection.fg).unwrap_or(fg), rgb(selection.bg).unwrap());
                assert!(found >= 4.0, "{name}: {} on the selection has {found:.1}", role.name());
            }
        }
        checked += 1;
    }
    assert_eq!(checked, 4);
}

#[test]
fn built_in_files_carry_their_own_names() {
    for name in Theme::built_in() {
        let text = super::builtin::find(name).unwrap();
        assert!(text.contains(&format!("name = \"{name}\"")), "{name}");
    }
}

#[test]
fn without_colours_only_modifiers_are_left() {
    for name in Theme::built_in() {
        let styles = Theme::load(name, None).unwrap().styles(Depth::Mono);
        for role in Role::ALL {
            let style = styles.of(*role);
            assert!(style.fg.is_none_or(|fg| fg == Color::Reset) && style.bg.is_none_or(|bg| bg == Color::Reset));
        }
    }
}

#[test]
fn a_theme_says_only_what_differs_from_the_one_that_it_inherits() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "base", "[palette]\nbad = \"#ff0000\"\n[roles]\nfailure = \"bad\"\nsuccess = \"green\"\n");
    write(dir.path(), "mine", "inherits = \"base\"\n[palette]\nbad = \"#aa0000\"\n[roles]\nsuccess = \"blue\"\n");
    let styles = Theme::load("mine", Some(dir.path())).unwrap().styles(Depth::Rgb);
    assert_eq!(styles.of(Role::Success).fg, Some(Color::Blue));
    assert_eq!(styles.of(Role::Failure).fg, Some(Color::Rgb(0xaa, 0, 0)), "its palette colours what it inherits");
}

#[test]
fn a_user_theme_may_take_a_built_in_name_and_inherit_it() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "terminal", "inherits = \"terminal\"\n[roles]\nfailure = \"magenta\"\n");
    let styles = Theme::load("terminal", Some(dir.path())).unwrap().styles(Depth::Ansi16);
    assert_eq!(styles.of(Role::Failure).fg, Some(Color::Magenta));
    assert_eq!(styles.of(Role::Success), Theme::default().styles(Depth::Ansi16).of(Role::Success));
}

#[test]
fn a_role_that_is_not_named_takes_its_fallbacks_style() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), "few", "[roles]\naccent = { fg = \"cyan\", mods = [\"bold\"] }\n");
    let styles = Theme::load(&path, None).unwrap().styles(Depth::Ansi16);
    assert_eq!(styles.of(Role::BorderFocus), styles.of(Role::Accent));
    assert_eq!(styles.of(Role::Review).fg, Some(Color::Cyan), "review, retrying, accent");
}

#[test]
fn themes_that_inherit_each_other_are_told_so() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a", "inherits = \"b\"\n");
    write(dir.path(), "b", "inherits = \"a\"\n");
    let error = Theme::load("a", Some(dir.path())).unwrap_err();
    assert!(matches!(&error, ThemeError::Circle(names) if names == "a → b → a"), "{error}");
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    for (text, told) in [
        ("[roles]\ntext = \"reset\"\nfailure = \"redd\"\n", "t.toml, line 3: `redd` is neither"),
        ("[palette]\n\nrose = { rgb = \"pink\" }\n", "t.toml, line 3: `rgb` is of the form"),
        ("[palette]\nrose = { ansi256 = 300 }\n", "t.toml, line 2: `ansi256` is a number"),
        ("[roles]\ntext = { mods = [\n\"blink\"] }\n", "t.toml, line 3: `blink` is none of"),
        ("[roles]\ntext = { colour = \"red\" }\n", "t.toml, line 2: `colour` is none of fg"),
        ("name = \"other\"\n", "t.toml, line 1: the name must be the file's: `t`"),
        ("\ncolours = 1\n", "t.toml, line 2: `colours` is none of name"),
        ("[roles\n", "t.toml, line 1: "),
        ("inherits = \"nothing\"\n", "no theme is called `nothing`"),
    ] {
        let error = error_of(text);
        assert!(error.starts_with(told), "{text:?} gave {error:?}");
    }
}

#[test]
fn an_unknown_role_is_a_warning_that_helps() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), "new", "[roles]\nfailures = \"red\"\n");
    let theme = Theme::load(&path, None).unwrap();
    let warning = theme.warnings.first().unwrap();
    assert!(warning.ends_with("line 2: there is no role `failures`; did you mean `failure`?"), "{warning}");
}

#[test]
fn an_unknown_theme_is_told_with_those_there_are() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "mine", "");
    let error = Theme::load("nope", Some(dir.path())).unwrap_err().to_string();
    assert!(error.contains("`nope`") && error.contains("mine") && error.contains("terminal"), "{error}");
}
