//! Operations on a host: one program for a batch, and the answers as each of them ends.

use super::{Line, Program, words};
use crate::transport::{Transport, Trouble};
use model::ObjectId;
use provider::ProviderProblem;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::Notify;
use zeroize::Zeroize;

const WORK: &str = include_str!("work.sh");
const GUARD: &str = include_str!("guard.sh");

/// How long a batch waits for another one on the same host.
const LOCK_WAIT_S: u64 = 600;

/// The most that an operation takes that can lock the owner out; the runner holds it to that.
const GUARDED_S: u64 = 60;

/// How long the old connection is listened to once such a change is under way.
const LISTEN_S: u64 = 8;

/// One operation, as the runner takes it.
pub(crate) struct Task {
    pub(crate) token: String,
    pub(crate) object: String,
    pub(crate) ty: String,
    pub(crate) place: String,
    pub(crate) seconds: u64,
    pub(crate) call: Call,
    /// Where the change can lock the owner out.
    pub(crate) guard: Option<Guard>,
}

/// The way back from a change that can lock the owner out.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    /// What is at stake, in a word of the runner.
    pub(crate) kind: &'static str,
    /// The unit, where the change is one of it.
    pub(crate) unit: String,
    /// What is put back.
    pub(crate) paths: Vec<String>,
    /// How long the host waits for its proof; 0 where none is needed.
    pub(crate) seconds: u64,
}

/// A function of the runner with its arguments.
pub(crate) struct Call {
    pub(crate) function: &'static str,
    pub(crate) arguments: Vec<String>,
    /// A function that is called before several neighbours of one kind, with token, object and
    /// these words of each: what takes long is done for all of them together.
    pub(crate) together: Option<(&'static str, Vec<String>)>,
}

impl Call {
    pub(crate) fn new(function: &'static str, arguments: Vec<String>) -> Call {
        Call {
            function,
            arguments,
            together: None,
        }
    }

    pub(crate) fn together(mut self, together: Option<(&'static str, Vec<String>)>) -> Call {
        self.together = together;
        self
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.arguments.zeroize();
    }
}

/// Operations of one lineage on one host, in their order.
pub(crate) struct Batch {
    pub(crate) lineage: String,
    pub(crate) epoch: u64,
    pub(crate) tasks: Vec<Task>,
    pub(crate) scripts: Vec<&'static str>,
    /// Packages that must stay.
    pub(crate) ways_in: Vec<&'static str>,
}

/// What the host told of an operation that was done.
pub(crate) type Told = BTreeMap<String, String>;

/// What became of one operation.
#[derive(Debug)]
pub(crate) enum Event {
    /// It began.
    Started,
    /// It was done, and is put back unless it is proven.
    Trial,
    /// It is still under way.
    Progress(String),
    /// It was done.
    Done(Told),
    /// It failed.
    Failed {
        /// A word of the runner.
        code: String,
        /// Whether something was changed, as far as known.
        touched: Touched,
        /// The host's own words.
        words: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Touched {
    No,
    Partly,
    Unknown,
}

/// Why none of the operations that are still open will be done now.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// Those that were not begun are certain not to be done.
    Certain(ProviderProblem, Retry),
    /// Nobody knows.
    Unsure(ProviderProblem),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    Later,
    Never,
}

impl Batch {
    /// Runs it. Each operation that began is told of by its token.
    pub(crate) async fn run(
        &self,
        transport: &dyn Transport,
        records: &str,
        on_event: &mut (dyn FnMut(&str, Event) + Send),
    ) -> Result<(), Stopped> {
        let program = self.program(records, Part::Work);
        let patience = self.patience();
        self.send(&program, transport, patience, records, on_event)
            .await
    }

    /// The last operation once more, over a connection that was made since: either proves it or,
    /// where the host has put it back already, tells so.
    pub(crate) async fn prove(
        &self,
        transport: &dyn Transport,
        records: &str,
        on_event: &mut (dyn FnMut(&str, Event) + Send),
    ) -> Result<(), Stopped> {
        let program = self.program(records, Part::Prove);
        let patience = Duration::from_secs(2 * GUARDED_S);
        self.send(&program, transport, patience, records, on_event)
            .await
    }

