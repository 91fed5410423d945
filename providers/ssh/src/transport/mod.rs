//! Ways to a host: each runs one program there, given by standard input.

mod auth;
mod host_key;
mod key;
pub(crate) mod local;
mod rsa;
pub(crate) mod ssh;

use async_trait::async_trait;
use provider::ProviderProblem;

/// What the host runs: constant, so that nothing of a program ever stands in a command line.
pub(crate) fn command(become_root: bool) -> &'static str {
    if become_root {
        "exec sudo -n /bin/sh"
    } else {
        "exec /bin/sh"
    }
}

/// Takes each line as it comes.
pub(crate) type OnLine<'a> = dyn for<'l> FnMut(&'l str) + Send + 'a;

/// How a program ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct End {
    /// Its exit code, where it had one.
    pub(crate) code: Option<u32>,
    /// The last of what it wrote to its error output.
    pub(crate) stderr: String,
}

/// Why a program could not be run to its end.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// It was never started.
    NotStarted(ProviderProblem),
    /// The same, and it will not be while the configuration or the host stays as it is.
    Refused(ProviderProblem),
    /// It was started; nobody knows how far it came.
    Lost(ProviderProblem),
}

impl Trouble {
    pub(crate) fn problem(self) -> ProviderProblem {
        match self {
            Trouble::NotStarted(problem) | Trouble::Refused(problem) | Trouble::Lost(problem) => {
                problem
            }
        }
    }
}

/// A way to one host.
#[async_trait]
pub(crate) trait Transport: Send + Sync {
    /// Runs a program of `/bin/sh`, handing on each line that it writes as it is written.
    async fn run(&self, program: &[u8], on_line: &mut OnLine<'_>) -> Result<End, Trouble>;

    /// Who is at its other end, for people.
    fn name(&self) -> String;

    /// Another way to the same host, on which nothing is open yet.
    fn fresh(&self) -> Box<dyn Transport>;

    /// Ends what is kept open.
    async fn close(&self) {}
}

/// A host that nothing leads to as things are configured.
#[derive(Clone, Debug)]
pub(crate) struct NoWay(pub(crate) ProviderProblem);

#[async_trait]
impl Transport for NoWay {
    async fn run(&self, _program: &[u8], _on_line: &mut OnLine<'_>) -> Result<End, Trouble> {
        Err(Trouble::Refused(self.0.clone()))
    }

    fn name(&self) -> String {
        "a host without a way to it".into()
    }

    fn fresh(&self) -> Box<dyn Transport> {
        Box::new(self.clone())
    }
}

/// Cuts a stream of bytes into lines.
#[derive(Default)]
pub(crate) struct Lines(Vec<u8>);

impl Lines {
    /// Takes what came in and hands on each line that is now complete.
    pub(crate) fn feed(&mut self, bytes: &[u8], on_line: &mut OnLine<'_>) {
        let mut rest = bytes;
        while let Some(i) = rest.iter().position(|b| *b == b'\n') {
            let (line, after) = rest.split_at(i);
            self.0.extend_from_slice(line);
            on_line(&String::from_utf8_lossy(&self.0));
            self.0.clear();
            rest = &after[1..];
        }
        self.0.extend_from_slice(rest);
    }
}

/// Keeps the last 4 KiB of an error output.
#[derive(Default)]
pub(crate) struct Tail(Vec<u8>);

impl Tail {
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
        let excess = self.0.len().saturating_sub(4096);
        self.0.drain(..excess);
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).trim().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_they_arrive() {
        let mut seen = Vec::new();
        let mut lines = Lines::default();
        for piece in ["a", "b\nc", "\n", "\nd"] {
            lines.feed(piece.as_bytes(), &mut |l| seen.push(l.to_string()));
        }
        assert_eq!(seen, ["ab", "c", ""]);
    }
}
