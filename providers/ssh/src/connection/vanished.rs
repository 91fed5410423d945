//! Records of what somebody took away by hand: they go from the hosts, a round trip a host.

use super::SshConnection;
use crate::runner::work::forget;
use model::ObjectId;
use provider::Gone;
use std::collections::BTreeMap;

pub(crate) async fn vanished(on: &SshConnection, gone: Vec<Gone>) {
    let grouped = on.by_host(gone.iter().map(|g| &g.attributes));
    let hosts = grouped.hosts.values().map(|(host, indices)| async {
        let mut objects: BTreeMap<(String, u64), Vec<ObjectId>> = BTreeMap::new();
        for gone in indices.iter().map(|i| &gone[*i]) {
            let ours = &gone.ownership;
            let of = (ours.lineage.to_string(), ours.epoch);
            objects.entry(of).or_default().push(ours.object);
        }
        let session = on.session(host).await;
        let _working = session.working.lock().await;
        for ((lineage, epoch), objects) in objects {
            let records = on.sessions.records();
            forget(&*session.transport, records, &lineage, epoch, &objects).await;
        }
    });
    futures::future::join_all(hosts).await;
}
