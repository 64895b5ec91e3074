//! What a theme can colour: meanings, never widgets.

macro_rules! roles {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal $(or $fallback:ident)?,)+) => {
        /// A meaning that a theme gives a style to.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Role { $($(#[doc = $doc])+ $variant,)+ }

        impl Role {
            /// Every role, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in theme files.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What it stands for.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)+ }
            }

            /// The role whose style it takes where a theme does not name it. Only `text` has none.
            #[must_use]
            pub fn fallback(self) -> Option<Self> {
                match self { $(Self::$variant => None$(.or(Some(Self::$fallback)))?,)+ }
            }
        }
    };
}

roles! {
    /// Plain text, and the background of everything.
    Text = "text",
    /// What matters less: units, labels, what is over.
    Muted = "muted" or Text,
    /// What stands out without being good or bad.
    Accent = "accent" or Text,
    /// The program's name and the titles of panes.
    Title = "title" or Accent,
    /// Frames around panes.
    Border = "border" or Muted,
    /// The frame around the pane that keys go to.
    BorderFocus = "border-focus" or Accent,
    /// The row under the cursor.
    Selection = "selection" or Text,
    /// Column headings.
    HeaderRow = "header-row" or Muted,
    /// Keys in the footer and the help.
    KeyHint = "key-hint" or Accent,
    /// What keys do.
    KeyLabel = "key-label" or Muted,
    /// A job that has not begun.
    Pending = "pending" or Muted,
    /// A job whose bytes are on their way, up or down.
    Uploading = "uploading" or Accent,
    /// A job in fal's queue.
    Queued = "queued" or Text,
    /// A job on a runner.
    Running = "running" or Accent,
    /// A job between two attempts.
    Retrying = "retrying" or Accent,
    /// A job whose picture is saved.
    Success = "success" or Text,
    /// A job that failed.
    Failure = "failure" or Text,
    /// A job whose result wants a person's look.
    Review = "review" or Retrying,
    /// A job that somebody stopped.
    Cancelled = "cancelled" or Muted,
    /// A file that is never sent.
    Skipped = "skipped" or Muted,
    /// The part of a bar that is done.
    ProgressFilled = "progress-filled" or Accent,
    /// The part of a bar that is to do.
    ProgressEmpty = "progress-empty" or Muted,
    /// Something to be careful about.
    Warning = "warning" or Retrying,
    /// Something that needs a person.
    Notice = "notice" or Warning,
    /// That nothing is charged.
    Sandbox = "sandbox" or Notice,
    /// A runner's error.
    LogError = "log-error" or Failure,
    /// A runner's warning.
    LogWarn = "log-warn" or Retrying,
    /// A runner's message.
    LogInfo = "log-info" or Accent,
    /// A runner's chatter.
    LogDebug = "log-debug" or Muted,
    /// What the model saw in a picture.
    Caption = "caption" or Text,
    /// Questions and help, in front of the rest.
    Overlay = "overlay" or Text,
    /// Where the filter's text was found.
    FilterMatch = "filter-match" or Accent,
}

impl Role {
    /// The role of a name in a theme file.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.name() == name)
    }

    /// The known name that looks most like `name`, if one does.
    #[must_use]
    pub(super) fn closest(name: &str) -> Option<&'static str> {
        let shared = |known: &str| known.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
        let inside = |known: &str| known.split('-').filter(|part| part.len() > 2 && name.contains(part)).count();
        let likeness = |known: &str| inside(known) * 3 + shared(known);
        Self::ALL
            .iter()
            .map(|role| role.name())
            .max_by_key(|known| likeness(known))
            .filter(|known| likeness(known) >= 3)
    }
}
