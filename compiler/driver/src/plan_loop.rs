//! The plan loop: step, read what the step asks for, step again.

use crate::Session;
use diagnostics::Problem;
use eval::World;
use executor::{Answered, Question};
use plan::Plan;
use planner::{Ask, Input, Observed, Options, Read, Round, step};

/// More rounds than any configuration's reads are deep; beyond it something asks in a circle.
const MOST_ROUNDS: usize = 64;

/// A plan, and all problems; with an error among them it must not be applied.
#[derive(Debug)]
pub struct Planned {
    /// What will be done.
    pub plan: Plan,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// How many times something was read.
    pub rounds: usize,
}

impl Planned {
    /// Whether anything is refused.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(Problem::is_error)
    }
}

impl Session<'_> {
    /// Plans from the state as it is, reading what the plan rests on.
    pub async fn plan(&self, options: &Options) -> Planned {
        let mut observed = Observed::default();
        for rounds in 0..MOST_ROUNDS {
            // What evaluates holds no future open: a step is over before anything is awaited.
            let round = {
                let world = self.world();
                self.round(&world, &observed, options)
            };
            match round {
                Round::Plan(plan, problems) => {
                    return Planned {
                        plan: *plan,
                        problems,
                        rounds,
                    };
                }
                Round::Reads(reads) => self.answer(reads, &mut observed).await,
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
            rounds: MOST_ROUNDS,
        }
    }

    fn round(&self, world: &World<'_>, observed: &Observed, options: &Options) -> Round {
        step(&Input {
            config: &self.setup.loaded.config,
            prepared: &self.setup.loaded.prepared,
            providers: self.setup.providers,
            state: &self.state,
            observed,
            world,
            options,
        })
    }

    async fn answer(&self, reads: Vec<Read>, observed: &mut Observed) {
        let keys: Vec<_> = reads.iter().map(|r| r.key).collect();
        let questions = reads
            .into_iter()
            .map(|read| {
                let question = match read.ask {
                    Ask::Object(request) => Question::Object(*request),
                    Ask::Data(request) => Question::Data(request),
                };
                (
                    read.provider,
                    read.provider_name.to_string(),
                    read.config,
                    question,
                )
            })
            .collect();
        let providers = self.providers();
        let (answers, identities) = executor::read(&self.connections, &providers, questions).await;
        observed.identities.extend(identities);
        for (key, answer) in keys.into_iter().zip(answers) {
            match answer {
                Answered::Object(answer) => drop(observed.objects.insert(key, answer)),
                Answered::Data(answer) => drop(observed.data.insert(key, answer)),
            }
        }
    }
}
