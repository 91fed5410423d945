//! Carrying out operations: those of one host in one program, answers as each of them ends.

use super::{SshConnection, resource, unknown_host};
use crate::private::Private;
use crate::resources::{Change, Resource, attributes, guard, nothing_unknown};
use crate::runner::work::{Batch, Event, Retry, Stopped, Task, Touched};
use crate::values::{redact, secrets};
use provider::{Action, Answers, Certainty, Failure, Host, Made, Operation, ProviderProblem};
use std::collections::BTreeMap;

pub(crate) async fn apply(on: &SshConnection, batch: Vec<Operation>, answers: Answers) {
    let grouped = on.by_host(batch.iter().map(|o| attributes(&o.action)));
    for i in grouped.nowhere {
        answers.failed(batch[i].token, Failure::refused(unknown_host()));
    }
    let hosts = grouped.hosts.values().map(|(host, indices)| {
        let operations: Vec<_> = indices.iter().map(|i| &batch[*i]).collect();
        apply_host(on, host.clone(), operations, answers.clone())
    });
    futures::future::join_all(hosts).await;
}

async fn apply_host(on: &SshConnection, host: Host, operations: Vec<&Operation>, answers: Answers) {
    let mut open = Open {
        answers,
        jobs: BTreeMap::new(),
    };
    let mut batches: Vec<Batch> = Vec::new();
    for operation in operations {
        match job(operation, &host, on.sessions.connect_s()) {
            Ok((job, task)) => {
                open.jobs.insert(operation.token.to_string(), job);
                add(&mut batches, operation, task, &host);
            }
            Err(problem) => open
                .answers
                .failed(operation.token, Failure::refused(problem)),
        }
    }
    let session = on.session(&host).await;
    let _working = session.working.lock().await;
    for batch in batches {
        let records = on.sessions.records();
        let mut on_event = |token: &str, event| open.event(token, event);
        let ran = batch.run(&*session.transport, records, &mut on_event).await;
        let ran = match open.awaits_proof(&batch, &ran) {
            true => open.prove(&batch, &*session.transport, records).await,
            false => ran,
        };
        if let Err(stopped) = ran {
            return open.stop(stopped);
        }
    }
    open.stop(Stopped::Unsure(ProviderProblem::error(
        "the host did not tell what became of it",
    )));
}

/// An operation that is not answered yet.
pub(super) struct Job<'a> {
    operation: &'a Operation,
    resource: &'static dyn Resource,
    pub(super) started: bool,
    /// Why no new connection could be made.
    pub(super) unproven: Option<ProviderProblem>,
}

fn job<'a>(
    operation: &'a Operation,
    host: &Host,
    connect_s: u64,
) -> Result<(Job<'a>, Task), ProviderProblem> {
    let resource = resource(&operation.ty)?;
    let private = Private::decode(&operation.private)?;
    let (ty, action) = (operation.ty.as_str(), &operation.action);
    let attributes = attributes(action);
    guard::refuse_own_account(ty, action, private.before.as_deref(), host)?;
    let place = resource
        .place(attributes)
        .or_else(|| Some(format!("object:{}", operation.ownership.object)))
        .unwrap_or_default();
    let call = resource.call(&Change {
        action: &operation.action,
        private: &private,
    })?;
    let task = Task {
        token: operation.token.to_string(),
        object: operation.ownership.object.to_string(),
        ty: operation.ty.clone(),
        place,
        seconds: operation.timeout_ms.div_ceil(1000).max(1),
        call,
        guard: guard::guard(ty, action, attributes, host, connect_s),
    };
    Ok((
        Job {
            operation,
            resource,
            started: false,
            unproven: None,
        },
        task,
    ))
}

/// Adds a task to the last batch, or begins another where the state or its lease is another, or
/// where what was done before must be proven first.
fn add(batches: &mut Vec<Batch>, operation: &Operation, task: Task, host: &Host) {
    let lineage = operation.ownership.lineage.to_string();
    let epoch = operation.ownership.epoch;
    let scripts = crate::resources::of(&operation.ty)
        .map(|r| r.scripts())
        .unwrap_or_default();
    if !batches
        .last()
        .is_some_and(|b| b.lineage == lineage && b.epoch == epoch && b.guard().is_none())
    {
        batches.push(Batch {
            lineage,
            epoch,
            tasks: Vec::new(),
            scripts: Vec::new(),
            ways_in: guard::ways_in(host),
        });
    }
    if let Some(batch) = batches.last_mut() {
        let new: Vec<_> = scripts
            .iter()
            .filter(|s| !batch.scripts.contains(s))
            .copied()
            .collect();
        batch.scripts.extend(new);
        batch.tasks.push(task);
    }
}

