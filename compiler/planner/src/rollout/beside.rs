//! Blue-green: whether the new ones can be made beside the old ones, which all of them have to.

use crate::pass::Pass;
use config::Rollout as Block;
use diagnostics::Problem;
use model::{AttributeUse, Containment, IdentityClass, ResourceSchema};
use plan::{Action, Rollout, Step, StepId};

/// Why old and new can't stand side by side, and what to do.
struct Refusal {
    why: String,
    help: String,
}

impl Pass<'_> {
    /// Refuses a rollout of which something can't be made beside what is there.
    pub(super) fn side_by_side(&mut self, block: &Block, rollout: &Rollout) {
        for id in rollout.steps() {
            self.new_one_first(id);
            let step = &self.plan.steps[id];
            if self.is_new_already(step, &rollout.of) {
                continue;
            }
            let Some(refusal) = self.refusal(step) else {
                continue;
            };
            let span = crate::loads::item_span(&block.body, "strategy").unwrap_or(block.span);
            let message = format!("`{}` can't be rolled out blue-green", rollout.of);
            let problem = Problem::error("LF0327", message)
                .at(span, "takes new ones beside the old ones")
                .on(&step.address)
                .detail(format!("{}: {}", step.address, refusal.why))
                .help(refusal.help);
            self.sink.push(problem);
        }
    }

    /// On another machine the new one is in nobody's way: it need not wait for the old one's end.
    fn new_one_first(&mut self, create: StepId) {
        let Some(delete) = self.plan.steps[create].pair else {
            return;
        };
        let step = &self.plan.steps[create];
        let Some((_, schema)) = self.input.providers.resource(step.address.ty()) else {
            return;
        };
        if is_elsewhere(step, &self.plan.steps[delete], schema) {
            let step = &mut self.plan.steps[create];
            step.waits_for.retain(|before| *before != delete);
        }
    }

    /// Whether this very rollout made it, beside the old one: nobody uses it yet.
    fn is_new_already(&self, step: &Step, of: &str) -> bool {
        let known = self.input.state.rollouts.get(of);
        let image = known.and_then(|k| k.before.iter().find(|b| b.address == step.address));
        let now = self.input.state.at(&step.address).map(|o| o.id);
        image.is_some_and(|i| now.is_some() && i.object.as_ref().map(|o| o.id) != now)
    }

    fn refusal(&self, step: &Step) -> Option<Refusal> {
        let ty = step.address.ty();
        let (_, schema) = self.input.providers.resource(ty)?;
        if step.action == Action::Update {
            return Some(changed_in_place(step, schema));
        }
        let old = &self.plan.steps[step.pair?];
        // What goes with its machine is on another one than the new one.
        if old.action == Action::GoesWith {
            return None;
        }
        if let Some(names) = same_place(step, old, schema) {
            return Some(Refusal {
                why: format!("two `{ty}` can't stand side by side with the same {names}"),
                help: format!(
                    "let {names} differ with each version, put it on a machine of its own \
                     instance, or use the strategy `rolling`"
                ),
            });
        }
        if is_elsewhere(step, old, schema) {
            return None;
        }
        (!step.create_before_destroy).then(|| Refusal {
            why: format!("its `{ty}` is deleted before the new one is made"),
            help: "write `lifecycle { create_before_destroy = true }` in it".into(),
        })
    }
}

fn changed_in_place(step: &Step, schema: &ResourceSchema) -> Refusal {
    let (before, after) = (step.before.as_ref(), step.after.as_ref());
    let found = match (before, after) {
        (Some(before), Some(after)) => plan::changes(&schema.block, before, after),
        _ => Vec::new(),
    };
    let names = found.iter().filter_map(|d| d.path.first());
    let asked = |name: &&str| {
        let attribute = schema.block.attribute(name);
        attribute.is_none_or(|a| a.usage != AttributeUse::Computed)
    };
    let mut names: Vec<&str> = names.filter(asked).collect();
    names.dedup();
    let ty = step.address.ty();
    Refusal {
        why: format!(
            "{} of `{ty}` changes in place, so that there is no new one beside the old one",
            quoted(&names)
        ),
        help: "let the change take a new object (`replace_triggered_by`), or use the strategy \
               `rolling` or `canary`"
            .into(),
    }
}

/// The attributes that make the place or the name that there is only one of, where the new object
/// would have the same as the old one.
fn same_place(step: &Step, old: &Step, schema: &ResourceSchema) -> Option<String> {
    let single = match schema.identity {
        IdentityClass::UniqueName => true,
        IdentityClass::NaturalKey => !schema.recorded_only && !is_elsewhere(step, old, schema),
        _ => false,
    };
    if !single {
        return None;
    }
    let key = |a: &&model::Attribute| a.usage == AttributeUse::Required && a.replaces;
    let names: Vec<&str> = schema
        .block
        .attributes
        .iter()
        .filter(key)
        .map(|a| &*a.name)
        .collect();
    let (before, after) = (old.before.as_ref()?, step.after.as_ref()?);
    let same = names.iter().all(|name| before.get(name) == after.get(name));
    same.then(|| quoted(&names))
}

/// Whether the new one is on another machine than the old one.
fn is_elsewhere(step: &Step, old: &Step, schema: &ResourceSchema) -> bool {
    matches!(schema.containment, Containment::On(_))
        && old.container.is_some()
        && step.container != old.container
}

fn quoted(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|n| format!("`{n}`")).collect();
    match quoted.is_empty() {
        true => "something".into(),
        false => quoted.join(", "),
    }
}
