//! Modules on `terraform_data`, step by step, held against what Terraform does with them.
//!
//! Beside each case stands what Terraform answered. With `LANDFALL_TERRAFORM=1` it is asked again;
//! with `LANDFALL_WRITE=1` it is asked about cases without an answer, which is written down.

mod case;
mod ours;
mod terraform;

use case::{Answer, Case, cases, known_differences};

#[tokio::test]
async fn modules_do_what_terraform_does_with_them() {
    let (cases, differences) = (cases(), known_differences());
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    let (mut wrong, mut steps, mut seen) = (Vec::new(), 0, Vec::new());
    for case in &cases {
        let theirs = answers(case);
        let ours = ours::answers(case).await;
        assert_eq!(theirs.len(), ours.len(), "{}", case.name);
        for (step, (theirs, ours)) in theirs.iter().zip(&ours).enumerate() {
            steps += 1;
            let Some(found) = difference(theirs, ours) else {
                continue;
            };
            match differences.contains(&case.name) {
                true => seen.push(case.name.clone()),
                false => wrong.push(format!("{} step {}:\n{found}", case.name, step + 1)),
            }
        }
    }
    println!(
        "{} cases, {steps} steps, {} known differences",
        cases.len(),
        differences.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for known in &differences {
        let there = cases.iter().any(|c| c.name == *known);
        assert!(
            there && seen.contains(known),
            "{known} is listed, and no difference"
        );
    }
}

/// Terraform's answers: as recorded, or asked for now.
fn answers(case: &Case) -> Vec<Answer> {
    let set = |name| std::env::var_os(name).is_some();
    if set("LANDFALL_WRITE") && !case.is_recorded() {
        case.record(&terraform::answers(case));
    }
    let recorded = case.recorded();
    if set("LANDFALL_TERRAFORM") {
        let now = terraform::answers(case);
        assert_eq!(now, recorded, "{}: Terraform answers otherwise", case.name);
    }
    recorded
}

fn difference(theirs: &Answer, ours: &Answer) -> Option<String> {
    let text = |a: &Answer| serde_json::to_string_pretty(a).expect("it is JSON");
    (theirs != ours).then(|| format!("terraform: {}\nlandfall: {}", text(theirs), text(ours)))
}
