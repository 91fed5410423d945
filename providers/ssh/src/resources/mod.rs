//! What a resource type of this provider is, and what all of them share.

mod authorized_key;
pub(crate) mod check;
mod command;
mod directory;
pub(crate) mod facts;
pub(crate) mod file;
mod group;
pub(crate) mod guard;
pub(crate) mod host;
mod package;
mod plan;
mod unit;
mod user;

use crate::private::Private;
use crate::runner::look::{Look, Seen};
use crate::runner::preflight::Needs;
use crate::runner::work::Call;
pub(crate) use crate::runner::work::Told;
use model::{
    AttrPath, Attribute, BlockSchema, Containment, IdentityClass, ObjectId, ResourceSchema, Type,
    Value,
};
pub(crate) use plan::{plan, plan_create};
use provider::{Action, Made, PlanAnswer, PlanRequest, ProviderProblem, host_type};

/// A resource type: schema, plan rule, and what is asked of the host.
pub(crate) trait Resource: Send + Sync {
    /// Its type.
    fn name(&self) -> &'static str;
    /// Its schema.
    fn schema(&self) -> ResourceSchema;
    /// Problems of a configuration.
    fn validate(&self, config: &Value) -> Vec<ProviderProblem>;
    /// What a change leads to; where the host is another one is seen to already.
    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer;
    /// What on a host it occupies; none while that is not known.
    fn place(&self, attributes: &Value) -> Option<String>;
    /// The configuration with the place in it that an id names.
    fn named(&self, id: &str, config: &Value) -> Result<Value, ProviderProblem> {
        Ok(config.with("name", Value::string(id)))
    }
    /// What must be looked at to read it.
    fn look(&self, attributes: &Value, private: &Private, look: &mut Look);
    /// It, from what was seen; none where it is not there.
    fn read(
        &self,
        attributes: &Value,
        private: &Private,
        seen: &Seen,
    ) -> Result<Option<Made>, ProviderProblem>;
    /// The same for a type that is known by its object's id alone.
    fn read_object(
        &self,
        _object: Option<ObjectId>,
        attributes: &Value,
        private: &Private,
        seen: &Seen,
    ) -> Result<Option<Made>, ProviderProblem> {
        self.read(attributes, private, seen)
    }
    /// What the runner is to do.
    fn call(&self, change: &Change<'_>) -> Result<Call, ProviderProblem>;
    /// The object after it was done.
    fn made(&self, planned: &Value, told: &Told) -> Made;
    /// A failure in words, where it is one of this type's own.
    fn explain(&self, code: &str, attributes: &Value) -> Option<ProviderProblem>;
    /// The runner's functions for it.
    fn scripts(&self) -> &'static [&'static str];
    /// What must be there on the host before it is made or changed. Parts may be unknown.
    fn needs(&self, _planned: &Value, _needs: &mut Needs) {}
    /// Whether it may be carried out a second time without harm.
    fn repeatable(&self) -> bool {
        true
    }
    /// Texts that may be secrets though they are not marked: never shown in a message.
    fn hidden(&self, _attributes: &Value) -> Vec<String> {
        Vec::new()
    }
    /// Whether a gate is passed.
    fn gate(&self, gate: &str, _attributes: &Value, _seen: &Seen) -> Result<bool, ProviderProblem> {
        Err(ProviderProblem::error(format!(
            "`{}` has no gate `{gate}`",
            self.name()
        )))
    }
}

/// A change to be carried out.
pub(crate) struct Change<'a> {
    pub(crate) action: &'a Action,
    pub(crate) private: &'a Private,
}

impl Change<'_> {
    /// The attributes that tell where: as planned, or of a delete as they were.
    pub(crate) fn attributes(&self) -> &Value {
        attributes(self.action)
    }

    /// What the runner is to find at the place, where that is known.
    pub(crate) fn expected(&self) -> String {
        self.private.seen.clone().unwrap_or_default()
    }

    /// What was there before, as far as recorded here.
    pub(crate) fn had(&self) -> String {
        self.private.before.clone().unwrap_or_default()
    }

    pub(crate) fn verb(&self) -> &'static str {
        if matches!(self.action, Action::Create { .. }) {
            "create"
        } else {
            "update"
        }
    }
}

/// The attributes of an action: as planned, or of a delete as they were.
pub(crate) fn attributes(action: &Action) -> &Value {
    match action {
        Action::Create { planned } | Action::Update { planned, .. } => planned,
        Action::Delete { prior } => prior,
    }
}

/// All of them.
pub(crate) fn all() -> &'static [&'static dyn Resource] {
    &[
        &file::SshFile,
        &directory::SshDirectory,
        &package::SshPackage,
        &user::SshUser,
        &group::SshGroup,
        &authorized_key::SshAuthorizedKey,
        &unit::SshSystemdUnit,
        &command::SshCommand,
    ]
}

