//! A job's state laid out flat: which parts it knows.

use crate::job::{
    Answer, Cause, Checkpoint, Closed, JobState, Request, RequestId, Run, Saved, Stage, Stop, Timestamp, Upload,
};

/// What a state knows, part by part.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Record<'a> {
    pub(super) run: Option<Run>,
    pub(super) closed: Option<Closed>,
    pub(super) until: Option<Timestamp>,
    pub(super) stage: Option<Stage>,
    pub(super) queue_position: Option<u32>,
    pub(super) cause: Option<&'a Cause>,
    pub(super) stop: Option<&'a Stop>,
    pub(super) words: Words<'a>,
    pub(super) upload: Option<&'a Upload>,
    pub(super) intent: Option<Timestamp>,
    pub(super) request: Option<&'a Request>,
    pub(super) started: Option<Timestamp>,
    pub(super) ran: Option<f64>,
    pub(super) answer: Option<&'a Answer>,
    pub(super) saved: Option<&'a Saved>,
}

/// Why a job is where it is, in words.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Words<'a> {
    pub(super) suspicion: Option<&'a str>,
    pub(super) skip_reason: Option<&'a str>,
    /// What fal answered that is not understood.
    pub(super) unread: Option<&'a str>,
}

impl<'a> Record<'a> {
    /// Lays a state out.
    pub(super) fn of(state: &'a JobState) -> Self {
        let on_its_way = |run: &Run| Self { run: Some(*run), ..Self::default() };
        let at_fal = |run, request: &'a Request| Self {
            upload: Some(&request.upload),
            request: Some(request),
            ..on_its_way(run)
        };
        match state {
            JobState::Pending => Self::default(),
            JobState::Uploading(run) => on_its_way(run),
            JobState::Uploaded(run, upload) => Self { upload: Some(upload), ..on_its_way(run) },
            JobState::Submitting(run, intent) | JobState::Unknown(run, intent) => {
                Self { upload: Some(&intent.upload), intent: Some(intent.at), ..on_its_way(run) }
            }
            JobState::InQueue(run, request, position) => Self { queue_position: *position, ..at_fal(run, request) },
            JobState::InProgress(run, request, since) => Self { started: Some(*since), ..at_fal(run, request) },
            JobState::Completed(run, request, ran) => Self { ran: *ran, ..at_fal(run, request) },
            JobState::Saving(run, request, answer) => Self { answer: Some(answer), ..at_fal(run, request) },
            JobState::Waiting { run, until, cause, stop, checkpoint } => Self {
                run: Some(*run),
                until: Some(*until),
                cause: Some(cause),
                stop: stop.as_deref(),
                ..Self::of_kept(checkpoint)
            },
            JobState::Failed { closed, cause, stop, checkpoint } => {
                Self { closed: Some(*closed), cause: Some(cause), stop: stop.as_deref(), ..Self::of_kept(checkpoint) }
            }
            JobState::Done(closed, saved) => Self { closed: Some(*closed), saved: Some(saved), ..Self::default() },
            JobState::Review(closed, saved, why) => Self {
                closed: Some(*closed),
                saved: Some(saved),
                words: Words { suspicion: Some(&why.0), ..Words::default() },
                ..Self::default()
            },
            JobState::Unread(closed, request, unread) => Self {
                closed: Some(*closed),
                stage: Some(Stage::Follow),
                words: Words { suspicion: Some(&unread.why.0), unread: Some(&unread.answer), skip_reason: None },
                upload: Some(&request.upload),
                request: Some(request),
                ..Self::default()
            },
            JobState::Cancelled(closed) => Self { closed: Some(*closed), ..Self::default() },
            JobState::Skipped(reason) => {
                Self { words: Words { skip_reason: Some(reason), ..Words::default() }, ..Self::default() }
            }
        }
    }

    fn of_kept(checkpoint: &'a Checkpoint) -> Self {
        let parts = match checkpoint {
            Checkpoint::Nothing => Self::default(),
            Checkpoint::Upload(upload) => Self { upload: Some(upload), ..Self::default() },
            Checkpoint::Request(request) => {
                Self { upload: Some(&request.upload), request: Some(request), ..Self::default() }
            }
            Checkpoint::Answer(request, answer) => {
                Self { upload: Some(&request.upload), request: Some(request), answer: Some(answer), ..Self::default() }
            }
        };
        Self { stage: Some(checkpoint.stage()), ..parts }
    }

    pub(super) fn request_id(&self) -> Option<&'a RequestId> {
        let of_saved = || self.saved.map(|saved| &saved.request);
        let of_stop = || self.stop.and_then(|stop| stop.request.as_ref());
        self.request.map(|request| &request.id).or_else(of_saved).or_else(of_stop)
    }

    /// Whether the row would know nothing less if `self` were written without `older` before it.
    pub(super) fn covers(&self, older: &Self) -> bool {
        let same_request = self.request_id() == older.request_id();
        (older.upload.is_none() || self.upload.is_some())
            && (older.intent.is_none() || self.intent.is_some())
            && (older.request.is_none() || (self.request.is_some() && same_request))
            && (older.answer.is_none() || self.answer.is_some())
            && (older.saved.is_none() || (self.saved.is_some() && same_request))
    }

    pub(super) fn attempt(&self) -> u16 {
        self.run.map(|run| run.attempt).or(self.closed.map(|closed| closed.attempts)).unwrap_or(0)
    }
}
