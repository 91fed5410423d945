//! `ssh_user`: an account on a host.

use super::{
    Change, Resource, Told, account_problem, check, existing_attribute, flag, place, plan_create,
    recorded_before, schema, told_private,
};
use crate::private::Private;
use crate::runner::look::{Look, Seen, User};
use crate::runner::work::Call;
use crate::values::{is_set, number, settle, string_or_null, text, texts};
use model::{AttrPath, Attribute, ResourceSchema, Type, Value};
use provider::{Action, Made, PlanAnswer, PlanRequest, ProviderProblem};

/// An account on a host.
pub(crate) struct SshUser;

const COMPARED: [&str; 6] = ["uid", "group", "groups", "comment", "home", "shell"];

impl Resource for SshUser {
    fn name(&self) -> &'static str {
        "ssh_user"
    }

    fn schema(&self) -> ResourceSchema {
        let text = |name, doc| Attribute::new(name, Type::String, doc);
        schema(
            "An account on a host. One that was there before is never removed; what was changed \
             of it is put back.",
            vec![
                text("name", "Its name.").required().replaces(),
                Attribute::new("uid", Type::Number, "Its number.").optional_computed(),
                text("group", "Its primary group; one of its own without it.").optional_computed(),
                Attribute::new(
                    "groups",
                    Type::set(Type::String),
                    "The further groups that it is in, all of them.",
                )
                .optional_computed(),
                text("comment", "Its full name.").optional_computed(),
                text("home", "Its home directory.").optional_computed(),
                text("shell", "Its login shell.").optional_computed(),
                Attribute::new(
                    "system",
                    Type::Bool,
                    "Whether its number is of the system's range.",
                )
                .or(false)
                .replaces(),
                Attribute::new(
                    "create_home",
                    Type::Bool,
                    "Whether its home directory is made.",
                )
                .or(true),
                existing_attribute(),
            ],
        )
    }

    fn validate(&self, config: &Value) -> Vec<ProviderProblem> {
        let mut problems = Vec::new();
        check::account(config, "name", &mut problems);
        check::account(config, "group", &mut problems);
        check::id(config, "uid", &mut problems);
        for name in ["home", "shell"] {
            check::path(config, name, &mut problems);
        }
        for name in ["home", "shell", "comment"] {
            if text(config, name).is_some_and(|t| t.contains(':') || t.contains(char::is_control)) {
                problems.push(
                    ProviderProblem::error(format!(
                        "`{name}` holds a colon or a control character"
                    ))
                    .at(AttrPath::name(name)),
                );
            }
        }
        check::one_of(config, "existing", &["refuse", "adopt"], &mut problems);
        problems
    }

    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer {
        if request.prior.is_some() {
            return PlanAnswer::default();
        }
        let what = format!(
            "the user {}",
            text(request.proposed, "name").unwrap_or_default()
        );
        plan_create(request, &COMPARED, &what, state)
    }

    fn place(&self, attributes: &Value) -> Option<String> {
        Some(place("user", &text(attributes, "name")?))
    }

    fn look(&self, attributes: &Value, _private: &Private, look: &mut Look) {
        look.groups = true;
        look.users.extend(text(attributes, "name"));
    }

    fn read(
        &self,
        attributes: &Value,
        private: &Private,
        seen: &Seen,
    ) -> Result<Option<Made>, ProviderProblem> {
        let name = text(attributes, "name").unwrap_or_default();
        let Some(user) = seen.users.get(&name) else {
            return Ok(None);
        };
        let read = as_read(attributes, &name, user, seen);
        let state = state(&read).unwrap_or_default();
        let private = recorded_before(Private::seen(state), private, seen, &place("user", &name));
        Ok(Some(Made {
            attributes: read,
            private,
        }))
    }

    fn call(&self, change: &Change<'_>) -> Result<Call, ProviderProblem> {
        let attributes = change.attributes();
        let word = |name| text(attributes, name).unwrap_or_default();
        if let Action::Delete { .. } = change.action {
            return Ok(Call::new("user_drop", vec![word("name"), change.had()]));
        }
        let groups = texts(attributes, "groups").map_or("*".into(), |g| sorted(g, ","));
        let comment = text(attributes, "comment").unwrap_or_else(|| "*".into());
        let arguments = vec![
            change.verb().into(),
            word("name"),
            word("existing"),
            change.expected(),
            change.had(),
            number(attributes, "uid")
                .map(|n| n.to_string())
                .unwrap_or_default(),
            word("group"),
            groups,
            comment,
            word("home"),
            word("shell"),
            flag(attributes, "system"),
            flag(attributes, "create_home"),
        ];
        Ok(Call::new("user_put", arguments))
    }

    fn made(&self, planned: &Value, told: &Told) -> Made {
        let state = told.get("state").cloned().unwrap_or_default();
        let mut fields = state.splitn(6, ':').map(String::from);
        let mut next = || fields.next();
        let (uid, group, groups) = (next(), next(), next().unwrap_or_default());
        let uid = uid
            .and_then(|u| u.parse().ok())
            .map_or(Value::Null(Type::Number), Value::int);
        let groups = groups
            .split(',')
            .filter(|g| !g.is_empty())
            .map(Value::from)
            .collect();
        let mut made = settle(planned, "uid", || uid);
        made = settle(&made, "groups", || Value::set(Type::String, groups));
        made = settle(&made, "group", || string_or_null(group));
        for name in ["comment", "home", "shell"] {
            let value = next();
            made = settle(&made, name, || string_or_null(value));
        }
        Made {
            attributes: made,
            private: told_private(told),
        }
    }

    fn explain(&self, code: &str, attributes: &Value) -> Option<ProviderProblem> {
        account_problem(code, "user", &text(attributes, "name").unwrap_or_default())
    }

    fn scripts(&self) -> &'static [&'static str] {
        &[super::ACCOUNT]
    }
}

fn as_read(attributes: &Value, name: &str, user: &User, seen: &Seen) -> Value {
    let primary = seen
        .groups
        .iter()
        .find(|(_, g)| g.gid == user.gid)
        .map(|(name, _)| name.clone());
    let primary = primary.unwrap_or_else(|| user.gid.to_string());
    let member = |(group, g): &(&String, &crate::runner::look::Group)| {
        **group != primary && g.members.iter().any(|m| m == name)
    };
    let groups = seen
        .groups
        .iter()
        .filter(member)
        .map(|(g, _)| Value::from(g.as_str()))
        .collect();
    attributes
        .with("uid", Value::int(user.uid))
        .with("group", Value::string(primary))
        .with("groups", Value::set(Type::String, groups))
        .with("comment", Value::string(user.comment.as_str()))
        .with("home", Value::string(user.home.as_str()))
        .with("shell", Value::string(user.shell.as_str()))
}

/// What stands there in the words of the runner.
fn state(existing: &Value) -> Option<String> {
    let word = |name| text(existing, name);
    let groups = if is_set(existing, "groups") {
        texts(existing, "groups")?
    } else {
        Vec::new()
    };
    Some(format!(
        "{}:{}:{}:{}:{}:{}",
        number(existing, "uid")?,
        word("group")?,
        sorted(groups, ","),
        word("comment")?,
        word("home")?,
        word("shell")?
    ))
}

fn sorted(mut words: Vec<String>, between: &str) -> String {
    words.sort();
    words.join(between)
}
