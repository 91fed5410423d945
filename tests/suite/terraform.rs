//! What Terraform does with a case, in a directory that is gone afterwards.

use crate::case::{Answer, Case, Step};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// What Terraform does in each step.
pub fn answers(case: &Case) -> Vec<Answer> {
    let directory = tempfile::tempdir().expect("there is room");
    let at = directory.path();
    for (name, text) in &case.modules {
        fs::create_dir(at.join(name)).expect("there is room");
        fs::write(at.join(name).join("main.tf"), text).expect("there is room");
    }
    case.steps.iter().map(|step| answer(at, step)).collect()
}

fn answer(at: &Path, step: &Step) -> Answer {
    fs::write(at.join("main.tf"), &step.main).expect("there is room");
    // What a circle or a wrong block is found by is no matter.
    if !terraform(at, &["init", "-no-color"]).status.success() {
        return Answer::refused_plan();
    }
    let vars: Vec<String> = step
        .vars
        .iter()
        .map(|(n, v)| format!("-var={n}={v}"))
        .collect();
    let mut plan = vec!["plan", "-no-color", "-input=false", "-out=plan"];
    plan.extend(vars.iter().map(String::as_str));
    if !terraform(at, &plan).status.success() {
        return Answer::refused_plan();
    }
    let shown = json(&terraform(at, &["show", "-json", "plan"]));
    let mut answer = planned(&shown);
    let applied = terraform(at, &["apply", "-no-color", "-input=false", "plan"]);
    if !applied.status.success() {
        answer.refused = Some("apply".into());
    }
    let outputs = json(&terraform(at, &["output", "-json"]));
    let outputs = outputs.as_object().into_iter().flatten();
    answer.outputs = outputs
        .map(|(name, output)| (name.clone(), output["value"].clone()))
        .collect();
    answer
}

fn planned(shown: &Json) -> Answer {
    let mut answer = Answer::default();
    for change in shown["resource_changes"].as_array().into_iter().flatten() {
        let address = text(&change["address"]);
        let actions = change["change"]["actions"].as_array();
        let actions: Vec<String> = actions.into_iter().flatten().map(text).collect();
        let imported = !change["change"]["importing"].is_null();
        let action = match actions.join(" ").as_str() {
            _ if imported => "import".to_string(),
            "delete create" => "replace".into(),
            "create delete" => "replace, create first".into(),
            other => other.to_string(),
        };
        if action != "no-op" {
            answer.actions.insert(address.clone(), action);
        }
        if let Some(reason) = change["action_reason"].as_str().and_then(reason) {
            answer.reasons.insert(address.clone(), reason.to_string());
        }
        if let Some(previous) = change["previous_address"].as_str() {
            answer.moved.insert(address, previous.to_string());
        }
    }
    let checks = shown["checks"].as_array().into_iter().flatten();
    for check in checks.filter(|c| c["address"]["kind"] == "check") {
        answer.checks.extend(instances(check));
    }
    answer
}

fn instances(check: &Json) -> BTreeMap<String, String> {
    let instances = check["instances"].as_array().into_iter().flatten();
    instances
        .map(|i| (text(&i["address"]["to_display"]), text(&i["status"])))
        .collect()
}

/// A reason in words that both programs have.
fn reason(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "replace_because_cannot_update" => "can't be updated",
        "replace_by_triggers" => "triggered",
        "replace_because_tainted" => "tainted",
        "delete_because_no_resource_config" => "no block",
        "delete_because_no_module" => "no block",
        "delete_because_count_index" | "delete_because_each_key" => "no such instance",
        "delete_because_wrong_repetition" => "no such instance",
        "delete_because_no_move_target" => "no block",
        _ => return None,
    })
}

fn terraform(at: &Path, arguments: &[&str]) -> Output {
    Command::new("terraform")
        .args(arguments)
        .current_dir(at)
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
        .output()
        .expect("terraform is on this machine")
}

fn json(output: &Output) -> Json {
    serde_json::from_slice(&output.stdout).unwrap_or(Json::Null)
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_string()
}
