//! Objects that were found gone: their providers hear of it, once the run has done all else.

use crate::context::asked_to_end;
use crate::run::Run;
use plan::Plan;
use provider::Gone;
use state::ProviderKey;
use std::collections::BTreeMap;

/// By the connection that looked after them.
pub(crate) type Vanished = BTreeMap<ProviderKey, Vec<Gone>>;

impl Run<'_> {
    /// What the plan found gone, as long as it is still recorded.
    pub(crate) fn vanished(&self, plan: &Plan) -> Vanished {
        let changing = self.machines_that_change();
        let mut vanished = Vanished::new();
        for drift in plan.refreshed.iter().filter(|d| d.object.is_none()) {
            let Some(object) = self.state.objects.get(&drift.id) else {
                continue;
            };
            let ty = object.address.ty();
            if self.awaits_machine(ty, &object.attributes, &changing) {
                continue;
            }
            let gone = Gone {
                ty: ty.to_string(),
                ownership: self.ownership(object.id, &object.address),
                attributes: object.attributes.clone(),
            };
            vanished
                .entry(object.provider.clone())
                .or_default()
                .push(gone);
        }
        vanished
    }

    /// Tells of them. What took their place by now is another object.
    pub(crate) async fn tell_vanished(&mut self, vanished: Vanished) {
        if self.report.broken.is_some() || self.report.interrupted {
            return;
        }
        let mut told = Vec::new();
        for (key, gone) in vanished {
            if let Ok(connection) = self.connection(&key).await {
                told.push(async move { connection.vanished(gone).await });
            }
        }
        let ended = asked_to_end(self.context.cancel.clone());
        tokio::select! {
            _ = futures::future::join_all(told) => {}
            () = ended => {}
        }
    }
}