/// The operations that are not answered yet.
pub(super) struct Open<'a> {
    answers: Answers,
    pub(super) jobs: BTreeMap<String, Job<'a>>,
}

impl Open<'_> {
    pub(super) fn event(&mut self, token: &str, event: Event) {
        match event {
            Event::Started => {
                if let Some(job) = self.jobs.get_mut(token) {
                    job.started = true;
                }
            }
            Event::Trial => {
                if let Some(job) = self.jobs.get(token) {
                    let line = "done; held until a new connection proves it";
                    self.answers.progress(job.operation.token, line);
                }
            }
            Event::Progress(line) => {
                if let Some(job) = self.jobs.get(token) {
                    let secrets = secrets(attributes(&job.operation.action));
                    self.answers
                        .progress(job.operation.token, redact(&line, &secrets));
                }
            }
            Event::Done(told) => {
                if let Some(job) = self.jobs.remove(token) {
                    let made = match &job.operation.action {
                        Action::Create { planned } | Action::Update { planned, .. } => {
                            Some(job.resource.made(planned, &told))
                        }
                        Action::Delete { .. } => None,
                    };
                    let known = |m: Made| Made {
                        attributes: nothing_unknown(job.resource, &m.attributes),
                        ..m
                    };
                    self.answers.done(job.operation.token, made.map(known));
                }
            }
            Event::Failed {
                code,
                touched,
                words,
            } => {
                if let Some(job) = self.jobs.remove(token) {
                    self.answers
                        .failed(job.operation.token, job.failure(&code, touched, &words));
                }
            }
        }
    }

    /// Answers what is still open.
    fn stop(self, why: Stopped) {
        for job in self.jobs.into_values() {
            let failure = match &why {
                Stopped::Certain(problem, Retry::Later) if !job.started => {
                    Failure::refused(problem.clone()).retryable()
                }
                Stopped::Certain(problem, _) if !job.started => Failure::refused(problem.clone()),
                Stopped::Certain(problem, _) | Stopped::Unsure(problem) => {
                    Failure::unclear(problem.clone())
                }
            };
            self.answers.failed(job.operation.token, failure);
        }
    }
}

impl Job<'_> {
    fn failure(&self, code: &str, touched: Touched, words: &str) -> Failure {
        let attributes = attributes(&self.operation.action);
        let problem = self
            .resource
            .explain(code, attributes)
            .or_else(|| guard::explain(code))
            .or_else(|| common(code, words))
            .unwrap_or_else(|| ProviderProblem::error(format!("the host refused it ({code})")));
        let mut hidden = secrets(attributes);
        hidden.extend(self.resource.hidden(attributes));
        let words = redact(words, &hidden);
        let problem = match code {
            "owned" => problem,
            _ => words.lines().fold(problem, |p, line| p.detail(line)),
        };
        let problem = match (code, &self.unproven) {
            ("put_back", Some(why)) => why
                .details
                .iter()
                .fold(problem.detail(&why.message), |p, d| p.detail(d)),
            _ => problem,
        };
        match touched {
            Touched::No => Failure::refused(problem),
            Touched::Unknown => Failure::unclear(problem),
            Touched::Partly => self.partial(problem),
        }
    }

    fn partial(&self, problem: ProviderProblem) -> Failure {
        let attributes = nothing_unknown(self.resource, attributes(&self.operation.action));
        let before = Private::decode(&self.operation.private)
            .unwrap_or_default()
            .before;
        let private = Private::default().before(before.as_deref()).encode();
        let failure = Failure::partial(
            problem,
            Made {
                attributes,
                private,
            },
        );
        Failure {
            certainty: Certainty::Unknown,
            ..failure
        }
    }
}

/// Failures that any type may have.
fn common(code: &str, words: &str) -> Option<ProviderProblem> {
    Some(match code {
        "owned" => {
            let mut owner = words.split(' ');
            let (lineage, object) = (owner.next().unwrap_or("?"), owner.next().unwrap_or("?"));
            ProviderProblem::error(
                "something else that Landfall manages has this place on the host",
            )
            .detail(format!("its lineage is {lineage}, its object {object}"))
            .help("let one configuration, and one resource in it, describe the place")
        }
        "moved" => ProviderProblem::error("what stands there has changed since the plan was made")
            .help("plan again, and see what changed"),
        "records" => ProviderProblem::error(
            "the host's records could not be written, so nothing was changed",
        )
        .help("make room on the host's disk, and apply again"),
        "unclear" => ProviderProblem::error(
            "it was started before, and nobody knows how it ended; it is not repeated",
        )
        .help(
            "look on the host whether it did its work, then say so with `landfall state rm` or \
               a changed `triggers`",
        ),
        "failed_before" => {
            ProviderProblem::error("it was run already, and failed").help("plan again")
        }
        _ => return None,
    })
}
