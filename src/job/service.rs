//! Whose queue a batch is sent to: results of one are not another's, whatever the picture.

use std::fmt;

/// Behind the origin of a service on this machine: its port does not count.
const ANY_PORT: &str = ":*";

/// Whom a batch's photos are sent to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// fal itself.
    Fal,
    /// The sandbox inside this process.
    Sandbox,
    /// What stands in for fal on this machine, by its origin without the port: one that was started
    /// again listens on another, and goes on with its batches.
    StandIn(Box<str>),
    /// Another machine that speaks fal's protocol, by its origin.
    Other(Box<str>),
}

impl Service {
    /// What stands in for fal on this machine, as in `http` and `127.0.0.1`.
    #[must_use]
    pub fn stand_in(scheme: &str, host: &str) -> Self {
        Self::StandIn(format!("{scheme}://{host}{ANY_PORT}").into())
    }

    /// The service of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "fal" => Self::Fal,
            "sandbox" => Self::Sandbox,
            name if name.ends_with(ANY_PORT) => Self::StandIn(name.into()),
            name => Self::Other(name.into()),
        }
    }

    /// Its name: `fal`, `sandbox`, or an origin.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Fal => "fal",
            Self::Sandbox => "sandbox",
            Self::StandIn(origin) | Self::Other(origin) => origin,
        }
    }

    /// Whether its results are trials to another: where that one saves a picture, they give way. What
    /// another machine made may have been paid for, and never does.
    #[must_use]
    pub fn gives_way_to(&self, other: &Self) -> bool {
        self.worth() < other.worth()
    }

    fn worth(&self) -> u8 {
        match self {
            Self::Sandbox => 0,
            Self::StandIn(_) => 1,
            Self::Fal | Self::Other(_) => 2,
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_read_back_from_its_name() {
        let others = [Service::stand_in("http", "[::1]"), Service::Other("https://gate.example:8443".into())];
        for service in [Service::Fal, Service::Sandbox].into_iter().chain(others) {
            assert_eq!(Service::from_name(service.name()), service);
        }
    }

    #[test]
    fn only_what_cost_nothing_gives_way() {
        let (stand_in, gate) = (Service::stand_in("http", "localhost"), Service::Other("https://gate.example".into()));
        for (loser, winner) in [(&Service::Sandbox, &stand_in), (&stand_in, &Service::Fal), (&stand_in, &gate)] {
            assert!(loser.gives_way_to(winner) && !winner.gives_way_to(loser), "{loser} and {winner}");
        }
        assert!(!gate.gives_way_to(&Service::Fal) && !Service::Fal.gives_way_to(&gate));
        assert!(!stand_in.gives_way_to(&Service::stand_in("http", "127.0.0.1")));
    }
}
