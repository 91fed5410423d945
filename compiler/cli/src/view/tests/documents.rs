//! Snapshots of plans as JSON.

use super::sample::{left_out, plan as sample};
use crate::view::plan_json;
use ::plan::{Action, CheckBlock, Plan, Reason, Step, Verdict};
use model::Address;

#[test]
fn the_json_form() {
    let mut plan = sample();
    plan.steps.drain(4..);
    plan.steps.drain(..2);
    plan.steps[1].pair = None;
    plan.left_out = vec![left_out()];
    let text = serde_json::to_string_pretty(&plan_json::document(&plan)).unwrap();
    insta::assert_snapshot!(text, @r#"
    {
      "changes": true,
      "checks": [],
      "drift": [
        {
          "address": "ssh_file.sshd",
          "after": {
            "content": "Port 22\nPermitRootLogin yes\n# \u001b[2J\n"
          },
          "before": {
            "content": "Port 22\nPermitRootLogin no\n"
          },
          "changed": [
            "content"
          ],
          "gone": false,
          "object": "aqcaibaeaqcaibae"
        },
        {
          "address": "ssh_file.gone",
          "after": null,
          "before": {
            "path": "/etc/gone"
          },
          "changed": [],
          "gone": true,
          "object": "aqcaibaeaqcaibae"
        }
      ],
      "effects": [
        "destroys_data",
        "rotates_secret"
      ],
      "environment": "production",
      "format": 1,
      "landfall": "0.1.0",
      "later": [
        {
          "waits_for": [
            "sandbox_machine.web[0]",
            "sandbox_machine.web[1]"
          ],
          "what": "module.workers",
          "why": "`for_each` is known after apply"
        }
      ],
      "lineage": "ambqgaydambqgayd",
      "mode": "apply",
      "moved": [
        {
          "from": "ssh_user.app",
          "object": "aeaqcaibaeaqcaib",
          "to": "ssh_user.deploy"
        }
      ],
      "not_planned": [
        {
          "cause": "host 192.0.2.1 can't be reached",
          "what": "ssh_file.far",
          "why": "it depends on ssh_user.far: host 192.0.2.1 can't be reached"
        }
      ],
      "outputs": {
        "count": {
          "after": 2,
          "before": 1,
          "sensitive": false
        },
        "password": {
          "after": {
            "sensitive": true
          },
          "before": {
            "sensitive": true
          },
          "sensitive": true
        },
        "url": {
          "after": {
            "unknown": true
          },
          "before": null,
          "sensitive": false
        }
      },
      "partial": false,
      "planned_at": "2026-01-02T03:04:05Z",
      "project": "shop",
      "rollouts": [
        {
          "auto_promote": false,
          "auto_revert": true,
          "begins": "anew",
          "canary": 0,
          "gate": "active",
          "healthy_deadline_ms": 300000,
          "instances": [
            {
              "begun": false,
              "gates": [
                {
                  "address": "ssh_systemd_unit.api",
                  "gate": "active"
                }
              ],
              "key": null,
              "steps": [
                5
              ]
            }
          ],
          "max_parallel": 1,
          "min_healthy_ms": 10000,
          "of": "ssh_systemd_unit.api",
          "progress_deadline_ms": 600000,
          "strategy": "rolling"
        }
      ],
      "settling": [
        {
          "address": "ssh_package.nginx",
          "change": "create",
          "token": "aibaeaqcaibaeaqcaibaeaqc",
          "unclear": "the connection broke while apt was running"
        }
      ],
      "steps": [
        {
          "action": "goes_with",
          "address": "ssh_file.pg_conf",
          "after": null,
          "before": null,
          "changed": [],
          "container": null,
          "create_before_destroy": false,
          "effects": [
            "destroys_data"
          ],
          "object": null,
          "pair": null,
          "protected": false,
          "provider": "ssh",
          "reasons": [
            {
              "kind": "machine_goes",
              "machine": "sandbox_machine.db",
              "text": "its machine sandbox_machine.db goes, and it with it"
            }
          ],
          "rollout": null,
          "timeout_ms": 0,
          "waits_for": []
        },
        {
          "action": "update",
          "address": "ssh_file.env",
          "after": {
            "content": {
              "sensitive": true,
              "text": "SESSION=(sensitive)\nPORT=4001\n"
            }
          },
          "before": {
            "content": {
              "sensitive": true,
              "text": "SESSION=(sensitive)\nPORT=4000\n"
            }
          },
          "changed": [
            "content"
          ],
          "container": null,
          "create_before_destroy": false,
          "effects": [
            "rotates_secret"
          ],
          "object": "a4dqobyha4dqobyh",
          "pair": null,
          "protected": false,
          "provider": "ssh",
          "reasons": [
            {
              "kind": "upstream",
              "resources": [
                "random_password.session"
              ],
              "text": "it takes values from random_password.session, known after apply"
            }
          ],
          "rollout": null,
          "timeout_ms": 0,
          "waits_for": []
        }
      ],
      "summary": {
        "adopt": 0,
        "create": 0,
        "destroy": 0,
        "forget": 0,
        "goes_with_machine": 1,
        "import": 0,
        "read": 0,
        "record": 0,
        "replace": 0,
        "update": 1
      },
      "type": "plan",
      "unread": {
        "attributes": 1,
        "objects": 12
      }
    }
    "#);
}

#[test]
fn imports_and_checks_in_a_plan() {
    let named = |text: &str| text.parse::<Address>().unwrap();
    let mut import = Step::new(
        named("sim_bucket.b"),
        Action::Import,
        state::ProviderKey("simulated".into()),
    );
    import.reasons = vec![Reason::Imported(Some("old".into()))];
    let plan = Plan {
        steps: vec![import],
        check_blocks: vec![CheckBlock {
            address: named("check.health"),
            scope: 0,
            data: None,
            assertions: Vec::new(),
            verdict: Verdict::Fails,
        }],
        ..Plan::default()
    };
    let document = plan_json::document(&plan);
    assert_eq!(document["steps"][0]["action"], "import");
    assert_eq!(document["steps"][0]["reasons"][0]["kind"], "imported");
    assert_eq!(document["steps"][0]["reasons"][0]["id"], "old");
    assert_eq!(document["summary"]["import"], 1);
    assert_eq!(
        document["checks"],
        serde_json::json!([{ "address": "check.health", "status": "fail" }])
    );
    let text = super::plans::render(&plan, 80);
    assert!(text.contains(">   sim_bucket.b import"), "{text}");
    assert!(
        text.contains("an `import` block names it by its id \"old\""),
        "{text}"
    );
    assert!(text.contains("1 to import"), "{text}");
}
