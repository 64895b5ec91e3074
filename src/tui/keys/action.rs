//! Everything that a key can do: one table that the bindings, the help and the footer come from.

/// Where keys go, and so what they may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// The plan, before anything is sent.
    Plan,
    /// The list of photos on the plan.
    Photos,
    /// The table of jobs.
    Jobs,
    /// The lower pane.
    Detail,
    /// The batch as a contact sheet.
    Sheet,
    /// A photo and its result over the whole screen.
    Zoom,
    /// Results over the whole screen, one after the other.
    Review,
    /// Help or a question, in front of the rest.
    Overlay,
    /// What failed, by cause; in front of the rest, too.
    Causes,
}

impl Context {
    /// Every context.
    pub const ALL: [Self; 9] = [
        Self::Plan,
        Self::Photos,
        Self::Jobs,
        Self::Detail,
        Self::Sheet,
        Self::Zoom,
        Self::Review,
        Self::Overlay,
        Self::Causes,
    ];

    /// The wider one whose actions can be done here as well.
    #[must_use]
    pub fn within(self) -> Option<Self> {
        match self {
            Self::Causes => Some(Self::Overlay),
            Self::Photos => Some(Self::Plan),
            _ => None,
        }
    }
}

/// Where the help lists an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Section {
    /// Moving about.
    Move,
    /// Choosing what is shown.
    Show,
    /// Acting on jobs.
    Jobs,
    /// Steering the batch.
    Batch,
    /// The lower pane.
    Pane,
    /// Photo and result over the whole screen.
    Picture,
    /// Going through results.
    Review,
    /// The program itself.
    Program,
}

impl Section {
    /// Every section, in the help's order.
    pub const ALL: [Self; 8] =
        [Self::Move, Self::Show, Self::Jobs, Self::Batch, Self::Pane, Self::Picture, Self::Review, Self::Program];

    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Move => "Moving",
            Self::Show => "What is shown",
            Self::Jobs => "Jobs: the marked ones, else the one under the cursor",
            Self::Batch => "The batch",
            Self::Pane => "The lower pane",
            Self::Picture => "The pictures",
            Self::Review => "The review: results over the whole screen, one after the other",
            Self::Program => "The program",
        }
    }
}

macro_rules! actions {
    ($($variant:ident $name:literal $section:ident [$($context:ident)+] [$($key:literal)+] $about:literal;)+) => {
        /// Something that a key can do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "`about` says what each does")]
        pub enum Action { $($variant,)+ }

        impl Action {
            /// Every action, in the order in which the help lists them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in the settings.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What it does, for the help.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)+ }
            }

            /// Where the help lists it.
            #[must_use]
            pub fn section(self) -> Section {
                match self { $(Self::$variant => Section::$section,)+ }
            }

            /// Where it can be done.
            #[must_use]
            pub fn contexts(self) -> &'static [Context] {
                match self { $(Self::$variant => &[$(Context::$context),+],)+ }
            }

            /// The keys that do it unless the settings say otherwise.
            #[must_use]
            pub fn default_keys(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($key),+],)+ }
            }
        }
    };
}

