//! What is done for a job, step by step, a file a step: how it runs as a task, and what follows from what it
//! came to. They answer with effects; what may begin when is for the actor to say.

pub(super) mod answer;
pub(super) mod cancel;
pub(super) mod fault;
pub(super) mod fetch;
pub(super) mod further;
pub(super) mod hand_over;
pub(super) mod measure;
pub(super) mod poll;
pub(super) mod prepare;
pub(super) mod save;
pub(super) mod say;
pub(super) mod stages;
pub(super) mod submit;
pub(super) mod upload;
