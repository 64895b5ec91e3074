//! Parameters of one photo among many, as a line of a list has them.

use super::{Params, out_of_range, spec_of};
use crate::model::{Model, ParamError};

impl Params {
    /// The same with parameters set anew, each by its name and as it would be typed.
    ///
    /// # Errors
    /// The first that the model does not take, by its place among them.
    pub fn typed<'a>(
        &self,
        model: &Model,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, (usize, ParamError)> {
        let mut given = self.values.clone();
        let mut last = 0;
        for (place, (name, text)) in pairs.into_iter().enumerate() {
            let spec = spec_of(model, name).map_err(|error| (place, error))?;
            let value = spec.try_read(text.trim()).map_err(|no| (place, out_of_range(model, spec, &no)))?;
            given.insert(name.to_owned(), value);
            last = place;
        }
        Self::of(model, given).fitted(self.fit()).fillable(model).map_err(|error| (last, error))
    }
}
