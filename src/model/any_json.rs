//! JSON of any shape, for tests of what reads it.

use proptest::prelude::*;
use serde_json::Value;

/// JSON with these names and texts among others, nested so deep and of about so many values.
pub(super) fn any_json(
    names: impl Strategy<Value = String> + Clone + 'static,
    texts: impl Strategy<Value = String> + 'static,
    (depth, size): (u32, u32),
) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        texts.prop_map(Value::from),
    ];
    leaf.prop_recursive(depth, size, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(names.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}
