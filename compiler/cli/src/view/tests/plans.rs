//! Snapshots of plans.

use super::sample::{SECRETS, address, left_out, object, plan as sample, step};
use crate::view::look::Look;
use crate::view::value::Limits;
use crate::view::{plan, plan_json, reason};
use ::plan::{Action, Plan, PlanMode, Reason};
use model::AttrPath;

pub(super) fn render(plan: &Plan, width: usize) -> String {
    rendered(plan, Limits::SHORT, &Look::plain(width))
}

fn rendered(plan: &Plan, limits: Limits, look: &Look) -> String {
    let mut text = String::new();
    plan::write(plan, limits, &mut |page| text.push_str(&page.render(look)));
    text
}

#[test]
fn a_plan_at_80_columns() {
    insta::assert_snapshot!(render(&sample(), 80), @r#"
    Destroys data
      (-) ssh_file.pg_conf goes with its machine
          why: its machine sandbox_machine.db goes, and it with it
          effects: destroys data
      -/+ sandbox_machine.db replace (delete the old one, then make the new one)
          why: `image` can't be changed in place; --replace asks for it
          effects: destroys data, replaces
          ~ image (takes another object) = "debian-12" -> "debian-13"
          known after apply: id

    Interrupts: downtime, restarts, replacements
      ~   ssh_systemd_unit.api update
          why: `unit` is configured otherwise
          effects: restarts
          in the rollout of ssh_systemd_unit.api
          ~ unit:
              @@ -1,4 +1,4 @@
                [Service]
                User=api
              - ExecStart=/srv/api/1/run
              + ExecStart=/srv/api/2/run
                Restart=always

    Rotates secrets
      ~   ssh_file.env update
          why: it takes values from random_password.session, known after apply
          effects: rotates secret
          ~ content:
              @@ -1,2 +1,2 @@
              - SESSION=(sensitive)
              - PORT=4000
              + SESSION=(sensitive, changed)
              + PORT=4001

    Takes over what somebody else made
      >   ssh_directory.srv adopt
          why: it stands there already
          effects: takes over
          ~ mode = "0700" -> "0755"

    Changes
      -   sandbox_machine.old delete (the one that was replaced)
          why: it is left over from an earlier replacement
      -   ssh_package.old delete
          why: it is not in the configuration any more
          - name = "old"
      -   ssh_user.web[2] delete
      -   ssh_user.web[3] delete
          each of these 2 objects:
          why: the configuration has no instance of this key any more
      ~   ssh_file.token update
          why: somebody changed it outside of Landfall
          ~ content = (sensitive) -> (sensitive, changed)
      +   ssh_file.motd create
          + content:
              + Welcome.
              + Be kind.
          + mode = "0644"
          + path = "/etc/motd"
          known after apply: id
      +   module.platform["eu-central-1"].module.backend.ssh_file.configuration["nginx/sites/api.example.com"]
            create
          why: it is gone from where it was
          + path = "/etc/nginx/sites-enabled/api.example.com.conf"
      =   random_password.kept record
          why: the configuration protects it no more; destroying it takes a plan of
            its own
      x   ssh_file.left forget (it stays where it is)
          why: a `removed` block says to leave it where it is
      <=  data.ssh_facts.web read during apply
          why: it is read during apply, when what it depends on is known and done

    Settled first: what an interrupted run left open
      ?   ssh_package.nginx create
          known: the connection broke while apt was running

    Changed outside of Landfall since the last run
      ~   ssh_file.sshd is not as recorded
          ~ content:
              @@ -1,2 +1,3 @@
                Port 22
              - PermitRootLogin no
              + PermitRootLogin yes
              + # \u{001b}[2J
      -   ssh_file.gone is gone

    Gets another address
      >   ssh_user.deploy (moved from ssh_user.app)

    Outputs
      ~ count = 1 -> 2
      ~ password = (sensitive, changed)
      + url = (known after apply)

    Rollout of ssh_systemd_unit.api
      1 instance, rolling, 1 at a time
      each must pass `active` for 10s within 5m; if one does not, all go back to
        what they were
      fails too where none becomes healthy for 10m

    In a later stage, when more is known
      …   module.workers
          why: `for_each` is known after apply
          waits for: sandbox_machine.web[0], sandbox_machine.web[1]

    Plan: 2 to create, 3 to update, 1 to replace, 4 to destroy, 1 to adopt, 1 to go
      with their machine, 1 to forget, 1 to record, 1 to read during apply.
    1 thing waits for a later stage.
    12 objects were not read and taken as recorded (--refresh=bulk reads them).
    Of 1 object, attributes that are given only one object at a time were not read
      (--refresh=all reads them).
    "#);
}

#[test]
fn a_plan_at_50_columns() {
    insta::assert_snapshot!(render(&sample(), 50), @r#"
    Destroys data
      (-) ssh_file.pg_conf goes with its machine
          why: its machine sandbox_machine.db goes,
            and it with it
          effects: destroys data
      -/+ sandbox_machine.db replace (delete the old
            one, then make the new one)
          why: `image` can't be changed in place;
            --replace asks for it
          effects: destroys data, replaces
          ~ image (takes another object) = "debian-12"
            -> "debian-13"
          known after apply: id

    Interrupts: downtime, restarts, replacements
      ~   ssh_systemd_unit.api update
          why: `unit` is configured otherwise
          effects: restarts
          in the rollout of ssh_systemd_unit.api
          ~ unit:
              @@ -1,4 +1,4 @@
                [Service]
                User=api
              - ExecStart=/srv/api/1/run
              + ExecStart=/srv/api/2/run
                Restart=always

    Rotates secrets
      ~   ssh_file.env update
          why: it takes values from
            random_password.session, known after apply
          effects: rotates secret
          ~ content:
              @@ -1,2 +1,2 @@
              - SESSION=(sensitive)
              - PORT=4000
              + SESSION=(sensitive, changed)
              + PORT=4001

    Takes over what somebody else made
      >   ssh_directory.srv adopt
          why: it stands there already
          effects: takes over
          ~ mode = "0700" -> "0755"

    Changes
      -   sandbox_machine.old delete (the one that was
            replaced)
          why: it is left over from an earlier
            replacement
      -   ssh_package.old delete
          why: it is not in the configuration any more
          - name = "old"
      -   ssh_user.web[2] delete
      -   ssh_user.web[3] delete
          each of these 2 objects:
          why: the configuration has no instance of
            this key any more
      ~   ssh_file.token update
          why: somebody changed it outside of Landfall
          ~ content = (sensitive) -> (sensitive,
            changed)
      +   ssh_file.motd create
          + content:
              + Welcome.
              + Be kind.
          + mode = "0644"
          + path = "/etc/motd"
          known after apply: id
      +   module.platform["eu-central-1"].module.backend.ssh_file.configuration["nginx/sites/api.example.com"]
            create
          why: it is gone from where it was
          + path =
            "/etc/nginx/sites-enabled/api.example.com.conf"
      =   random_password.kept record
          why: the configuration protects it no more;
            destroying it takes a plan of its own
      x   ssh_file.left forget (it stays where it is)
          why: a `removed` block says to leave it
            where it is
      <=  data.ssh_facts.web read during apply
          why: it is read during apply, when what it
            depends on is known and done

    Settled first: what an interrupted run left open
      ?   ssh_package.nginx create
          known: the connection broke while apt was
            running

    Changed outside of Landfall since the last run
      ~   ssh_file.sshd is not as recorded
          ~ content:
              @@ -1,2 +1,3 @@
                Port 22
              - PermitRootLogin no
              + PermitRootLogin yes
              + # \u{001b}[2J
      -   ssh_file.gone is gone

    Gets another address
      >   ssh_user.deploy (moved from ssh_user.app)

    Outputs
      ~ count = 1 -> 2
      ~ password = (sensitive, changed)
      + url = (known after apply)

    Rollout of ssh_systemd_unit.api
      1 instance, rolling, 1 at a time
      each must pass `active` for 10s within 5m; if
        one does not, all go back to what they were
      fails too where none becomes healthy for 10m

    In a later stage, when more is known
      …   module.workers
          why: `for_each` is known after apply
          waits for: sandbox_machine.web[0],
            sandbox_machine.web[1]

    Plan: 2 to create, 3 to update, 1 to replace, 4 to
      destroy, 1 to adopt, 1 to go with their machine,
      1 to forget, 1 to record, 1 to read during
      apply.
    1 thing waits for a later stage.
    12 objects were not read and taken as recorded
      (--refresh=bulk reads them).
    Of 1 object, attributes that are given only one
      object at a time were not read (--refresh=all
      reads them).
    "#);
}

#[test]
fn addresses_are_never_cut() {
    for width in [20, 33, 50, 80, 200] {
        let text = render(&sample(), width);
        for step in sample()
            .steps
            .iter()
            .filter(|s| s.action != Action::Barrier)
        {
            assert!(
                text.contains(&step.address.to_string()),
                "{} at {width}",
                step.address
            );
        }
    }
}

#[test]
fn no_secret_and_no_control_character_is_shown() {
    let colour = Look {
        colour: true,
        ..Look::plain(60)
    };
    let everything = Limits::NONE;
    let human = rendered(&sample(), everything, &Look::plain(60));
    let coloured = rendered(&sample(), everything, &colour);
    let json = plan_json::document(&sample()).to_string();
    for secret in SECRETS {
        for text in [&human, &coloured, &json] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    assert!(
        human.chars().all(|c| c == '\n' || !c.is_control()),
        "{human:?}"
    );
    assert!(!coloured.contains("\u{1b}[2J"));
    assert!(json.chars().all(|c| !c.is_control()));
}

#[test]
fn every_reason_reads() {
    let paths = vec![AttrPath::name("mode"), AttrPath::name("tags").then("a b")];
    let machine = address("sandbox_machine.a[0]");
    let reasons = [
        Reason::New,
        Reason::Configured(paths.clone()),
        Reason::Forced(paths),
        Reason::Upstream(vec![machine.whole()]),
        Reason::Drifted,
        Reason::Vanished,
        Reason::Tainted,
        Reason::Deposed,
        Reason::Asked,
        Reason::Triggered("terraform_data.version".into()),
        Reason::Unconfigured,
        Reason::InstanceGone,
        Reason::Destroy,
        Reason::OtherMachine,
        Reason::MachineGoes(machine),
        Reason::ProtectionLifted,
        Reason::ProtectionSet,
        Reason::Removed,
        Reason::ReadLater,
        Reason::StandsThere,
        Reason::OtherConnection,
    ];
    let lines: Vec<_> = reasons
        .iter()
        .map(|r| format!("{}: {}", reason::kind(r), reason::in_words(r)))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    new: it is in the configuration and not there yet
    configured: `mode` and `tags["a b"]` are configured otherwise
    forced: `mode` and `tags["a b"]` can't be changed in place
    upstream: it takes values from sandbox_machine.a, known after apply
    drifted: somebody changed it outside of Landfall
    vanished: it is gone from where it was
    tainted: its creation failed half-way
    deposed: it is left over from an earlier replacement
    asked: --replace asks for it
    triggered: replace_triggered_by: terraform_data.version changes
    unconfigured: it is not in the configuration any more
    instance_gone: the configuration has no instance of this key any more
    destroy: everything is to be destroyed
    other_machine: the machine that it is on becomes another one
    machine_goes: its machine sandbox_machine.a[0] goes, and it with it
    protection_lifted: the configuration protects it no more; destroying it takes a plan of its own
    protection_set: it is protected from now on
    removed: a `removed` block says to leave it where it is
    read_later: it is read during apply, when what it depends on is known and done
    stands_there: it stands there already
    other_connection: its provider is connected to another account, region or endpoint
    "#);
}

#[test]
fn alike_neighbours_share_a_description() {
    let mut plan = Plan::default();
    for i in 0..3 {
        let mut step = step(&format!("ssh_file.a[{i}]"), Action::Create, Reason::New);
        step.after = Some(object(&[("mode", "0644".into())]));
        plan.steps.push(step);
    }
    insta::assert_snapshot!(render(&plan, 80), @r#"
    Changes
      +   ssh_file.a[0] create
      +   ssh_file.a[1] create
      +   ssh_file.a[2] create
          each of these 3 objects:
          + mode = "0644"

    Plan: 3 to create, 0 to update, 0 to replace, 0 to destroy.
    "#);
}

#[test]
fn a_plan_without_changes_says_so() {
    for (mode, expected) in [
        (
            PlanMode::Apply,
            "No changes. Everything is as the configuration says.\n",
        ),
        (
            PlanMode::Destroy,
            "No changes. There is nothing to destroy.\n",
        ),
        (
            PlanMode::RefreshOnly,
            "No changes. Everything is as recorded.\n",
        ),
    ] {
        let mut plan = Plan::default();
        plan.header.mode = mode;
        assert_eq!(render(&plan, 80), expected);
    }
}

#[test]
fn what_is_not_planned_is_named() {
    let plan = Plan {
        left_out: vec![left_out()],
        ..Plan::default()
    };
    insta::assert_snapshot!(render(&plan, 80), @r"
    Not planned, and left as it is
      !   ssh_file.far not planned: it depends on ssh_user.far: host 192.0.2.1 can't
            be reached

    No changes to what could be looked at.
    1 thing is not planned, see above.
    ");
}
