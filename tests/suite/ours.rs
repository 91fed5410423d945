//! What Landfall does with a case.

use crate::case::{Answer, Case, Step};
use landfall_tests::Lab;
use model::Value;
use plan::{Action, Plan, Reason};
use serde_json::{Map, Value as Json};

/// What Landfall does in each step.
pub async fn answers(case: &Case) -> Vec<Answer> {
    let mut lab = Lab::new("");
    for (name, text) in &case.modules {
        lab.write(&format!("{name}/main.hcl"), text);
    }
    let mut answers = Vec::new();
    for step in &case.steps {
        answers.push(answer(&mut lab, step).await);
    }
    answers
}

async fn answer(lab: &mut Lab, step: &Step) -> Answer {
    lab.write("main.hcl", &step.main);
    for (name, value) in &step.vars {
        lab.var(name, value);
    }
    if lab.load().0.is_none() {
        return Answer::refused_plan();
    }
    let planned = lab.plan().await;
    // What has to wait for a later stage, Terraform does not plan at all.
    if planned.has_errors() || !planned.plan.later.is_empty() {
        return Answer::refused_plan();
    }
    let mut answer = of_plan(&planned.plan);
    let report = lab.apply_plan(&planned.plan).await;
    if !report.is_complete() {
        answer.refused = Some("apply".into());
    }
    let outputs = lab.state.outputs.iter();
    answer.outputs = outputs
        .map(|(name, output)| (name.to_string(), json(&output.value.expose())))
        .collect();
    answer
}

fn of_plan(plan: &Plan) -> Answer {
    let mut answer = Answer::default();
    for step in &plan.steps {
        let pair = step.pair.map(|id| &plan.steps[id]);
        let action = match (step.action, pair) {
            (Action::Delete | Action::GoesWith, Some(_)) => continue,
            (Action::Create, Some(_)) if step.create_before_destroy => "replace, create first",
            (Action::Create, Some(_)) => "replace",
            (Action::Record | Action::Barrier, _) => continue,
            (action, _) => action.word(),
        };
        let address = step.address.to_string();
        if let Some(reason) = step
            .reasons
            .iter()
            .find_map(|r| reason(r, step.pair.is_some()))
        {
            answer.reasons.insert(address.clone(), reason.to_string());
        }
        answer.actions.insert(address, action.to_string());
    }
    for moved in &plan.moved {
        let (from, to) = (moved.from.to_string(), moved.to.to_string());
        answer.moved.insert(to, from);
    }
    for check in &plan.check_blocks {
        let verdict = check.verdict.word().to_string();
        answer.checks.insert(check.address.to_string(), verdict);
    }
    answer
}

/// A reason in words that both programs have.
fn reason(reason: &Reason, replaces: bool) -> Option<&'static str> {
    Some(match reason {
        Reason::Forced(_) if replaces => "can't be updated",
        Reason::Triggered(_) => "triggered",
        Reason::Tainted => "tainted",
        Reason::Unconfigured | Reason::Removed => "no block",
        Reason::InstanceGone => "no such instance",
        _ => return None,
    })
}

fn json(value: &Value) -> Json {
    match value {
        Value::Bool(b) => Json::Bool(*b),
        Value::Number(n) => serde_json::from_str(&n.to_string()).unwrap_or(Json::Null),
        Value::String(s) => Json::String(s.to_string()),
        Value::List(list) | Value::Set(list) => list.items.iter().map(json).collect(),
        Value::Tuple(items) => items.iter().map(json).collect(),
        Value::Map(_) | Value::Object(_) => {
            let fields = value.as_fields().expect("it has fields");
            let fields = fields.iter().map(|(n, v)| (n.to_string(), json(v)));
            Json::Object(fields.collect::<Map<_, _>>())
        }
        _ => Json::Null,
    }
}
