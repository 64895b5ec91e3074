//! The themes that are part of the program.

/// The theme that is used if none is asked for.
pub(super) const DEFAULT: &str = "terminal";

/// Name and file of each, in the order in which they are offered.
pub(super) const ALL: &[(&str, &str)] = &[
    ("terminal", include_str!("../../../themes/terminal.toml")),
    ("dusk", include_str!("../../../themes/dusk.toml")),
    ("paper", include_str!("../../../themes/paper.toml")),
    ("contrast", include_str!("../../../themes/contrast.toml")),
    ("blue-orange", include_str!("../../../themes/blue-orange.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
];

/// The file of a built-in theme.
pub(super) fn find(name: &str) -> Option<&'static str> {
    ALL.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
