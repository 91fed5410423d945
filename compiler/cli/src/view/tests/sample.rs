//! A plan with something of everything in it.

use super::{mixed, secret};
use model::{Address, AttrPath, Effect, Lineage, ObjectId, Token, Type, Value};
use plan::{
    Action, Begins, Drift, Header, Later, LeftOut, Moved, OutputChange, Plan, Reason, Rollout,
    RolloutInstance, Settling, Step, Strategy, Unread,
};
use state::ProviderKey;

/// The secrets of the sample; none of them may ever be seen.
pub(super) const SECRETS: [&str; 4] = ["hunter2", "correct-horse", "battery-staple", "tr0ub4dor"];

/// An address.
pub(super) fn address(text: &str) -> Address {
    text.parse().unwrap()
}

/// A step with a reason.
pub(super) fn step(text: &str, action: Action, reason: Reason) -> Step {
    let mut step = Step::new(address(text), action, ProviderKey("ssh".into()));
    step.reasons.push(reason);
    step
}

/// An object.
pub(super) fn object(fields: &[(&str, Value)]) -> Value {
    Value::object(fields.iter().map(|(n, v)| (*n, v.clone())))
}

fn changed(mut step: Step, before: Value, after: Value, effects: &[Effect]) -> Step {
    step.object = Some(ObjectId([7; 10]));
    (step.before, step.after, step.effects) = (Some(before), Some(after), effects.to_vec());
    step
}

fn made(mut step: Step, after: Value) -> Step {
    step.after = Some(after);
    step
}

fn paths(names: &[&str]) -> Vec<AttrPath> {
    names.iter().map(|n| AttrPath::name(n)).collect()
}

/// The plan.
pub(super) fn plan() -> Plan {
    let mut plan = Plan {
        header: header(),
        ..Plan::default()
    };
    plan.steps = steps();
    plan.refreshed = drift();
    plan.moved = vec![Moved {
        object: ObjectId([1; 10]),
        from: address("ssh_user.app"),
        to: address("ssh_user.deploy"),
        becomes: None,
    }];
    plan.outputs = outputs();
    plan.later = vec![Later {
        what: "module.workers".into(),
        why: "`for_each` is known after apply".into(),
        waits_for: vec![
            "sandbox_machine.web[0]".into(),
            "sandbox_machine.web[1]".into(),
        ],
    }];
    plan.settling = vec![Settling {
        token: Token([2; 15]),
        address: address("ssh_package.nginx"),
        change: "create",
        unclear: Some("the connection broke while apt was running".into()),
    }];
    plan.unread = Unread {
        objects: 12,
        attributes: 1,
    };
    plan.rollouts = vec![Rollout {
        of: "ssh_systemd_unit.api".into(),
        strategy: Strategy::Rolling,
        max_parallel: 1,
        min_healthy_ms: 10_000,
        healthy_deadline_ms: 300_000,
        progress_deadline_ms: 600_000,
        canary: 0,
        auto_promote: false,
        auto_revert: true,
        gate: Some("active".into()),
        instances: vec![RolloutInstance {
            key: None,
            steps: vec![5],
            gates: vec![(address("ssh_systemd_unit.api"), "active".into())],
            begun: false,
        }],
        promotion: None,
        begins: Begins::Anew,
    }];
    plan
}

fn header() -> Header {
    Header {
        version: "0.1.0".into(),
        project: "shop".into(),
        environment: "production".into(),
        lineage: Some(Lineage([3; 10])),
        planned_at: "2026-01-02T03:04:05Z".into(),
        ..Header::default()
    }
}

