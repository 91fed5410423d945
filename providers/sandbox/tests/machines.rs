//! Real machines: made, reached, changed, stopped, removed.

mod common;

use common::{World, planned, possible, text, traces};
use model::ObjectId;
use provider::ReadAnswer;

#[tokio::test(flavor = "multi_thread")]
async fn two_machines_are_made_at_once_and_leave_nothing() {
    if !possible() {
        return;
    }
    let world = World::new("two").await;
    assert_eq!(traces(&world.site), Vec::<String>::new());
    let objects = [ObjectId::random(), ObjectId::random()];
    let batch = vec![
        world.create(objects[0], &planned("one", &[])),
        world.create(objects[1], &planned("two", &[])),
    ];
    let made: Vec<_> = world
        .apply(batch)
        .await
        .into_iter()
        .map(|o| o.unwrap().unwrap())
        .collect();
    for (made, name) in made.iter().zip(["one", "two"]) {
        assert_eq!(world.on(made, "hostname").trim(), name);
        assert_eq!(
            world.on(made, "systemctl is-system-running --wait").trim(),
            "running"
        );
        assert_eq!(text(made, "state"), "running");
    }
    assert_ne!(text(&made[0], "address"), text(&made[1], "address"));
    assert_ne!(text(&made[0], "host_key"), text(&made[1], "host_key"));
    // Each has its own machine id, and its own control group: a restart here is none there.
    assert_ne!(
        world.on(&made[0], "cat /etc/machine-id"),
        world.on(&made[1], "cat /etc/machine-id")
    );
    let main_pid = "systemctl show -p MainPID ssh";
    let before = world.on(&made[1], main_pid);
    world.on(&made[0], "systemctl restart ssh");
    assert_eq!(world.on(&made[1], main_pid), before);
    let batch = objects
        .iter()
        .zip(&made)
        .map(|(o, m)| world.delete(*o, m))
        .collect();
    for outcome in world.apply(batch).await {
        assert_eq!(outcome.unwrap(), None);
    }
    assert!(matches!(
        world.read(objects[0], &made[0].attributes).await,
        ReadAnswer::Absent
    ));
    assert_eq!(traces(&world.site), Vec::<String>::new());
}
