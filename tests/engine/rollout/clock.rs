//! The times of a rollout, by a clock that runs only while everybody waits.

use super::{objects, services, world};
use landfall_tests::Lab;
use provider_simulated::{Reply, Request, Simulated};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Services that are made; the times are what a test writes.
async fn made(times: &str) -> Lab {
    let mut lab = services("");
    lab.edit("min_healthy_time = \"10ms\"", "");
    lab.edit("healthy_deadline = \"100ms\"", times);
    lab.apply_whole().await;
    lab.watching.take();
    lab.var("release", "2");
    lab
}

/// How long an apply takes, in s.
async fn seconds(lab: &mut Lab) -> (f64, driver::Report) {
    let began = Instant::now();
    let report = lab.apply().await;
    (began.elapsed().as_secs_f64(), report)
}

fn about(seconds: f64, expected: f64) {
    assert!(
        (expected..expected + 1.5).contains(&seconds),
        "{seconds} s, not {expected}"
    );
}

/// Makes a thing healthy or not, after some time.
fn turns(simulated: &Arc<Simulated>, number: u64, turns: &'static [(u64, bool)]) {
    let simulated = simulated.clone();
    tokio::spawn(async move {
        for (after, healthy) in turns {
            sleep(Duration::from_secs(*after)).await;
            let Reply::Thing(seen) = simulated.world().answer(Request::Get { number }) else {
                panic!("the thing is there");
            };
            let attributes = seen.thing.attributes.with("healthy", (*healthy).into());
            simulated.world().answer(Request::Update {
                number,
                token: None,
                attributes,
            });
        }
    });
}

#[tokio::test(start_paused = true)]
async fn each_is_healthy_for_a_while_before_the_next_begins() {
    let mut lab = made("min_healthy_time = \"10s\"\n max_parallel = 2").await;
    let (taken, report) = seconds(&mut lab).await;
    assert!(report.is_complete(), "{report:#?}");
    about(taken, 20.0);
}

#[tokio::test(start_paused = true)]
async fn one_that_flaps_begins_its_time_anew() {
    let mut lab = made("min_healthy_time = \"10s\"\n max_parallel = 4").await;
    let number = lab.thing("sim_service.s[1]").number;
    turns(&lab.simulated, number, &[(6, false), (2, true)]);
    let (taken, report) = seconds(&mut lab).await;
    assert!(report.is_complete(), "{report:#?}");
    about(taken, 18.0);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_healthy_too_late_fails() {
    // It is healthy at last, but not for long enough.
    let mut lab =
        made("min_healthy_time = \"10s\"\n healthy_deadline = \"30s\"\n max_parallel = 4").await;
    let number = lab.thing("sim_service.s[1]").number;
    turns(&lab.simulated, number, &[(1, false), (24, true)]);
    let (taken, report) = seconds(&mut lab).await;
    assert_eq!(report.failed.len(), 1, "{report:#?}");
    assert_eq!(report.failed[0].address.to_string(), "sim_service.s[1]");
    assert!(report.failed[0].problem.message.contains("within 30s"));
    about(taken, 30.0);
}

/// Services of which each change takes a while.
async fn slow(delay_ms: u64, times: &str) -> Lab {
    let mut lab = made(times).await;
    lab.edit(
        "version = var.release",
        &format!("version = var.release\n delay_ms = var.release == \"1\" ? 0 : {delay_ms}"),
    );
    lab
}

#[tokio::test(start_paused = true)]
async fn without_progress_it_fails() {
    let times =
        "min_healthy_time = \"1s\"\n healthy_deadline = \"10s\"\n progress_deadline = \"30s\"";
    for auto_revert in [false, true] {
        let mut lab = slow(45_000, &format!("{times}\n auto_revert = {auto_revert}")).await;
        let before = (objects(&lab), world(&lab));
        let (_, report) = seconds(&mut lab).await;
        assert_eq!(report.failed.len(), 1, "{report:#?}");
        let message = &report.failed[0].problem.message;
        assert!(
            message.contains("no instance became healthy within 30s"),
            "{message}"
        );
        assert_eq!((objects(&lab), world(&lab)) == before, auto_revert);
        assert_eq!(lab.state.rollouts.is_empty(), auto_revert);
    }
}

#[tokio::test(start_paused = true)]
async fn each_that_is_healthy_is_progress() {
    let times =
        "min_healthy_time = \"1s\"\n healthy_deadline = \"10s\"\n progress_deadline = \"30s\"";
    let mut lab = slow(20_000, times).await;
    let (taken, report) = seconds(&mut lab).await;
    assert!(report.is_complete(), "{report:#?}");
    about(taken, 84.0);
}

#[tokio::test(start_paused = true)]
async fn no_progress_deadline_waits_as_long_as_it_takes() {
    let times = "min_healthy_time = \"1s\"\n progress_deadline = \"0s\"\n max_parallel = 4";
    let mut lab = slow(3_000_000, times).await;
    lab.edit("delay_ms =", "timeouts { update = \"2h\" }\n delay_ms =");
    let (_, report) = seconds(&mut lab).await;
    assert!(report.is_complete(), "{report:#?}");
}

#[tokio::test(start_paused = true)]
async fn who_is_told_to_stop_does_not_wait_for_gates() {
    let mut lab = made("min_healthy_time = \"100s\"").await;
    let began = Instant::now();
    let report = lab.apply_until("done update sim_service.s[0]", 1).await;
    assert!(report.interrupted);
    about(began.elapsed().as_secs_f64(), 0.0);
    let rollout = lab.state.rollouts.values().next().unwrap();
    assert_eq!(rollout.under_way.len(), 1, "{rollout:?}");
}

#[tokio::test(start_paused = true)]
async fn times_that_leave_no_room_are_refused() {
    let table = [
        ("min_healthy_time = \"5m\"", "`healthy_deadline`"),
        ("healthy_deadline = \"20m\"", "`progress_deadline`"),
        (
            "healthy_deadline = \"9m\"\n progress_deadline = \"5m\"",
            "`progress_deadline`",
        ),
    ];
    for (times, named) in table {
        let mut lab = made("").await;
        lab.edit("rollout {", &format!("rollout {{\n {times}\n"));
        let problems = lab.problems().await;
        assert!(problems[0].contains(named), "{times}: {problems:?}");
    }
}
