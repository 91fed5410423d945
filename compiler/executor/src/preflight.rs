//! Asks providers before the first change what is certain to fail: that fails at once, with what
//! depends on it, before anything that was to make room for it is taken away. The rest goes on.
//!
//! What stands on a machine that this run makes or changes is not asked about: it can't be looked
//! at yet.

use crate::context::{Event as Told, asked_to_end};
use crate::machines::attributes;
use crate::run::{Run, Standing};
use model::{ObjectId, Token};
use plan::{Action, Step, StepId};
use provider::{Action as Ask, Connection, Foreseen, Operation, Severity};
use state::ProviderKey;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// At most this many of the other changes that a problem concerns are named.
const NAMED: usize = 5;

type Steps = HashMap<Token, StepId>;

impl Run<'_> {
    /// Fails what is certain to fail. Says whether anything is left to be begun: else nothing is
    /// recorded, and a saved plan is not used up.
    pub(crate) async fn preflight(&mut self) -> bool {
        let (asked, steps) = self.planned_changes();
        let mut foreseen = Vec::new();
        let mut questions = Vec::new();
        for (key, changes) in asked {
            match self.connection(&key).await {
                Ok(connection) => questions.push(ask(connection, changes)),
                Err(problem) => foreseen.push(Foreseen::of(tokens(&changes), problem)),
            }
        }
        let ended = asked_to_end(self.context.cancel.clone());
        tokio::select! {
            answers = futures::future::join_all(questions) => {
                foreseen.extend(answers.into_iter().flatten());
            }
            // Who asks for an end does not wait for a host that does not answer.
            () = ended => {}
        }
        let (errors, warnings) = foreseen
            .into_iter()
            .partition::<Vec<_>, _>(|f| f.problem.severity == Severity::Error);
        warnings.iter().for_each(|w| self.warn(w, &steps));
        for error in &errors {
            self.foresee(error, &steps);
        }
        if !errors.is_empty() {
            self.spare_what_is_not_replaced();
        }
        errors.is_empty() || self.standing.contains(&Standing::Waiting)
    }

    /// What is not made is not made room for: of a replacement that will not come, the old object
    /// stays, and so does what would have had to go before it.
    fn spare_what_is_not_replaced(&mut self) {
        let mut spared = true;
        while std::mem::take(&mut spared) {
            for (id, step) in self.plan.steps.iter().enumerate() {
                let never = matches!(self.standing[id], Standing::Failed | Standing::Skipped);
                let makes = matches!(step.action, Action::Create | Action::Adopt);
                let Some(old) = step.pair.filter(|_| never && makes) else {
                    continue;
                };
                if self.standing[old] == Standing::Waiting {
                    self.skip_with_all_behind(old, &step.address.to_string());
                    spared = true;
                }
            }
        }
    }

    /// The changes that can be asked about, by connection.
    fn planned_changes(&self) -> (BTreeMap<ProviderKey, Vec<Operation>>, Steps) {
        let changing = self.machines_that_change();
        let mut asked: BTreeMap<ProviderKey, Vec<Operation>> = BTreeMap::new();
        let mut steps = Steps::new();
        for (id, step) in self.plan.steps.iter().enumerate() {
            let known = |key| !self.plan.providers.get(key).is_some_and(is_open);
            if !step.action.changes() || !known(&step.provider) {
                continue;
            }
            let Some(operation) = self.as_planned(step) else {
                continue;
            };
            let ty = step.address.ty();
            if attributes(step).any(|a| self.awaits_machine(ty, a, &changing)) {
                continue;
            }
            steps.insert(operation.token, id);
            asked
                .entry(step.provider.clone())
                .or_default()
                .push(operation);
        }
        (asked, steps)
    }

    /// A step's operation, as far as it is known by now.
    fn as_planned(&self, step: &Step) -> Option<Operation> {
        let recorded = step.object.and_then(|o| self.state.objects.get(&o));
        let (before, after) = (step.before.clone(), step.after.clone());
        let action = match step.action {
            Action::Delete => Ask::Delete { prior: before? },
            Action::Update | Action::Import => Ask::Update {
                prior: before?,
                planned: after?,
            },
            _ => Ask::Create { planned: after? },
        };
        let private = match (step.action, recorded) {
            (Action::Delete, Some(object)) => object.private.to_vec(),
            _ => step.private.to_vec(),
        };
        let object = step.object.unwrap_or_else(ObjectId::random);
        Some(Operation {
            token: Token::random(),
            ownership: self.ownership(object, &step.address),
            ty: step.address.ty().to_string(),
            action,
            private,
            timeout_ms: step.timeout_ms,
        })
    }

    /// A problem of several changes is told of the first, with the names of the others.
    fn foresee(&mut self, foreseen: &Foreseen, steps: &Steps) {
        let mut ids: Vec<_> = concerned(foreseen, steps);
        ids.sort_unstable();
        let Some((first, others)) = ids.split_first() else {
            return;
        };
        let mut problem = foreseen.problem.clone();
        if !others.is_empty() {
            problem = problem.detail(self.names(others));
        }
        let because_of = self.plan.steps[*first].address.to_string();
        self.fail(*first, problem, 0);
        for other in others {
            self.skip_with_all_behind(*other, &because_of);
            self.rollouts.failed(*other);
        }
    }

    fn names(&self, ids: &[StepId]) -> String {
        let address = |id: &StepId| self.plan.steps[*id].address.to_string();
        let named: Vec<_> = ids.iter().take(NAMED).map(address).collect();
        let more = match ids.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("the same is true of {}{more}", named.join(", "))
    }

    fn warn(&self, foreseen: &Foreseen, steps: &Steps) {
        let Some(id) = concerned(foreseen, steps).into_iter().min() else {
            return;
        };
        let help = foreseen.problem.help.as_deref();
        let help = help.map_or(String::new(), |help| format!(" ({help})"));
        self.context.watch.tell(Told::Progress {
            address: self.plan.steps[id].address.clone(),
            line: format!("{}{help}", foreseen.problem.message),
        });
    }
}

async fn ask(connection: Arc<dyn Connection>, changes: Vec<Operation>) -> Vec<Foreseen> {
    let all = tokens(&changes);
    let mut foreseen = connection.preflight(&changes).await;
    for problem in &mut foreseen {
        if problem.tokens.is_empty() {
            problem.tokens.clone_from(&all);
        }
    }
    foreseen
}

fn tokens(changes: &[Operation]) -> Vec<Token> {
    changes.iter().map(|c| c.token).collect()
}

fn concerned(foreseen: &Foreseen, steps: &Steps) -> Vec<StepId> {
    let known = foreseen.tokens.iter().filter_map(|t| steps.get(t));
    known.copied().collect()
}

/// Whether a connection can't be made yet.
fn is_open(used: &plan::ProviderUse) -> bool {
    used.config.has_unknown() || used.deferred.is_some()
}
