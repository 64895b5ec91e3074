//! What the overview shows.

/// What is shown, in the order of what is asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Panel {
    Photos,
    Money,
    Seconds,
    Queue,
    Causes,
    Bytes,
}

impl Panel {
    pub(super) const ALL: [Self; 6] =
        [Self::Photos, Self::Money, Self::Seconds, Self::Queue, Self::Causes, Self::Bytes];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Photos => "Photos a minute",
            Self::Money => "Money",
            Self::Seconds => "Seconds at fal",
            Self::Queue => "Queue at fal",
            Self::Causes => "Failures",
            Self::Bytes => "Bytes",
        }
    }
}
