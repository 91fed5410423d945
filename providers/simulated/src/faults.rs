//! What goes wrong, from a seed: the same for the same request of the same seed, whoever asks.

use model::Value;
use std::time::Duration;

/// How often what goes wrong, in thousandths, and how long things take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Decides, with the request's token, what happens to it.
    pub seed: u64,
    /// The least time that a request takes, in ms.
    pub latency_ms: u64,
    /// What a request may take on top, in ms.
    pub jitter_ms: u64,
    /// Requests refused for a moment.
    pub errors: u64,
    /// Requests refused because there were too many.
    pub throttled: u64,
    /// How long to wait then, in ms.
    pub retry_after_ms: u64,
    /// Requests that are carried out, but whose answer is lost.
    pub lost: u64,
    /// Creations that stop half way.
    pub partial: u64,
    /// Commands whose end nobody learns.
    pub unclear: u64,
    /// Creations that nobody sees for a while.
    pub hidden: u64,
    /// How long, in ms.
    pub hidden_ms: u64,
    /// How long a deleted object is still there, in ms.
    pub linger_ms: u64,
    /// Reads that fail.
    pub read_errors: u64,
}

/// What happens to one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fate {
    pub(crate) latency: Duration,
    pub(crate) refused: bool,
    pub(crate) throttled: bool,
    pub(crate) lost: bool,
    pub(crate) partial: bool,
    pub(crate) unclear: bool,
    pub(crate) hidden: Duration,
}

impl Faults {
    /// What a provider block says.
    pub(crate) fn from_config(config: &Value) -> Faults {
        let number = |name: &str| {
            config
                .get(name)
                .and_then(Value::as_i64)
                .and_then(|n| n.try_into().ok())
                .unwrap_or(0)
        };
        Faults {
            seed: number("seed"),
            latency_ms: number("latency_ms"),
            jitter_ms: number("jitter_ms"),
            errors: number("errors"),
            throttled: number("throttled"),
            retry_after_ms: number("retry_after_ms"),
            lost: number("lost"),
            partial: number("partial"),
            unclear: number("unclear"),
            hidden: number("hidden"),
            hidden_ms: number("hidden_ms"),
            linger_ms: number("linger_ms"),
            read_errors: number("read_errors"),
        }
    }

    /// What happens to a request at its nth attempt.
    pub(crate) fn fate(&self, request: &str, attempt: u32) -> Fate {
        let draw = |what| self.draw(what, request, attempt);
        let happens = |what, rate| draw(what) % 1000 < rate;
        let jitter = draw("jitter") % (self.jitter_ms + 1);
        let hidden = if happens("hidden", self.hidden) {
            self.hidden_ms
        } else {
            0
        };
        Fate {
            latency: Duration::from_millis(self.latency_ms + jitter),
            refused: happens("error", self.errors),
            throttled: happens("throttle", self.throttled),
            lost: happens("lose", self.lost),
            partial: happens("partial", self.partial),
            unclear: happens("unclear", self.unclear),
            hidden: Duration::from_millis(hidden),
        }
    }

    /// Whether a read fails at its nth attempt.
    pub(crate) fn read_fails(&self, request: &str, attempt: u32) -> bool {
        self.draw("read", request, attempt) % 1000 < self.read_errors
    }

    fn draw(&self, what: &str, request: &str, attempt: u32) -> u64 {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seed.to_le_bytes());
        hasher.update(format!("{what} {attempt} {request}").as_bytes());
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        u64::from_le_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_request_have_the_same_fate() {
        let faults = Faults {
            seed: 7,
            errors: 500,
            jitter_ms: 100,
            ..Faults::default()
        };
        let fates = |f: &Faults| {
            (0..64)
                .map(|i| f.fate(&format!("t{i}"), 0))
                .collect::<Vec<_>>()
        };
        assert_eq!(fates(&faults), fates(&faults.clone()));
        assert_ne!(
            fates(&faults),
            fates(&Faults {
                seed: 8,
                ..faults.clone()
            })
        );
        let again: Vec<_> = (0..64).map(|i| faults.fate(&format!("t{i}"), 1)).collect();
        assert_ne!(fates(&faults), again);
    }

    #[test]
    fn rates_are_thousandths() {
        let faults = Faults {
            lost: 250,
            partial: 1000,
            ..Faults::default()
        };
        let fates: Vec<_> = (0..4000).map(|i| faults.fate(&i.to_string(), 0)).collect();
        let lost = fates.iter().filter(|f| f.lost).count();
        assert!((850..1150).contains(&lost), "{lost}");
        assert!(fates.iter().all(|f| f.partial && !f.refused));
    }
}