actions! {
    Up           "up"            Move    [Plan Jobs Detail Sheet Zoom Overlay Review] ["up" "k"]            "one row up";
    Down         "down"          Move    [Plan Jobs Detail Sheet Zoom Overlay Review] ["down" "j"]          "one row down; follows its photo nearby";
    HalfUp       "half-page-up"  Move    [Plan Jobs Detail Sheet Overlay] ["ctrl-u"]            "half a page up";
    HalfDown     "half-page-down" Move   [Plan Jobs Detail Sheet Overlay] ["ctrl-d"]            "half a page down";
    PageUp       "page-up"       Move    [Plan Jobs Detail Sheet Overlay] ["pgup"]              "a page up";
    PageDown     "page-down"     Move    [Plan Jobs Detail Sheet Overlay] ["pgdn"]              "a page down";
    First        "first"         Move    [Plan Jobs Detail Sheet Overlay Review] ["g" "home"]          "to the first row, and stay on top as rows move";
    Last         "last"          Move    [Plan Jobs Detail Sheet Overlay Review] ["G" "end"]           "to the last row; in the logs: follow them";
    NextPane     "next-pane"     Move    [Jobs Detail]              ["tab" "shift-tab"]   "between the table and the lower pane";

    Left         "left"          Move    [Sheet]                    ["left" "h"]          "on the contact sheet: one to the left";
    Right        "right"         Move    [Sheet]                    ["right" "l"]         "on the contact sheet: one to the right";

    NextPart     "next-part"     Move    [Plan]                     ["tab"]               "to the next part of the plan";
    PrevPart     "previous-part" Move    [Plan]                     ["shift-tab"]         "to the part of the plan before";

    Photos       "photos"        Show    [Plan]                     ["p"]                 "every photo of the plan as a list, and back";
    NextTab      "next-tab"      Show    [Jobs]                     ["right" "l"]         "the next filter tab";
    PrevTab      "previous-tab"  Show    [Jobs]                     ["left" "h"]          "the filter tab before";
    NextList     "next-list"     Show    [Sheet]                    ["tab"]               "on the contact sheet: the next filter tab";
    PrevList     "previous-list" Show    [Sheet]                    ["shift-tab"]         "on the contact sheet: the filter tab before";
    Sheet        "sheet"         Show    [Jobs Detail Sheet]  ["C"]                 "the batch as a contact sheet, and back";
    Filter       "filter"        Show    [Plan Jobs Detail Sheet]   ["/"]                 "filter by path; once it runs also by status, cause or caption";
    NextMatch    "next-match"    Show    [Jobs Sheet Zoom]          ["n"]                 "the next row that the filter leaves";
    PrevMatch    "previous-match" Show   [Jobs Sheet Zoom]          ["N"]                 "the row before that the filter leaves";
    Sort         "sort"          Show    [Photos Jobs Sheet]        ["s"]                 "order by the next column";
    SortReverse  "sort-reverse"  Show    [Photos Jobs Sheet]        ["S"]                 "turn the order around";
    Failures     "failures"      Show    [Jobs Detail Sheet]        ["F"]                 "what failed, by cause";
    Reviews      "reviews"       Show    [Jobs Detail Sheet]        ["V"]                 "the review: go through the results over the whole screen";
    ShowCause    "show-cause"    Show    [Causes]                   ["enter"]             "among the causes: show just these photos";
    Freeze       "freeze"        Show    [Jobs Detail]              ["f"]                 "hold the table still, or let it move again";
    Theme        "theme"         Show    [Plan Jobs Detail Sheet]   ["t"]                 "the next theme";

    Open         "open"          Jobs    [Jobs Detail Sheet]        ["enter"]             "open the lower pane over the whole screen, and back";
    Mark         "mark"          Jobs    [Jobs Sheet]               ["space"]             "mark the row, or take the mark away";
    MarkAll      "mark-all"      Jobs    [Jobs Sheet]               ["a"]                 "mark all that the tab and filter leave";
    Unmark       "unmark-all"    Jobs    [Jobs Sheet]               ["A"]                 "take all marks away";
    Retry        "retry"         Jobs    [Jobs Detail Sheet Causes] ["r"]                 "send again";
    Cancel       "cancel"        Jobs    [Jobs Detail Sheet]        ["x"]                 "cancel, if it can still be stopped";
    Accept       "accept"        Jobs    [Jobs Detail Sheet Zoom Review]   ["v"]                 "the result is as it should be";
    Reject       "reject"        Jobs    [Jobs Detail Sheet Zoom Review]   ["X"]                 "it is not: it stays, to be reviewed";
    Redo         "redo"          Jobs    [Jobs Detail Sheet Zoom Review]   ["e"]                 "make it again with other parameters; says its price first";
    EditCaption  "edit-caption"  Jobs    [Jobs Detail Sheet Zoom Review]   ["E"]                 "change its caption, in $VISUAL or $EDITOR if that is set";
    Undo         "undo"          Jobs    [Jobs Detail Sheet Zoom Review]   ["u"]                 "take back what was accepted, rejected, rated or written last";
    Many         "judge-many"    Jobs    [Jobs Detail Sheet Review] ["M"]                 "accept or reject many at once: says how many first";
    Where        "where"         Jobs    [Jobs Detail]              ["o"]                 "where its files and its request are";
    Copy         "copy"          Jobs    [Jobs Detail Sheet]        ["y"]                 "copy caption, path, URL or request id";

    Start        "start"         Batch   [Plan]                     ["enter"]             "start, where the cursor is on the start: from then on photos are paid for";
    Edit         "edit"          Batch   [Plan]                     ["e"]                 "change the parameter: type it, or pick it from a list";
    StepUp       "step-up"       Batch   [Plan]                     ["right" "l"]         "a step more of the parameter, or the other of two";
    StepDown     "step-down"     Batch   [Plan]                     ["left" "h"]          "a step less of the parameter";
    Default      "default"       Batch   [Plan]                     ["backspace" "d"]     "give the parameter back its default; from that to null, if it may be";
    LeaveOut     "leave-out"     Batch   [Plan]                     ["space"]             "leave the folder or photo out, or take it in again";
    LeaveOutAll  "leave-out-all" Batch   [Photos]                   ["a"]                 "in the list: leave out all that the filter leaves";
    TakeInAll    "take-in-all"   Batch   [Photos]                   ["A"]                 "in the list: take in all that the filter leaves";
    Model        "model"         Batch   [Plan]                     ["m"]                 "another model: search, what these photos cost with each, take one";
    PriceLimit   "price-limit"   Batch   [Plan]                     ["$"]                 "leave out photos above a price";
    TrustPrice   "trust-price"   Batch   [Plan]                     ["T"]                 "take the price that fal names, where it is in doubt; asks first";
    Canary       "canary"        Batch   [Plan]                     ["c"]                 "send a few of the photos first, then wait for a word";
    BackToPlan   "back-to-plan"  Batch   [Jobs Detail]              ["B"]                 "once these have come in: back to the plan, with what is done";
    Cap          "cap"           Batch   [Plan Jobs Detail Sheet]   ["b"]                 "set the cap: it never costs more than that";
    RetryFailed  "retry-failed"  Batch   [Jobs Detail Sheet Causes] ["R"]                 "send what failed again: by cause, or all";
    Pause        "pause"         Batch   [Jobs Detail Sheet]        ["p"]                 "begin no more photos, or go on";
    WindowUp     "window-up"     Batch   [Jobs Detail Sheet]        ["+" "="]             "one more request at fal at once";
    WindowDown   "window-down"   Batch   [Jobs Detail Sheet]        ["-"]                 "one request fewer at fal at once";

    Logs         "logs"          Pane    [Jobs Detail]              ["1"]                 "what the runner said";
    Caption      "caption"       Pane    [Jobs Detail]              ["2"]                 "what the model saw";
    Preview      "preview"       Pane    [Jobs Detail]              ["3"]                 "the photo and its result beside each other";
    Request      "request"       Pane    [Jobs Detail]              ["4"]                 "ids, URLs, files and parameters";
    History      "history"       Pane    [Jobs Detail]              ["5"]                 "every attempt: how it ended, how long it took, what it cost";
    Overview     "overview"      Pane    [Jobs Detail]              ["6"]                 "the course of the run in charts";
    Wrap         "wrap"          Pane    [Jobs Detail]              ["w"]                 "wrap long log lines, or cut them";
    LogLevel     "log-level"     Pane    [Jobs Detail]              ["L"]                 "show fewer kinds of log lines";

    Zoom         "zoom"          Picture [Jobs Detail Sheet Zoom Review]   ["z"]                 "both over the whole screen; there: 1:1, or all of it";
    Flip         "flip"          Picture [Zoom Review]                     ["space" "tab"]       "before or after, at the same place";
    Pair         "pair"          Picture [Zoom Review]                     ["b"]                 "both beside each other, at the same place";
    Closer       "closer"        Picture [Zoom Review]                     ["+" "="]             "closer, up to 1:1";
    Farther      "farther"       Picture [Zoom Review]                     ["-"]                 "farther, down to all of it";
    PanLeft      "pan-left"      Picture [Zoom]                     ["left" "h"]          "what is left of it";
    PanRight     "pan-right"     Picture [Zoom]                     ["right" "l"]         "what is right of it";

    NextPhoto    "next-photo"    Review  [Review]                   ["right" "n"]         "the next result";
    PrevPhoto    "photo-before"  Review  [Review]                   ["left" "N"]          "the result before";
    NoStars      "no-stars"      Review  [Review]                   ["0"]                 "no stars";
    OneStar      "one-star"      Review  [Review]                   ["1"]                 "one star";
    TwoStars     "two-stars"     Review  [Review]                   ["2"]                 "two stars";
    ThreeStars   "three-stars"   Review  [Review]                   ["3"]                 "three stars";
    FourStars    "four-stars"    Review  [Review]                   ["4"]                 "four stars";
    FiveStars    "five-stars"    Review  [Review]                   ["5"]                 "five stars";
    MarkPhoto    "mark-photo"    Review  [Review]                   ["m"]                 "mark it, or take the mark away";
    ToReview     "to-be-reviewed" Review [Review]                   ["o"]                 "only what is to be reviewed, or all results";
    GoOn         "go-on"         Review  [Review]                   ["a"]                 "accepting and rejecting go on to the next by themselves, or not";
    LookLeft     "look-left"     Review  [Review]                   ["h"]                 "when closer: what is left of it";
    LookRight    "look-right"    Review  [Review]                   ["l"]                 "when closer: what is right of it";

    Help         "help"          Program [Plan Jobs Detail Sheet Zoom Overlay Review] ["?" "f1"]            "this help";
    Back         "back"          Program [Plan Jobs Detail Sheet Zoom Overlay Review] ["esc"]               "close what is in front, then the filter, then the marks";
    Redraw       "redraw"        Program [Plan Jobs Detail Sheet Zoom Overlay Review] ["ctrl-l"]            "draw the screen anew";
    Suspend      "suspend"       Program [Plan Jobs Detail Sheet Zoom Overlay Review] ["ctrl-z"]            "stop this program; the shell's `fg` goes on";
    Quit         "quit"          Program [Plan Jobs Detail Sheet Zoom Overlay Review] ["q"]                 "leave; asks if something is at fal; attached it only detaches";
    Stop         "stop"          Program [Plan Jobs Detail Sheet]   ["Q"]                 "stop the batch, attached or not; asks first";
}

impl Action {
    /// Whether it can be done here.
    #[must_use]
    pub fn is_in(self, context: Context) -> bool {
        let is_in = |context: Context| self.contexts().contains(&context);
        is_in(context) || context.within().is_some_and(is_in)
    }

    /// Whether it changes something about the batch, or asks to.
    #[must_use]
    pub fn changes(self) -> bool {
        match self.section() {
            Section::Jobs => {
                !matches!(self, Self::Open | Self::Mark | Self::MarkAll | Self::Unmark | Self::Where | Self::Copy)
            }
            Section::Batch => true,
            Section::Review => matches!(
                self,
                Self::NoStars | Self::OneStar | Self::TwoStars | Self::ThreeStars | Self::FourStars | Self::FiveStars
            ),
            Section::Program => self == Self::Stop,
            Section::Move | Section::Show | Section::Pane | Section::Picture => false,
        }
    }

    /// The action of a name in the settings.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }
}
