//! The plan loop: step, read what the step asks for, step again.

use crate::{Loaded, Session};
use diagnostics::Problem;
use eval::World;
use executor::{Answered, Question};
use model::{ProviderSchema, Value};
use plan::Plan;
use planner::{Ask, Input, Observed, Options, Read, Round, Scene, step};
use provider::{Provider, ReadAnswer, ReadRequest};
use state::{ProviderKey, State};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

type Asked = (ProviderKey, String, Value, Question);

/// How long until what is not seen yet is looked for again: at first, and at most.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));
/// More rounds than any configuration's reads are deep; beyond it something asks in a circle.
const MOST_ROUNDS: usize = 64;

/// A plan, and all problems.
#[derive(Debug)]
pub struct Planned {
    /// What will be done.
    pub plan: Plan,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Whether the plan must not be applied. Where only something could not be looked at, it
    /// may: that is left out of it.
    pub refused: bool,
    /// How many times something was read.
    pub rounds: usize,
}

impl Planned {
    /// Whether anything is wrong.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(Problem::is_error)
    }
}

impl Session<'_> {
    /// Plans from the state as it is, reading what the plan rests on.
    pub async fn plan(&self, options: &Options) -> Planned {
        let planned = self.plan_in_rounds(options).await;
        self.connections.close_opened().await;
        planned
    }

    async fn plan_in_rounds(&self, options: &Options) -> Planned {
        let mut observed = Observed::default();
        for rounds in 0..MOST_ROUNDS {
            // What evaluates holds no future open: a step is over before anything is awaited.
            let round = {
                let world = self.world();
                self.round(&world, &observed, options)
            };
            match round {
                Round::Plan(plan, problems) => {
                    let steps = plan.steps.len();
                    tracing::debug!(rounds, steps, "planned");
                    let refused = problems.refusing.iter().any(Problem::is_error);
                    let mut all = problems.refusing;
                    all.extend(problems.unreached);
                    return Planned {
                        plan: *plan,
                        problems: all,
                        refused,
                        rounds,
                    };
                }
                Round::Reads(reads) => {
                    tracing::debug!(round = rounds + 1, reads = reads.len(), "a round of reads");
                    self.answer(reads, &mut observed).await;
                }
            }
        }
        let problem = Problem::error("LF0393", "planning does not come to an end")
            .detail(format!(
                "after {MOST_ROUNDS} rounds there is still something to be read"
            ))
            .help("this is a bug of Landfall; nothing was changed");
        Planned {
            plan: Plan::default(),
            problems: vec![problem],
            refused: true,
            rounds: MOST_ROUNDS,
        }
    }

    /// What is wrong as far as can be told before anything is read.
    pub fn check(&self, options: &Options) -> Vec<Problem> {
        let world = self.world();
        match self.round(&world, &Observed::default(), options) {
            Round::Plan(_, problems) => problems.refusing,
            Round::Reads(_) => Vec::new(),
        }
    }

    /// Has expressions looked at beside what is recorded: nothing is read, nothing is planned.
    pub fn scene<T>(&self, options: &Options, with: impl FnOnce(&Scene<'_>) -> T) -> T {
        let world = self.world();
        let observed = Observed::default();
        let input = self.input(&world, &observed, options);
        with(&Scene::new(&input))
    }

    /// What is wrong with another configuration, as far as values go, with nothing recorded.
    pub(crate) fn look_over(&self, loaded: &Loaded, options: &Options) -> Vec<Problem> {
        let world = self.world();
        planner::look_over(&Input {
            config: &loaded.config,
            prepared: &loaded.prepared,
            providers: self.setup.providers,
            state: &State::default(),
            observed: &Observed::default(),
            world: &world,
            options,
        })
    }

    fn round(&self, world: &World<'_>, observed: &Observed, options: &Options) -> Round {
        step(&self.input(world, observed, options))
    }

    fn input<'i>(
        &'i self,
        world: &'i World<'i>,
        observed: &'i Observed,
        options: &'i Options,
    ) -> Input<'i> {
        Input {
            config: &self.setup.loaded.config,
            prepared: &self.setup.loaded.prepared,
            providers: self.setup.providers,
            state: &self.state,
            observed,
            world,
            options,
        }
    }

    async fn answer(&self, reads: Vec<Read>, observed: &mut Observed) {
        let questions: Vec<Asked> = reads.iter().map(question).collect();
        let providers = self.providers();
        let mut reading = executor::read(&self.connections, &providers, questions.clone()).await;
        self.look_again(&providers, &questions, &mut reading.answers)
            .await;
        observed.identities.extend(reading.identities);
        observed.refused.extend(reading.refused);
        let known = self.setup.providers;
        for (read, answer) in reads.iter().zip(reading.answers) {
            match answer {
                Answered::Object(answer) => observed.take_object(read, answer, known),
                Answered::Data(answer) => observed.take_data(read, answer, known),
                Answered::Opened(answer) => drop(observed.opened.insert(read.key, answer)),
                Answered::Import(answer) => observed.take_import(read, answer),
            }
        }
    }

    /// What was made a moment ago may not be seen yet: not there counts only once the type's
    /// settle window is over.
    async fn look_again(
        &self,
        providers: &BTreeMap<String, Arc<dyn Provider>>,
        questions: &[Asked],
        answers: &mut [Answered],
    ) {
        let schemas = self.setup.providers.schemas();
        let mut pause = LOOK_AGAIN.0;
        loop {
            let missing: Vec<usize> = (0..questions.len())
                .filter(|i| matches!(answers[*i], Answered::Object(ReadAnswer::Absent)))
                .filter(|i| self.window_ends_ms(&schemas, &questions[*i]).is_some())
                .collect();
            if missing.is_empty() || *self.setup.cancel.borrow() >= 1 {
                return;
            }
            let Ok(now_ms) = self.recorder.now().await else {
                return;
            };
            let young = |i: &usize| {
                let ends_ms = self.window_ends_ms(&schemas, &questions[*i]);
                ends_ms.is_some_and(|ends_ms| now_ms < ends_ms)
            };
            let missing: Vec<usize> = missing.into_iter().filter(young).collect();
            if missing.is_empty() {
                return;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LOOK_AGAIN.1);
            let asked = missing.iter().map(|i| questions[*i].clone()).collect();
            let found = executor::read(&self.connections, providers, asked).await;
            for (i, answer) in missing.into_iter().zip(found.answers) {
                answers[i] = answer;
            }
        }
    }

    /// Until when an object that is recorded may be hidden, by the store's clock.
    fn window_ends_ms(
        &self,
        schemas: &BTreeMap<String, Arc<ProviderSchema>>,
        (_, provider, _, question): &Asked,
    ) -> Option<u64> {
        let Question::Object(request) = question else {
            return None;
        };
        let object = self.state.objects.get(&request.object?)?;
        let schema = schemas.get(provider)?.resources.get(request.ty.as_str())?;
        let ends_ms = object.changed_at_ms.saturating_add(schema.settle_window_ms);
        (schema.settle_window_ms > 0).then_some(ends_ms)
    }
}

fn question(read: &Read) -> Asked {
    let question = match &read.ask {
        Ask::Object(request) => Question::Object(ReadRequest::clone(request)),
        Ask::Data(request) => Question::Data(request.clone()),
        Ask::Open(request) => Question::Open(request.clone()),
        Ask::Import(request) => Question::Import(request.clone()),
    };
    let name = read.provider_name.to_string();
    (read.provider.clone(), name, read.config.clone(), question)
}