/// The resource of a type.
pub(crate) fn of(ty: &str) -> Option<&'static dyn Resource> {
    all().iter().copied().find(|r| r.name() == ty)
}

/// The schema of a type on a host, with the attributes that it has next to `host`.
pub(crate) fn schema(doc: &'static str, attributes: Vec<Attribute>) -> ResourceSchema {
    let host = Attribute::new("host", host_type(), "The machine that it stands on.").required();
    ResourceSchema {
        version: 1,
        doc,
        block: BlockSchema {
            attributes: std::iter::once(host).chain(attributes).collect(),
            blocks: Vec::new(),
        },
        identity: IdentityClass::NaturalKey,
        containment: Containment::On("host"),
        timeout_ms: 300_000,
        ..ResourceSchema::default()
    }
}

/// The attribute that says what happens where something else stands at the place.
pub(crate) fn existing_attribute() -> Attribute {
    Attribute::new(
        "existing",
        Type::String,
        "What happens where something else stands there already: `refuse`, or `adopt`, which \
         takes it over and keeps the original on the host.",
    )
    .or("refuse")
}

/// The attribute that says what becomes of it when it leaves the configuration.
pub(crate) fn on_destroy_attribute() -> Attribute {
    Attribute::new(
        "on_destroy",
        Type::String,
        "What becomes of it when it is destroyed: `delete`, `restore` what was there before, or \
         `keep` it. Without it, what was taken over is restored and what was made is deleted.",
    )
}

/// The attributes with null for everything that is not known: nothing unknown leaves a read.
pub(crate) fn nothing_unknown(resource: &dyn Resource, attributes: &Value) -> Value {
    let mut known = attributes.clone();
    for attribute in resource.schema().block.attributes {
        if attributes
            .get(&attribute.name)
            .is_none_or(Value::has_unknown)
        {
            known = known.with(&attribute.name, Value::Null(attribute.ty));
        }
    }
    known
}

/// The runner's functions for groups, users and keys.
pub(crate) const ACCOUNT: &str = include_str!("../runner/account.sh");

/// Private data with what was there before: as the host records it, else as recorded here.
pub(crate) fn recorded_before(now: Private, was: &Private, seen: &Seen, place: &str) -> Vec<u8> {
    let owner = seen.owners.get(place).map(|o| o.before.as_str());
    now.before(owner.or(was.before.as_deref())).encode()
}

/// Private data of what the host told after an operation.
pub(crate) fn told_private(told: &Told) -> Vec<u8> {
    let before = told.get("before").map(String::as_str);
    let private = told
        .get("state")
        .map_or_else(Private::default, Private::seen);
    private.before(before).encode()
}

/// A truth value as a word for the runner: empty where it is false.
pub(crate) fn flag(attributes: &Value, name: &str) -> String {
    if crate::values::truth(attributes, name) == Some(true) {
        "1".into()
    } else {
        String::new()
    }
}

/// Failures of accounts in words.
pub(crate) fn account_problem(code: &str, what: &str, name: &str) -> Option<ProviderProblem> {
    Some(match code {
        "account" => ProviderProblem::error(format!("the {what} {name} could not be changed"))
            .help("mend what the host complains of, and apply again"),
        "write" => ProviderProblem::error(format!("the {what} {name} could not be written"))
            .help("mend what the host complains of, and apply again"),
        "exists" => {
            ProviderProblem::error(format!("the {what} {name} is there already, and differs"))
                .help("set `existing = \"adopt\"` to take it over, or describe it as it is")
                .at(AttrPath::name("existing"))
        }
        _ => return None,
    })
}

/// A place for the records: without blanks, so that it is one word; `printf %b` makes it plain.
pub(crate) fn place(kind: &str, name: &str) -> String {
    let mut place = format!("{kind}:");
    for byte in name.bytes() {
        match byte {
            b'!'..=b'~' if byte != b'\\' => place.push(char::from(byte)),
            byte => place.push_str(&format!("\\0{byte:03o}")),
        }
    }
    place
}

/// Octal digits without leading zeros, as `stat` writes them.
pub(crate) fn plain_mode(mode: &str) -> String {
    match mode.trim_start_matches('0') {
        "" => "0".into(),
        plain => plain.into(),
    }
}

/// A mode as read, in the words of the configuration where it means the same.
pub(crate) fn shown_mode(read: &str, recorded: Option<String>) -> Value {
    match recorded {
        Some(recorded) if plain_mode(&recorded) == read => Value::string(recorded),
        _ => Value::string(format!("{read:0>4}")),
    }
}