    /// Puts the last operation back, over whatever connection there still is.
    pub(crate) async fn unprove(
        &self,
        transport: &dyn Transport,
        records: &str,
        on_event: &mut (dyn FnMut(&str, Event) + Send),
    ) -> Result<(), Stopped> {
        let program = self.program(records, Part::Unprove);
        let patience = Duration::from_secs(LISTEN_S);
        self.send(&program, transport, patience, records, on_event)
            .await
    }

    /// The way back that the last operation may need, if any: it is the only one that has one.
    pub(crate) fn guard(&self) -> Option<&Guard> {
        let guard = self.tasks.last()?.guard.as_ref()?;
        (guard.seconds > 0).then_some(guard)
    }

    /// After how many seconds at the latest the host has put the last operation back.
    pub(crate) fn put_back_s(&self) -> u64 {
        GUARDED_S + self.guard().map_or(0, |g| g.seconds)
    }

    async fn send(
        &self,
        program: &Program,
        transport: &dyn Transport,
        patience: Duration,
        records: &str,
        on_event: &mut (dyn FnMut(&str, Event) + Send),
    ) -> Result<(), Stopped> {
        let armed = Notify::new();
        let mut listener = Listener {
            refused: None,
            told: Told::new(),
            armed: &armed,
        };
        let mut on_line = |line: Line<'_>| listener.line(line, on_event);
        let running = program.run(transport, &mut on_line);
        // A change of the network may leave the old connection without a word.
        let given_up = async {
            let listening = async {
                armed.notified().await;
                match self.guard() {
                    Some(_) => tokio::time::sleep(Duration::from_secs(LISTEN_S)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = listening => {}
                () = tokio::time::sleep(patience) => {}
            }
        };
        let answered = tokio::select! {
            answered = running => Some(answered),
            () = given_up => None,
        };
        match answered {
            None => Err(Stopped::Unsure(
                ProviderProblem::error("the host did not finish within the operations' time").help(
                    "the next run settles what became of them; raise `timeouts` if the \
                           host is only slow",
                ),
            )),
            Some(Err(Trouble::NotStarted(problem))) => Err(Stopped::Certain(problem, Retry::Later)),
            Some(Err(Trouble::Refused(problem))) => Err(Stopped::Certain(problem, Retry::Never)),
            Some(Err(Trouble::Lost(problem))) => Err(Stopped::Unsure(problem)),
            Some(Ok(answered)) => match listener.refused {
                Some((code, words)) => Err(refused(&code, &words, records)),
                None if answered.complete => Ok(()),
                None => Err(Stopped::Unsure(
                    ProviderProblem::error("the host stopped in the middle of its work")
                        .detail(format!("its shell's last words: {}", answered.end.stderr))
                        .help("the next run settles what became of it"),
                )),
            },
        }
    }

    fn patience(&self) -> Duration {
        let seconds: u64 = self.tasks.iter().map(|t| t.seconds + 15).sum();
        Duration::from_secs(LOCK_WAIT_S + 60 + seconds)
    }

    fn program(&self, records: &str, part: Part) -> Program {
        let mut program = Program::new(records);
        program.define(WORK);
        if self.tasks.iter().any(|t| t.guard.is_some()) {
            program.define(GUARD);
        }
        self.scripts.iter().for_each(|s| program.define(s));
        program.set("WAYS_IN", &format!(" {} ", self.ways_in.join(" ")));
        let (verb, first, wait, proof) = match part {
            Part::Work => ("op", 0, LOCK_WAIT_S, ""),
            Part::Prove => ("prove", self.tasks.len() - 1, GUARDED_S + 10, "proof"),
            Part::Unprove => ("unprove", self.tasks.len() - 1, LISTEN_S, "proof"),
        };
        program.call(
            "enter",
            [
                &self.lineage,
                &*self.epoch.to_string(),
                &wait.to_string(),
                proof,
            ],
        );
        for (i, task) in self.tasks.iter().enumerate().skip(first) {
            if matches!(part, Part::Work) {
                self.announce(i, &mut program);
            }
            if let Some(guard) = &task.guard {
                let seconds = guard.seconds.to_string();
                let head = [guard.kind, &seconds, &guard.unit].into_iter();
                program.call("guard", head.chain(guard.paths.iter().map(String::as_str)));
            }
            let seconds = task.seconds.to_string();
            let head = [&task.token, &task.object, &task.ty, &task.place, &seconds];
            let head = head
                .into_iter()
                .map(String::as_str)
                .chain([task.call.function]);
            program.call(
                verb,
                head.chain(task.call.arguments.iter().map(String::as_str)),
            );
        }
        program.call::<&str>("leave", []);
        program
    }

    /// Before the first of several neighbours: all of them.
    fn announce(&self, first: usize, program: &mut Program) {
        let function = |t: &Task| t.call.together.as_ref().map(|(f, _)| *f);
        let Some(together) = function(&self.tasks[first]) else {
            return;
        };
        if first > 0 && function(&self.tasks[first - 1]) == Some(together) {
            return;
        }
        let run = self.tasks[first..]
            .iter()
            .take_while(|t| function(t) == Some(together));
        let run: Vec<_> = run.collect();
        if run.len() < 2 {
            return;
        }
        let seconds: u64 = run.iter().map(|t| t.seconds).max().unwrap_or_default();
        program.set("LIMIT", &seconds.to_string());
        let words = run.iter().flat_map(|t| {
            let words = t.call.together.iter().flat_map(|(_, words)| words);
            [&t.token, &t.object].into_iter().chain(words)
        });
        program.call(together, words);
    }
}

/// Drops the records of objects that are not there any more. What can't be dropped now goes with
/// the last of the others.
pub(crate) async fn forget(
    transport: &dyn Transport,
    records: &str,
    lineage: &str,
    epoch: u64,
    objects: &[ObjectId],
) {
    let mut program = Program::new(records);
    program.define(WORK);
    program.call("enter", [lineage, &epoch.to_string(), "10", ""]);
    program.call("vanished", objects.iter().map(ToString::to_string));
    program.call::<&str>("leave", []);
    let _ = program.run(transport, &mut |_| {}).await;
}

/// What a program is to do with the operations.
#[derive(Clone, Copy)]
enum Part {
    Work,
    Prove,
    Unprove,
}

struct Listener<'a> {
    refused: Option<(String, String)>,
    told: Told,
    armed: &'a Notify,
}

impl Listener<'_> {
    fn line(&mut self, line: Line<'_>, on_event: &mut (dyn FnMut(&str, Event) + Send)) {
        let Line::Word(word, rest) = line else { return };
        let (token, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        match word {
            "start" => {
                self.told.clear();
                on_event(token, Event::Started);
            }
            "armed" => self.armed.notify_one(),
            "trial" => on_event(token, Event::Trial),
            "progress" => on_event(token, Event::Progress(words(rest))),
            "tell" => {
                let (key, value) = rest.split_once(' ').unwrap_or((rest, ""));
                self.told.insert(key.to_string(), value.to_string());
            }
            "done" => on_event(token, Event::Done(std::mem::take(&mut self.told))),
            "fail" => {
                let mut fields = rest.split(' ');
                let code = fields.next().unwrap_or_default().to_string();
                let touched = match fields.next() {
                    Some("untouched") => Touched::No,
                    Some("touched") => Touched::Partly,
                    _ => Touched::Unknown,
                };
                let words = words(fields.next().unwrap_or_default());
                on_event(
                    token,
                    Event::Failed {
                        code,
                        touched,
                        words,
                    },
                );
            }
            "refused" => self.refused = Some((token.to_string(), words(rest))),
            _ => {}
        }
    }
}

fn refused(code: &str, words: &str, records: &str) -> Stopped {
    match code {
        "locked" => Stopped::Certain(
            ProviderProblem::error("another run of Landfall has been at work on the host for long")
                .detail(format!("waited {LOCK_WAIT_S} s for the lock {records}/lock on the host"))
                .help("wait for it, or see on the host who holds the lock: `fuser -v` with its path"),
            Retry::Later,
        ),
        "epoch" => Stopped::Certain(
            ProviderProblem::error("a later lease has been at work on the host: this run is stale")
                .detail(format!("the host has seen epoch {words}"))
                .help("plan again; another run took over the lease of this state"),
            Retry::Never,
        ),
        _ => Stopped::Certain(
            words.lines().fold(
                ProviderProblem::error(format!(
                    "the host's records in {records} could not be written, so nothing was changed"
                )),
                |p, line| p.detail(line),
            )
            .help("log in as root or set `become = true` on the host; make room on its disk; the \
                   directory must be on a writable file system"),
            Retry::Never,
        ),
    }
}
