//! Operations whose end nobody knows: what they hold back, and how a person settles them.

use driver::Verdict;
use landfall_tests::Lab;

const UNCLEAR: &str = r#"
    variable "n" { default = 0 }
    provider "simulated" { unclear = 1000 }
    resource "sim_disk" "below" { size = 1 }
    resource "sim_command" "a" {
      name     = "a"
      triggers = { disk = sim_disk.below.id }
    }
    resource "terraform_data" "above" { input = sim_command.a.name }
    resource "terraform_data" "aside" { input = var.n }
"#;

async fn unclear() -> Lab {
    let mut lab = Lab::new(UNCLEAR);
    assert_eq!(lab.apply().await.unclear.len(), 1);
    lab
}

fn runs(lab: &Lab) -> u64 {
    lab.simulated.world().report().runs["a"]
}

#[tokio::test(start_paused = true)]
async fn only_the_object_and_what_depends_on_it_is_held_back() {
    let mut lab = unclear().await;
    lab.var("n", "1");
    assert_eq!(lab.blocking().await, Vec::<String>::new());
    let report = lab.apply().await;
    let done: Vec<String> = report.done.iter().map(|(a, _)| a.to_string()).collect();
    assert_eq!(done, ["terraform_data.aside"]);
    let failed = &report.failed[0];
    assert_eq!(failed.address.to_string(), "sim_command.a");
    let help = failed.problem.help.as_deref().unwrap_or_default();
    assert!(
        help.contains("landfall state settle sim_command.a --as done"),
        "{help}"
    );
    assert_eq!(report.skipped[0].because_of, "sim_command.a");
    assert_eq!(runs(&lab), 1);
}

#[tokio::test(start_paused = true)]
async fn all_waits_where_no_step_would_hold_the_rest_back() {
    // It is not configured any more: whether there is something to end, nobody knows.
    let mut lab = unclear().await;
    let without = "provider \"simulated\" {}\n";
    lab.write("main.hcl", without);
    assert_eq!(lab.blocking().await, ["sim_command.a"]);

    // What it may stand on would be ended first.
    let mut lab = unclear().await;
    lab.options.replaces = vec!["sim_disk.below".parse().expect("an address")];
    assert_eq!(lab.blocking().await, ["sim_command.a"]);

    // Only another part is planned.
    let mut lab = unclear().await;
    lab.options.targets = vec!["terraform_data.aside".into()];
    assert_eq!(lab.blocking().await, ["sim_command.a"]);
}

#[tokio::test(start_paused = true)]
async fn said_to_be_done_it_is_not_run_again() {
    let mut lab = unclear().await;
    lab.say("sim_command.a", Verdict::Done);
    lab.apply_whole().await;
    assert_eq!(runs(&lab), 1);
    assert_eq!(lab.attribute("sim_command.a", "name"), "\"a\"");
}

#[tokio::test(start_paused = true)]
async fn said_not_to_be_done_it_is_run_by_the_next_apply() {
    let mut lab = unclear().await;
    lab.say("sim_command.a", Verdict::NotDone);
    lab.edit("unclear = 1000", "unclear = 0");
    lab.apply_whole().await;
    assert_eq!(runs(&lab), 2);
}
