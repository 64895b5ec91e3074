//! The JSON Schema of events, held against what runs really print: every event and every field of it is described.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeSet;

use crate::common::{Run, Stage, run};
use serde_json::Value;

/// What is wrong with a value; a field that the schema does not describe is.
fn wrong(schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(wanted) = schema.get("const") {
        if wanted != value {
            found.push(format!("{at}: {value} is not {wanted}"));
        }
        return found;
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        if !values.contains(value) {
            found.push(format!("{at}: {value} is none of {values:?}"));
        }
        return found;
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(some) => some.iter().map(|one| one.as_str().unwrap()).collect(),
        _ => Vec::new(),
    };
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => unreachable(other),
    };
    if !types.iter().any(|name| is(name)) {
        found.push(format!("{at}: {value} is no {types:?}"));
    }
    for (bound, fits) in [("minimum", std::cmp::Ordering::Less), ("maximum", std::cmp::Ordering::Greater)] {
        if let (Some(bound), Some(number)) = (schema[bound].as_f64(), value.as_f64())
            && number.total_cmp(&bound) == fits
        {
            found.push(format!("{at}: {number} is beyond {bound}"));
        }
    }
    if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
        found.extend(list.iter().flat_map(|one| wrong(items, one, &format!("{at}[]"))));
    }
    let Some(object) = value.as_object() else { return found };
    let known = schema.get("properties").and_then(Value::as_object);
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !object.contains_key(name) {
            found.push(format!("{at}: lacks {name}"));
        }
    }
    for (name, value) in object {
        let at = format!("{at}.{name}");
        match (known.and_then(|known| known.get(name)), schema.get("additionalProperties"), known) {
            (Some(of), ..) | (None, Some(of), _) => found.extend(wrong(of, value, &at)),
            (None, None, Some(_)) => found.push(format!("{at}: is not described")),
            // Whatever the model has.
            (None, None, None) => {}
        }
    }
    found
}

#[expect(clippy::panic, reason = "a test may")]
fn unreachable(name: &str) -> bool {
    panic!("the schema has a type that this test does not know: {name}")
}

/// Holds every event of a run against the schema; gives their names.
fn hold(schema: &Value, ran: &Run) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for event in ran.events() {
        let name = event["event"].as_str().unwrap().to_owned();
        let of = schema["oneOf"].as_array().unwrap().iter().find(|of| of["properties"]["event"]["const"] == name);
        let of = of.unwrap_or_else(|| unknown(&name));
        let found = wrong(of, &event, &name);
        assert!(found.is_empty(), "{found:#?}");
        names.insert(name);
    }
    names
}

#[expect(clippy::panic, reason = "a test may")]
fn unknown(name: &str) -> ! {
    panic!("the schema does not know the event {name}")
}

#[test]
fn every_event_is_as_the_schema_says() {
    let stage = Stage::scenario("fails_for_good");
    let printed = run(&mut stage.command(&["config", "--schema"]));
    printed.assert_status(0);
    let schema: Value = serde_json::from_str(&printed.stdout).unwrap();
    let mut seen = BTreeSet::new();

    stage.photo("chelsea.png", "faulty.png").photo("coffee.png", "cup.png").small_photos(4);
    std::fs::copy(stage.photos().join("small-1.png"), stage.photos().join("twin.png")).unwrap();
    std::fs::write(stage.photos().join("notes.txt"), "no photo").unwrap();
    seen.extend(hold(&schema, &stage.run(&["--canary", "2", "--budget", "20"])));
    seen.extend(hold(&schema, &run(stage.command(&["plan", "--json"]).arg(stage.photos()))));
    seen.extend(hold(&schema, &stage.run(&["--budget", "0.0001", "-p", "steps=9"])));
    seen.extend(hold(&schema, &stage.run(&["--retry-failed"])));
    let here = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let heard = stage.run(&["--listen", &here, "--public-url", &format!("http://{here}/"), "-p", "steps=8"]);
    assert!(heard.summary()["webhooks"].is_object());
    seen.extend(hold(&schema, &heard));
    let recover = |args: &[&str]| run(stage.command(&[&["recover", "--json"], args].concat()).arg(stage.photos()));
    std::fs::remove_dir_all(stage.dir.path().join(".local")).unwrap();
    std::fs::remove_dir_all(stage.output()).unwrap();
    seen.extend(hold(&schema, &recover(&["--dry-run", "-p", "steps=20"])));
    seen.extend(hold(&schema, &recover(&[])));
    seen.extend(hold(&schema, &run(stage.command(&["--json", "--yes"]).env("FAL_KEY", "bad").arg(stage.photos()))));

    let all = schema["oneOf"].as_array().unwrap().iter().map(|of| of["properties"]["event"]["const"].as_str().unwrap());
    let missing: Vec<_> = all.filter(|name| !seen.contains(*name)).collect();
    // Of one photo with several requests `recover` has a test of its own.
    assert!(missing.is_empty() || missing == ["requests"], "never seen: {missing:?}");
}
