//! Operations whose end nobody knows: what they hold back, and what a person who has looked says
//! of them. It asks no provider.

use model::{FingerprintKey, IdentityClass, ResourceSchema, Value};
use plan::{Action, Plan};
use state::{Change, Intent, Object, OpenIntent, Recorded, State, Status};

/// What a person who has looked says of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It did its work.
    Done,
    /// It did nothing.
    NotDone,
}

/// What is recorded of an operation of which a person says how it ended.
///
/// # Errors
/// Where only the provider could tell which object was made.
pub fn by_hand(
    open: &OpenIntent,
    schema: Option<&ResourceSchema>,
    verdict: Verdict,
    key: &FingerprintKey,
) -> Result<Recorded, String> {
    let intent = &open.intent;
    match (verdict, intent.change) {
        (Verdict::NotDone, _) => Ok(Recorded::NotDone),
        (Verdict::Done, Change::Delete) => Ok(Recorded::Removed),
        (Verdict::Done, Change::Create | Change::Update) => became(intent, schema, key),
    }
}

fn became(
    intent: &Intent,
    schema: Option<&ResourceSchema>,
    key: &FingerprintKey,
) -> Result<Recorded, String> {
    let Some(becomes) = &intent.becomes else {
        return Err("the log does not say what it was to become".into());
    };
    let identity = schema.map(|s| s.identity).unwrap_or_default();
    let named = !matches!(identity, IdentityClass::None | IdentityClass::ClientToken);
    if intent.change == Change::Create && intent.attributes.has_unknown() && !named {
        return Err(
            "which object was made is known only where it was made: settle it as not done, and \
             take the object in by an `import` block"
                .into(),
        );
    }
    let mut object = Object::clone(becomes);
    object.status = Status::Ready;
    object.attributes = plan::with_content(&known(&intent.attributes, schema), key);
    object.private = intent.private.clone();
    object.container = schema.and_then(|s| plan::lives_on(s, &object.attributes));
    Ok(Recorded::Object(Box::new(object)))
}

/// The attributes without what was to be known after apply: the next read tells that.
fn known(attributes: &Value, schema: Option<&ResourceSchema>) -> Value {
    let mut known = attributes.clone();
    let fields = attributes.as_fields().into_iter().flat_map(|f| f.iter());
    for (name, _) in fields.filter(|(_, value)| value.has_unknown()) {
        let attribute = schema.and_then(|s| s.block.attribute(name));
        let null = attribute.map_or(Value::NULL, |a| Value::Null(a.ty.clone()));
        known = known.with(name, null);
    }
    known
}

/// Operations of unknown end for which the plan as a whole has to wait. Of any other one, the
/// plan has a step at its address, which is not taken: so what depends on it waits, and nothing
/// else has to.
pub fn blocking<'s>(plan: &Plan, state: &'s State) -> Vec<&'s OpenIntent> {
    let open = state.open.values();
    open.filter(|open| !holds_back_alone(plan, &open.intent))
        .collect()
}

fn holds_back_alone(plan: &Plan, intent: &Intent) -> bool {
    let mut here = plan
        .steps
        .iter()
        .filter(|s| s.address == intent.address && s.action != Action::Barrier)
        .peekable();
    // In a rollout, a step that is not taken could take others back.
    here.peek().is_some()
        && here.all(|s| s.action.changes() && s.rollout.is_none())
        && !ends_what_it_stands_on(plan, intent)
}

/// What may have been made is not recorded: no step would end it before what it stands on.
fn ends_what_it_stands_on(plan: &Plan, intent: &Intent) -> bool {
    let stands_on = intent.becomes.as_ref().map(|b| &b.dependencies);
    let Some(stands_on) = stands_on.filter(|_| intent.change == Change::Create) else {
        return false;
    };
    let ends = |a: Action| matches!(a, Action::Delete | Action::GoesWith | Action::Forget);
    let mut ending = plan.steps.iter().filter(|s| ends(s.action));
    ending.any(|s| stands_on.iter().any(|d| d.means(&s.address)))
}

/// The command by which a person who has looked settles the operation at an address.
pub fn command(address: &str) -> String {
    format!("landfall state settle {}", word(address))
}

/// A word as a shell takes it from whoever copies it.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    match text.chars().all(plain) {
        true => text.to_string(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, expected: &str) {
        assert_eq!(
            command(address),
            format!("landfall state settle {expected}")
        );
    }

    #[test]
    fn the_command_can_be_copied_into_a_shell() {
        check("ssh_command.migrate", "ssh_command.migrate");
        check("ssh_command.a[\"x\"]", "'ssh_command.a[\"x\"]'");
        check("ssh_command.a[\"it's\"]", r#"'ssh_command.a["it'\''s"]'"#);
    }
}
