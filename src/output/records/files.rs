//! What files were called that went along with photos: parameters have what these hold in their place.

use std::collections::BTreeMap;

/// Names by what stands for a file in parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileNames(BTreeMap<String, String>);

impl FileNames {
    /// Another file, by what stands for it.
    pub fn learn(&mut self, mark: String, name: String) {
        self.0.insert(mark, name);
    }

    /// Those that stand in parameters, as JSON in a text; `None` if none does.
    pub(super) fn of(&self, params: &str) -> Option<String> {
        let named: BTreeMap<_, _> = self.0.iter().filter(|(mark, _)| params.contains(mark.as_str())).collect();
        if named.is_empty() { None } else { serde_json::to_string(&named).ok() }
    }
}
