//! A fault as it is written in a scenario: which keys there are, and which go together.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::effect::Picture;
use super::when::Per;

/// Why a fault makes no sense, for a person.
pub(super) type Wrong = String;

/// A part of a fault.
trait Part {
    /// Its keys.
    const KEYS: &'static [&'static str];

    /// Reads the value of a key that is of this part; else leaves it.
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error>;

    /// The first of its keys that is written.
    fn given(&self) -> Option<&'static str>;
}

/// Declares a part by its keys, all of which may be left out.
macro_rules! part {
    ($(#[$about:meta])* $part:ident { $($key:ident: $value:ty,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Default)]
        pub(super) struct $part {
            $(pub(super) $key: Option<$value>,)+
        }

        impl Part for $part {
            const KEYS: &'static [&'static str] = &[$(stringify!($key)),+];

            fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
                $(if key == stringify!($key) {
                    self.$key = Some(map.next_value()?);
                })+
                Ok(())
            }

            fn given(&self) -> Option<&'static str> {
                $(if self.$key.is_some() {
                    return Some(stringify!($key));
                })+
                None
            }
        }
    };
}

part! {
    /// When it happens.
    WhenForm {
        call: OneOrMore,
        file: OneOrMore,
        model: OneOrMore,
        input: String,
        attempt: RangeForm,
        after: u64,
        first: u64,
        per: Per,
    }
}

part! {
    /// Who answers a call, and how late.
    ReplyForm {
        delay_ms: u64,
        hang: bool,
        drop: DropForm,
        lock: LockForm,
        redirect: String,
        status: u16,
        body: String,
        json: Value,
        ingress: bool,
        carried_out: bool,
    }
}

part! {
    /// What is done to the answer.
    SpoilForm {
        headers: BTreeMap<String, String>,
        cut_at: PlaceForm,
        length_off_by: i64,
        bytes_per_s: u32,
        stall_at: PlaceForm,
        nested: u32,
        padding: u32,
        gzip: bool,
    }
}

part! {
    /// What happens to a run at its runner.
    RunForm {
        run_ms: u64,
        fail: FailForm,
        log: Vec<String>,
        output: Map<String, Value>,
        remove: Vec<String>,
        expire_input: bool,
        heeds_cancel: bool,
    }
}

part! {
    /// What calls and runs share.
    SharedForm {
        picture: Picture,
    }
}

/// One fault: when, and what.
#[derive(Debug, Default)]
pub(super) struct FaultForm {
    pub(super) when: WhenForm,
    pub(super) reply: ReplyForm,
    pub(super) spoil: SpoilForm,
    pub(super) run: RunForm,
    pub(super) shared: SharedForm,
}

impl FaultForm {
    fn keys() -> impl Iterator<Item = &'static str> {
        [WhenForm::KEYS, ReplyForm::KEYS, SpoilForm::KEYS, RunForm::KEYS, SharedForm::KEYS].concat().into_iter()
    }

    /// Each key belongs to calls or to runs, and some to one kind of call.
    pub(super) fn check_keys(&self, calls: &[&str], is_run: bool) -> Result<(), Wrong> {
        let for_calls = self.reply.given().or_else(|| self.spoil.given());
        let for_runs = self.run.given();
        let (ours, theirs) = if is_run { (for_runs, for_calls) } else { (for_calls, for_runs) };
        if let Some(key) = theirs {
            let whose = if is_run { "HTTP calls" } else { "`call = \"run\"`" };
            return Err(format!("`{key}` is only for {whose}"));
        }
        let shared = self.shared.given();
        if shared.is_some() && !is_run && calls != ["download"] {
            return Err("`picture` is only for `call = \"download\"` and `call = \"run\"`".to_owned());
        }
        if ours.or(shared).is_none() {
            return Err("it does nothing: it says when, not what".to_owned());
        }
        Ok(())
    }
}

/// `serde(flatten)` would lose in which line a value is wrong, and takes unknown keys.
impl<'de> Deserialize<'de> for FaultForm {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Keys)
    }
}

struct Keys;

impl<'de> Visitor<'de> for Keys {
    type Value = FaultForm;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fault: when, and what")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FaultForm, A::Error> {
        let mut form = FaultForm::default();
        while let Some(Key(key)) = map.next_key()? {
            form.when.take(&key, &mut map)?;
            form.reply.take(&key, &mut map)?;
            form.spoil.take(&key, &mut map)?;
            form.run.take(&key, &mut map)?;
            form.shared.take(&key, &mut map)?;
        }
        if form.when.call.is_none() {
            return Err(Error::missing_field("call"));
        }
        Ok(form)
    }
}

/// A key that there is. It is refused where it is read, so that the message points at it.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Key(String);

impl TryFrom<String> for Key {
    type Error = Wrong;

    fn try_from(key: String) -> Result<Self, Wrong> {
        if FaultForm::keys().any(|known| known == key) {
            return Ok(Self(key));
        }
        let known: Vec<_> = FaultForm::keys().map(|known| format!("`{known}`")).collect();
        Err(format!("unknown field `{key}`, expected one of {}", known.join(", ")))
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    pub(super) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(more) => more,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a number such as 2, or a range such as \"1..2\"")]
pub(super) enum RangeForm {
    One(u32),
    Text(String),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DropForm {
    Before,
    After,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected true, or what the account is told")]
pub(super) enum LockForm {
    Yes(bool),
    Reason(String),
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a number of bytes, or a share such as \"50%\"")]
pub(super) enum PlaceForm {
    Bytes(u64),
    Share(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FailForm {
    pub(super) status: Option<u16>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) error_type: Option<String>,
    pub(super) msg: Option<String>,
    pub(super) field: Option<String>,
    pub(super) ctx: Option<Map<String, Value>>,
    pub(super) body: Option<String>,
}
