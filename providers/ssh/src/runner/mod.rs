//! The program that goes to a host, and the lines that come back.
//! It is made anew for each round trip: nothing of Landfall is installed there.

pub(crate) mod look;
pub(crate) mod preflight;
mod seen;
pub(crate) mod work;

use crate::quote::quote;
use crate::transport::{End, Transport, Trouble};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use provider::ProviderProblem;
use std::time::Instant;
use zeroize::Zeroizing;

const PRELUDE: &str = include_str!("prelude.sh");

/// A program in the making: definitions, then the body of its `main`.
pub(crate) struct Program {
    nonce: String,
    definitions: String,
    body: Zeroizing<String>,
}

impl Program {
    /// A program whose records stand in `records`.
    pub(crate) fn new(records: &str) -> Program {
        let nonce = format!("{:016x}", rand::random::<u64>());
        let definitions = format!("N={nonce} D={}\n{PRELUDE}", quote(records));
        Program {
            nonce,
            definitions,
            body: Zeroizing::new(String::new()),
        }
    }

    /// Adds definitions.
    pub(crate) fn define(&mut self, text: &str) {
        self.definitions.push_str(text);
    }

    /// Adds a call. The arguments are data: each becomes exactly one word.
    pub(crate) fn call<S: AsRef<str>>(
        &mut self,
        function: &str,
        arguments: impl IntoIterator<Item = S>,
    ) {
        self.body.push_str(function);
        for argument in arguments {
            self.body.push(' ');
            self.body.push_str(&quote(argument.as_ref()));
        }
        self.body.push('\n');
    }

    /// Sets a variable.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.body.push_str(&format!("{name}={}\n", quote(value)));
    }

    /// The whole. Nothing runs before all of it has arrived: a program that is cut off ends
    /// in the middle of a function.
    fn text(&self) -> Zeroizing<String> {
        let (definitions, body) = (&self.definitions, &*self.body);
        Zeroizing::new(format!(
            "{definitions}main() {{\nopen_protocol\n{body}emit bye\n}}\nmain; exit 0\n"
        ))
    }

    /// Runs it, handing on each line of its answer.
    pub(crate) async fn run(
        &self,
        transport: &dyn Transport,
        on_line: &mut (dyn FnMut(Line<'_>) + Send),
    ) -> Result<Answered, Trouble> {
        let marker = format!("@{} ", self.nonce);
        let mut answered = Answered::default();
        let mut greeted = false;
        let text = self.text();
        let (began, mut received) = (Instant::now(), 0);
        let ran = transport
            .run(text.as_bytes(), &mut |line| {
                received += line.len() + 1;
                match line.strip_prefix(&marker) {
                    Some(rest) => {
                        let (word, rest) = rest.split_once(' ').unwrap_or((rest, ""));
                        match word {
                            "hello" => {
                                greeted = true;
                                answered.user = rest.split_once(' ').map(|(_, u)| u.to_string());
                            }
                            "bye" => answered.complete = true,
                            word => on_line(Line::Word(word, rest)),
                        }
                    }
                    // What a login shell prints before is none of our business.
                    None if greeted => on_line(Line::Raw(line)),
                    None => {}
                }
            })
            .await;
        let (host, sent) = (transport.name(), text.len());
        let took_ms = began.elapsed().as_millis() as u64;
        let ended = ran.as_ref().map_or("no answer", |_| "answered");
        tracing::debug!(host, sent, received, took_ms, ended, "one exec on a host");
        let end = ran?;
        match greeted {
            true => Ok(Answered { end, ..answered }),
            false => Err(Trouble::NotStarted(silent(&end))),
        }
    }
}

/// A line of an answer.
#[derive(Debug)]
pub(crate) enum Line<'a> {
    /// A word of the protocol, and what belongs to it.
    Word(&'a str, &'a str),
    /// What a tool printed.
    Raw(&'a str),
}

/// How a program's run ended.
#[derive(Debug, Default)]
pub(crate) struct Answered {
    /// Who it ran as.
    pub(crate) user: Option<String>,
    /// Whether it came to its own end.
    pub(crate) complete: bool,
    /// How the shell ended.
    pub(crate) end: End,
}

/// Base64 as the host's tools write it.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.trim()).ok()
}

/// Base64 as the host's tools read it.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Decoded words of the host, lossily as text.
pub(crate) fn words(text: &str) -> String {
    decode(text)
        .map(|b| String::from_utf8_lossy(&b).trim().to_string())
        .unwrap_or_default()
}

fn silent(end: &End) -> ProviderProblem {
    let words = end.stderr.to_lowercase();
    let problem = match words.contains("sudo") || words.contains("password") {
        true => ProviderProblem::error("could not become root on the host by `sudo -n`").help(
            "let this user run /bin/sh by sudo without a password (a line `USER ALL=(root) \
             NOPASSWD: /bin/sh` in /etc/sudoers.d), or log in as root",
        ),
        false => ProviderProblem::error("the host did not run the program that it was sent").help(
            "log in by hand and see whether `/bin/sh` runs; no restricted shell may stand \
                   in its place",
        ),
    };
    let code = end.code.map_or("without an exit code".into(), |c| {
        format!("with exit code {c}")
    });
    let problem = problem.detail(format!("the shell ended {code}"));
    end.stderr.lines().fold(problem, |p, line| p.detail(line))
}