fn steps() -> Vec<Step> {
    let mut old = step("sandbox_machine.db", Action::Delete, Reason::Asked);
    old.before = Some(object(&[
        ("image", "debian-12".into()),
        ("id", "m-1".into()),
    ]));
    old.effects = vec![Effect::DestroysData, Effect::Replaces];
    old.pair = Some(1);
    let mut new = step(
        "sandbox_machine.db",
        Action::Create,
        Reason::Forced(paths(&["image"])),
    );
    new.before = old.before.clone();
    new.after = Some(object(&[
        ("image", "debian-13".into()),
        ("id", Value::unknown(Type::String)),
    ]));
    new.effects = vec![Effect::Replaces];
    new.pair = Some(0);
    let mut goes = step(
        "ssh_file.pg_conf",
        Action::GoesWith,
        Reason::MachineGoes(address("sandbox_machine.db")),
    );
    goes.effects = vec![Effect::DestroysData];
    let unit = |exec: &str| format!("[Service]\nUser=api\nExecStart={exec}\nRestart=always\n");
    let mut restarted = changed(
        step(
            "ssh_systemd_unit.api",
            Action::Update,
            Reason::Configured(paths(&["unit"])),
        ),
        object(&[
            ("unit", unit("/srv/api/1/run").into()),
            ("name", "api".into()),
        ]),
        object(&[
            ("unit", unit("/srv/api/2/run").into()),
            ("name", "api".into()),
        ]),
        &[Effect::Restarts],
    );
    restarted.rollout = Some(0);
    vec![
        old,
        new,
        goes,
        changed(
            step(
                "ssh_file.env",
                Action::Update,
                Reason::Upstream(vec![address("random_password.session")]),
            ),
            object(&[("content", mixed(&["SESSION=", "!hunter2", "\nPORT=4000\n"]))]),
            object(&[(
                "content",
                mixed(&["SESSION=", "!correct-horse", "\nPORT=4001\n"]),
            )]),
            &[Effect::RotatesSecret],
        ),
        changed(
            step("ssh_file.token", Action::Update, Reason::Drifted),
            object(&[("content", secret("battery-staple"))]),
            object(&[("content", secret("tr0ub4dor"))]),
            &[],
        ),
        restarted,
        made(
            step("ssh_file.motd", Action::Create, Reason::New),
            object(&[
                ("content", "Welcome.\nBe kind.\n".into()),
                ("id", Value::unknown(Type::String)),
                ("mode", "0644".into()),
                ("owner", Value::NULL),
                ("path", "/etc/motd".into()),
            ]),
        ),
        made(
            step(
                r#"module.platform["eu-central-1"].module.backend.ssh_file.configuration["nginx/sites/api.example.com"]"#,
                Action::Create,
                Reason::Vanished,
            ),
            object(&[(
                "path",
                "/etc/nginx/sites-enabled/api.example.com.conf".into(),
            )]),
        ),
        {
            let mut delete = step("ssh_package.old", Action::Delete, Reason::Unconfigured);
            delete.before = Some(object(&[("name", "old".into())]));
            delete
        },
        step("ssh_user.web[2]", Action::Delete, Reason::InstanceGone),
        step("ssh_user.web[3]", Action::Delete, Reason::InstanceGone),
        step("sandbox_machine.old", Action::Delete, Reason::Deposed),
        changed(
            step("ssh_directory.srv", Action::Adopt, Reason::StandsThere),
            object(&[("mode", "0700".into())]),
            object(&[("mode", "0755".into())]),
            &[Effect::TakesOver],
        ),
        step(
            "random_password.kept",
            Action::Record,
            Reason::ProtectionLifted,
        ),
        step("ssh_file.left", Action::Forget, Reason::Removed),
        step("data.ssh_facts.web", Action::Read, Reason::ReadLater),
        step("ssh_file.barrier", Action::Barrier, Reason::New),
    ]
}

fn drift() -> Vec<Drift> {
    let of = |text: &str, before: Value, after: Option<Value>| Drift {
        address: address(text),
        before,
        after,
        object: None,
        id: ObjectId([4; 10]),
    };
    vec![
        of(
            "ssh_file.sshd",
            object(&[("content", "Port 22\nPermitRootLogin no\n".into())]),
            Some(object(&[(
                "content",
                "Port 22\nPermitRootLogin yes\n# \u{1b}[2J\n".into(),
            )])),
        ),
        of(
            "ssh_file.gone",
            object(&[("path", "/etc/gone".into())]),
            None,
        ),
    ]
}

fn outputs() -> std::collections::BTreeMap<std::sync::Arc<str>, OutputChange> {
    let change = |before, after, sensitive| OutputChange {
        before,
        after,
        deferred: None,
        sensitive,
    };
    [
        (
            "url",
            change(None, Some(Value::unknown(Type::String)), false),
        ),
        (
            "count",
            change(Some(Value::int(1)), Some(Value::int(2)), false),
        ),
        (
            "password",
            change(Some("hunter2".into()), Some(secret("correct-horse")), true),
        ),
    ]
    .into_iter()
    .map(|(name, change)| (name.into(), change))
    .collect()
}

/// Something that hangs on a host that can't be reached.
pub(super) fn left_out() -> LeftOut {
    LeftOut {
        what: "ssh_file.far".into(),
        link: Some("it depends on ssh_user.far".into()),
        cause: "host 192.0.2.1 can't be reached".into(),
        ..LeftOut::default()
    }
}
