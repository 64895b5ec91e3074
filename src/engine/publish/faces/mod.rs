//! The faces of a run: any number, each with what it asked for and its own channel for the newest snapshot. They outlast
//! an engine, since a batch may go on as another.

pub(in crate::engine) mod door;
pub(in crate::engine) mod sight;

use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::{mpsc, watch};

use self::door::{Door, FaceEnds, Knock};
use self::sight::Sight;
use crate::engine::command::{Access, Command};
use crate::engine::snapshot::Snapshot;
use crate::job::JobId;

/// Commands of a face that may wait.
const COMMANDS: usize = 64;

/// Which face, for as long as it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct FaceId(u64);

impl FaceId {
    /// The face that a run was begun with. Where it goes, the run ends.
    pub(in crate::engine) const OWN: Self = Self(0);
}

/// One face's ends, and what it looks at.
#[derive(Debug)]
struct Face {
    id: FaceId,
    access: Access,
    snapshot: watch::Sender<Arc<Snapshot>>,
    commands: mpsc::Receiver<Command>,
    sight: Sight,
}

impl Face {
    fn is_watched(&self) -> bool {
        !self.snapshot.is_closed()
    }
}

/// What comes from faces.
#[derive(Debug)]
pub(in crate::engine) enum Heard {
    /// One asks for something.
    Asked(FaceId, Command),
    /// One is gone.
    Gone(FaceId),
    /// Another one wants to come in.
    Knocked(Knock),
}

/// Every face of a run.
#[derive(Debug)]
pub(in crate::engine) struct Faces {
    all: Vec<Face>,
    door: Option<mpsc::Receiver<Knock>>,
    next: u64,
    /// Whose command is being done.
    asking: Option<FaceId>,
}

impl Faces {
    /// A run's own face, with what it is shown first.
    pub(in crate::engine) fn with_own(first: Snapshot) -> (Self, FaceEnds) {
        let (knocks, door) = mpsc::channel(1);
        let mut faces = Self { all: Vec::new(), door: Some(door), next: 0, asking: None };
        let (snapshot, commands) = faces.add(Access::Full, first, Sight::default());
        (faces, FaceEnds { snapshot, commands, door: Door::new(knocks) })
    }

    /// Another face.
    pub(in crate::engine) fn add(
        &mut self,
        access: Access,
        first: Snapshot,
        sight: Sight,
    ) -> (watch::Receiver<Arc<Snapshot>>, mpsc::Sender<Command>) {
        let (snapshot, watcher) = watch::channel(Arc::new(first));
        let (commands, asked) = mpsc::channel(COMMANDS);
        let id = FaceId(self.next);
        self.next += 1;
        self.all.push(Face { id, access, snapshot, commands: asked, sight });
        (watcher, commands)
    }

    /// The next that comes from any of them; whoever was heard waits for the others. Never, once there is none.
    pub(in crate::engine) async fn next(&mut self) -> Heard {
        std::future::poll_fn(|context| self.poll_next(context)).await
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Heard> {
        for at in 0..self.all.len() {
            let Some(face) = self.all.get_mut(at) else { continue };
            let Poll::Ready(heard) = face.commands.poll_recv(context) else { continue };
            let id = face.id;
            let Some(command) = heard else {
                self.all.remove(at);
                return Poll::Ready(Heard::Gone(id));
            };
            if let Some(others) = self.all.get_mut(at..) {
                others.rotate_left(1);
            }
            return Poll::Ready(Heard::Asked(id, command));
        }
        if let Some(door) = &mut self.door
            && let Poll::Ready(knock) = door.poll_recv(context)
        {
            match knock {
                Some(knock) => return Poll::Ready(Heard::Knocked(knock)),
                None => self.door = None,
            }
        }
        Poll::Pending
    }

    fn face(&mut self, id: FaceId) -> Option<&mut Face> {
        self.all.iter_mut().find(|face| face.id == id)
    }

    /// Whether a face may only look.
    pub(in crate::engine) fn only_looks(&self, id: FaceId) -> bool {
        self.all.iter().any(|face| face.id == id && face.access == Access::ReadOnly)
    }

    /// From now on this face's command is done.
    pub(in crate::engine) fn begin(&mut self, id: FaceId) {
        self.asking = Some(id);
    }

    /// It is done.
    pub(in crate::engine) fn end(&mut self) {
        self.asking = None;
    }

    /// What the face looks at whose command is done.
    pub(in crate::engine) fn asking(&mut self) -> Option<&mut Sight> {
        let id = self.asking?;
        self.face(id).map(|face| &mut face.sight)
    }

    /// Says why something is not done: to the face that asked for it, else to all.
    pub(in crate::engine) fn refuse(&mut self, why: &str) {
        match self.asking() {
            Some(sight) => sight.refuse(why),
            None => self.sights_mut().for_each(|sight| sight.refuse(why)),
        }
    }

    /// What every face looks at.
    pub(in crate::engine) fn sights(&self) -> impl Iterator<Item = &Sight> {
        self.all.iter().filter(|face| face.is_watched()).map(|face| &face.sight)
    }

    /// The same, to be told something.
    pub(in crate::engine) fn sights_mut(&mut self) -> impl Iterator<Item = &mut Sight> {
        self.all.iter_mut().map(|face| &mut face.sight)
    }

    /// Whether anybody looks.
    pub(in crate::engine) fn are_watched(&self) -> bool {
        self.all.iter().any(Face::is_watched)
    }

    /// Whether somebody who came in from outside could answer a question.
    pub(in crate::engine) fn has_guest(&self) -> bool {
        let may_answer = |face: &Face| face.id != FaceId::OWN && face.access == Access::Full && face.is_watched();
        self.all.iter().any(may_answer)
    }

    /// Whether some face shows all that is known of a job.
    pub(in crate::engine) fn watch(&self, id: JobId) -> bool {
        self.sights().any(|sight| sight.watched == Some(id))
    }

    /// Whether some face, and whether every one, has asked for another page since its last: a key must not feel slow.
    pub(in crate::engine) fn urgent(&self) -> (bool, bool) {
        let mut urgent = self.sights().map(|sight| sight.looker.is_urgent()).peekable();
        if urgent.peek().is_none() {
            return (false, false);
        }
        urgent.fold((false, true), |(some, all), urgent| (some || urgent, all && urgent))
    }

    /// The faces to be told now, all or those that have just asked: what each looks at is taken out until it is
    /// [`told`](Self::tell).
    pub(in crate::engine) fn due(&mut self, all: bool) -> Vec<(FaceId, Sight)> {
        let due = self.all.iter_mut().filter(|face| face.is_watched() && (all || face.sight.looker.is_urgent()));
        due.map(|face| (face.id, std::mem::take(&mut face.sight))).collect()
    }

    /// Tells a face; only the newest waits for it.
    pub(in crate::engine) fn tell(&mut self, id: FaceId, sight: Sight, snapshot: Snapshot) {
        if let Some(face) = self.face(id) {
            face.sight = sight;
            face.snapshot.send_replace(Arc::new(snapshot));
        }
    }

    /// The same faces for another engine: they go on asking for what they asked for.
    pub(in crate::engine) fn renewed(mut self) -> Self {
        for sight in self.sights_mut() {
            *sight = sight.renewed();
        }
        self
    }
}
