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
    /// In place of bytes where others work on the batch: they move none here.
    Workers,
}

impl Panel {
    pub(super) const ALL: [Self; 6] =
        [Self::Photos, Self::Money, Self::Seconds, Self::Queue, Self::Causes, Self::Bytes];

    /// The same of a batch that others work on.
    pub(super) const OF_OTHERS: [Self; 6] =
        [Self::Photos, Self::Money, Self::Workers, Self::Queue, Self::Causes, Self::Seconds];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Photos => "Photos a minute",
            Self::Money => "Money",
            Self::Seconds => "Seconds at fal",
            Self::Queue => "Queue at fal",
            Self::Causes => "Failures",
            Self::Bytes => "Bytes",
            Self::Workers => "Workers",
        }
    }
}
