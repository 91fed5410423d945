//! Twins: what is recorded exists, what is planned comes true, nothing outside is touched.

use super::asking::{Desk, is_there};
use crate::{Simulated, Twin, World};
use model::{ObjectId, Value};
use provider::{Action, Connection, Made, Provider, ProviderProblem, ReadAnswer};
use std::sync::Arc;

/// A provider that must not be connected to anything.
struct Untouchable(Simulated);

#[async_trait::async_trait]
impl Provider for Untouchable {
    fn name(&self) -> &'static str {
        "untouchable"
    }

    fn schema(&self) -> Arc<model::ProviderSchema> {
        self.0.schema()
    }

    async fn connect(&self, _: Value) -> Result<Arc<dyn Connection>, ProviderProblem> {
        panic!("a rehearsal asked for a real connection")
    }
}

#[tokio::test(start_paused = true)]
async fn a_twin_contacts_nothing_and_needs_no_credentials() {
    let desk = Desk::at(Twin::of(Arc::new(Untouchable(Simulated::new()))), &[]).await;
    assert_eq!(desk.provider.name(), "untouchable");
    let (create, made) = desk.make("sim_token", &[]).await;
    let result = made
        .attributes
        .get("result")
        .and_then(Value::as_str)
        .unwrap();
    assert!(result.len() == 32 && !result.contains("sim"));
    assert!(is_there(&desk.read(&create, &made).await));
}

#[tokio::test(start_paused = true)]
async fn what_is_recorded_is_taken_to_exist_until_it_is_ended() {
    let desk = Desk::at(Twin::of(Arc::new(Simulated::new())), &[]).await;
    let planned = desk.plan("sim_disk", None, &[("size", 5.into())], None).1;
    let attributes = planned.with("id", "vol-123".into());
    // As the real provider left it: private data that is none of the twin's.
    let recorded = Made {
        attributes: attributes.clone(),
        private: b"etag".to_vec(),
    };
    let action = Action::Delete {
        prior: attributes.clone(),
    };
    let delete = desk.operation("sim_disk", ObjectId::random(), action, b"etag");
    let ReadAnswer::Present { made, .. } = desk.read(&delete, &recorded).await else {
        panic!("not there")
    };
    assert_eq!(made.attributes, attributes);
    assert!(made.private.ends_with(b"etag"));
    assert_eq!(desk.send(&delete).await, Ok(None));
    assert!(matches!(
        desk.read(&delete, &recorded).await,
        ReadAnswer::Absent
    ));
    assert_eq!(desk.provider.world().report().creations, 0);
}

#[tokio::test(start_paused = true)]
async fn a_recorded_object_is_changed_without_having_been_read() {
    let desk = Desk::at(Twin::of(Arc::new(Simulated::new())), &[]).await;
    let prior = desk.plan("sim_disk", None, &[("size", 5.into())], None).1;
    let prior = prior.with("id", "vol-123".into());
    let planned = desk
        .plan("sim_disk", Some(&prior), &[("size", 6.into())], None)
        .1;
    let action = Action::Update {
        prior,
        planned: planned.clone(),
    };
    let update = desk.operation("sim_disk", ObjectId::random(), action, b"");
    assert_eq!(
        desk.send(&update).await.unwrap().unwrap().attributes,
        planned
    );
}

#[tokio::test(start_paused = true)]
async fn twins_in_one_world_share_its_machines() {
    let world = Arc::new(World::default());
    let twin = || Twin::in_world(Arc::new(Simulated::new()), world.clone());
    let machines = Desk::at(twin(), &[]).await;
    let mut records = Desk::at(twin(), &[]).await;
    records.lineage = machines.lineage;
    let given = [("name", "a".into()), ("image", "x".into())];
    let (server, made) = machines.make("sim_server", &given).await;
    let host = made.attributes.get("host").unwrap().clone();
    let (record, recorded) = records
        .make("sim_record", &[("host", host), ("name", "r".into())])
        .await;
    machines
        .send(&machines.delete(&server, &made))
        .await
        .unwrap();
    assert!(matches!(
        records.read(&record, &recorded).await,
        ReadAnswer::Absent
    ));
}

#[tokio::test(start_paused = true)]
async fn a_twin_passes_for_the_recorded_connection() {
    let identity = provider::ConnectionIdentity("cloud/123/eu".into());
    let twin = Twin::of(Arc::new(Simulated::new())).with_identity(identity.clone());
    assert_eq!(Desk::at(twin, &[]).await.connection.identity(), identity);
}
