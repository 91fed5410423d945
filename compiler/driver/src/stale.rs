//! Whether a saved plan may still be applied.

use crate::Session;
use executor::{Answered, Question};
use model::{Lineage, Value};
use plan::{Action, Plan, Rests, digest_of, digest_of_import};
use provider::{ImportRequest, ReadRequest};

/// Why a saved plan is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stale {
    /// It was applied before.
    Used,
    /// It was made of another state's line.
    OtherState,
    /// Something was changed since by another run.
    StateMoved,
    /// The configuration is another one now.
    ConfigurationMoved,
    /// It was made by another version of Landfall.
    OtherVersion(String),
    /// These are not any more as they were when it was made.
    WorldMoved(Vec<String>),
}

/// Whether a plan's own facts still hold: state, configuration, version. `config` is the digest
/// of the configuration as it is now, where it is at hand.
pub fn stale(
    plan: &Plan,
    id: &str,
    state: &state::State,
    version: &str,
    config: Option<plan::Digest>,
) -> Option<Stale> {
    let header = &plan.header;
    if state.applied_plans.contains(id) {
        return Some(Stale::Used);
    }
    if header.lineage != state.lineage {
        return Some(Stale::OtherState);
    }
    if header.changed != state.changed {
        return Some(Stale::StateMoved);
    }
    if header.version != version {
        return Some(Stale::OtherVersion(header.version.clone()));
    }
    if config.is_some_and(|c| c != header.config) {
        return Some(Stale::ConfigurationMoved);
    }
    None
}

impl Session<'_> {
    /// Reads again, in bulk, what the plan's decisions rest on; what of it has moved.
    pub async fn moved_since(&self, plan: &Plan) -> Option<Stale> {
        let lineage = self.state.lineage?;
        let configs = self.finished_configs(plan).await;
        let mut rests: Vec<_> = plan.rests.iter().collect();
        rests.dedup_by(|a, b| a.object == b.object && a.address == b.address);
        let questions = rests
            .iter()
            .filter_map(|rest| {
                let used = plan.providers.get(&rest.provider)?;
                let question = question(plan, rest, lineage);
                Some((
                    rest.provider.clone(),
                    used.provider.to_string(),
                    configs.get(&rest.provider).unwrap_or(&used.config).clone(),
                    question,
                ))
            })
            .collect();
        let providers = self.providers();
        let reading = executor::read(&self.connections, &providers, questions).await;
        self.connections.close_opened().await;
        let moved: Vec<String> = rests
            .iter()
            .zip(reading.answers)
            .filter(|(rest, answer)| match answer {
                Answered::Object(answer) => digest_of(answer) != rest.digest,
                Answered::Import(answer) => digest_of_import(answer) != rest.digest,
                Answered::Data(_) | Answered::Opened(_) => false,
            })
            .map(|(rest, _)| rest.address.to_string())
            .collect();
        (!moved.is_empty()).then_some(Stale::WorldMoved(moved))
    }
}

/// What was asked when the plan was made.
fn question(plan: &Plan, rest: &Rests, lineage: Lineage) -> Question {
    let ty = rest.address.ty().to_string();
    let imports = |s: &plan::Step| s.action == Action::Import && s.address == rest.address;
    if rest.object.is_none() && plan.steps.iter().any(imports) {
        let part = |name: &str| rest.asked.get(name).cloned().unwrap_or(Value::NULL);
        let id = part("id").expose();
        return Question::Import(ImportRequest {
            ty,
            id: id.as_str().unwrap_or_default().to_string(),
            config: part("config"),
        });
    }
    Question::Object(ReadRequest {
        ty,
        attributes: rest.asked.clone(),
        private: rest.private.to_vec(),
        all: false,
        lineage,
        object: rest.object,
    })
}
