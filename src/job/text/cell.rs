//! Texts in the cells of a table, as spreadsheets read them.

/// What begins a formula, or could in the eyes of some program.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A text as a cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe, which
/// spreadsheets show as text. A number below zero is no formula.
#[must_use]
pub fn as_cell(text: String) -> String {
    if text.starts_with(FORMULA) && text.parse::<f64>().is_err() { format!("'{text}") } else { text }
}

/// The text in a cell as it was before.
#[must_use]
pub fn of_cell(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| text.starts_with(FORMULA)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, cell) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("@SUM(1)", "'@SUM(1)"),
            ("-2+3", "'-2+3"),
            ("-7", "-7"),
            ("a cat = a pet", "a cat = a pet"),
            ("'quoted'", "'quoted'"),
        ] {
            assert_eq!(as_cell(text.to_owned()), cell);
            assert_eq!(of_cell(cell), text, "and back");
        }
    }
}
