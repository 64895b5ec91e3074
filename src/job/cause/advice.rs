//! What a cause of failure means to a person, and what is usually to be done about it.

use super::CauseKind;

impl CauseKind {
    /// What it means, and what is usually to be done about it.
    #[must_use]
    pub fn advice(self) -> (&'static str, &'static str) {
        match self {
            Self::Validation => {
                ("a parameter was refused", "the same again fails again: run it with other parameters (-p)")
            }
            Self::ContentPolicy => ("refused for what it shows", "the same photo is refused again; leave it out"),
            Self::ImageTooLarge => ("too large for the model", "make it smaller, or take a smaller factor"),
            Self::ImageTooSmall => ("too small for the model", "leave it out, or enlarge it by other means first"),
            Self::ImageLoad => ("the model cannot open it", "see if it opens here; save it anew as JPEG or PNG"),
            Self::FileDownload => ("the model could not fetch it", "usually passes: send it again"),
            Self::ModelError => ("the model failed by itself", "often passes; if it does not, another seed may"),
            Self::Runner => ("fal failed to run the model", "usually passes: send them again a little later"),
            Self::Timeout => ("it took too long", "send them again; fewer at once (-) may help"),
            Self::RateLimited => ("asked to slow down", "make the window smaller (-) and send them again"),
            Self::Network => ("no connection, or one that broke", "see to the network, then send them again"),
            Self::Upload => ("could not be uploaded", "see to the network, then send them again"),
            Self::Download => ("the result did not come", "send again: it is fetched, not made and paid for anew"),
            Self::BadResult => ("the result is no whole picture", "send again: it may be made and paid for anew"),
            Self::BadResponse => ("an answer that cannot be read", "send again; if it stays so, look for an update"),
            Self::KeyRefused => ("the key was refused", "check FAL_KEY and start again"),
            Self::AccountLocked => ("the account is locked", "see to what fal says of it, then send again"),
            Self::Forbidden => {
                ("the key or the account may not do this", "see its permissions at fal.ai/dashboard/keys")
            }
            Self::NotFound => ("fal does not know it", "check the model's name; an old request has been forgotten"),
            Self::LocalFile => ("a file here cannot be read or written", "see to the file, then send again"),
            Self::Resources => ("this machine ran out of something", "raise the limit that it names, then send again"),
            Self::Disk => ("the disk is full", "make room, then send again: what is paid for is fetched"),
            Self::Internal => ("a fault in fal-tui", "report it; try again: what is paid for is not paid again"),
            Self::Cancelled => ("cancelled", "send again if it is wanted after all"),
            Self::SamePicture => ("another run sends the same", "nothing to do: its result is copied"),
            Self::Cap => ("the cap has no room now", "raise the cap if it stays so"),
            Self::UnknownOutcome => ("it may have been paid for", "see fal's dashboard before it is sent again"),
        }
    }

    /// What is usually to be done about it, where there is no dashboard and no key of it.
    #[must_use]
    pub fn hint(self) -> String {
        self.advice().1.replace("(-)", "(-c)")
    }
}
