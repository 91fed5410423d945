//! Takes back what a rollout changed: instance by instance, backwards, to what was recorded before
//! it began. How one operation is carried out stands in `operate`.

mod operate;

use crate::refused::Refused;
use crate::run::Run;
use model::{Address, ResourceAddress, Value};
use state::{Before, Change, Event, Object, Rollout, State};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const HELP: &str = "the next apply goes on going back; or change the configuration of what rolls, \
     and the next apply goes on to that instead";

impl Run<'_> {
    /// Makes everything that a rollout changed what it was before; false where something is left.
    pub(crate) async fn revert(&mut self, index: usize) -> bool {
        let of = &self.plan.rollouts[index].of;
        let Some(rollout) = self.state.rollouts.get(of).cloned() else {
            return true;
        };
        let mut whole = true;
        for image in backwards(&rollout, &self.state) {
            // Lets a wish to end come through.
            tokio::task::yield_now().await;
            if self.is_interrupted() {
                self.report.interrupted = true;
                return false;
            }
            if self.report.broken.is_some() {
                return false;
            }
            if let Err(problem) = self.take_back(&image).await {
                self.fail_rolling(
                    image.address,
                    plan::Action::Update,
                    problem.problem.help(HELP),
                );
                whole = false;
            }
        }
        whole && self.depend_as_before(&rollout).await
    }

    /// What went and came again on the way left its dependents with what it depended on.
    async fn depend_as_before(&mut self, rollout: &Rollout) -> bool {
        let mut events = Vec::new();
        for before in rollout.before.iter().filter_map(|b| b.object.as_ref()) {
            let Some(now) = self.state.at(&before.address) else {
                continue;
            };
            if now.dependencies != before.dependencies {
                let mut now = Object::clone(now);
                now.dependencies = before.dependencies.clone();
                events.push(Event::Put(Box::new(now)));
            }
        }
        self.record(events).await
    }

    async fn take_back(&mut self, image: &Before) -> Result<(), Box<Refused>> {
        if let Some(problem) = self.unsettled(&image.address) {
            return Err(problem.into());
        }
        let now = self.state.at(&image.address).cloned();
        match (now, &image.object) {
            (None, None) => Ok(()),
            (Some(now), None) => self.end(&now).await,
            (Some(now), Some(before)) if now.id == before.id => {
                self.change_back(&now, before).await
            }
            // Another object stands there: it goes, and the old one is put back, or made again.
            (now, Some(before)) => {
                if let Some(now) = now {
                    self.end(&now).await?;
                }
                match self.state.objects.contains_key(&before.id) {
                    true => self.put_back(before).await,
                    false => self.make_again(before).await,
                }
            }
        }
    }

    async fn end(&mut self, now: &Arc<Object>) -> Result<(), Box<Refused>> {
        self.operate(Change::Delete, Some(now), Object::clone(now))
            .await
    }

    async fn change_back(
        &mut self,
        now: &Arc<Object>,
        before: &Arc<Object>,
    ) -> Result<(), Box<Refused>> {
        if model::differences(&now.attributes, &before.attributes).is_empty() {
            return self.put_back(before).await;
        }
        self.operate(Change::Update, Some(now), Object::clone(before))
            .await
    }

    async fn make_again(&mut self, before: &Arc<Object>) -> Result<(), Box<Refused>> {
        let mut becomes = Object::clone(before);
        becomes.id = model::ObjectId::random();
        becomes.attributes = self.without_computed(before);
        becomes.private = Arc::from([]);
        self.operate(Change::Create, None, becomes).await
    }

    async fn put_back(&mut self, before: &Arc<Object>) -> Result<(), Box<Refused>> {
        if self.state.objects.get(&before.id) == Some(before) {
            return Ok(());
        }
        let event = Event::Put(Box::new(Object::clone(before)));
        match self.record(vec![event]).await {
            true => Ok(()),
            false => Err(operate::unrecorded()),
        }
    }

    /// What the provider decided of the old object, it decides again.
    fn without_computed(&self, before: &Object) -> Value {
        let (attributes, ty) = (&before.attributes, before.address.ty());
        let Some(schema) = self.schema(ty) else {
            return attributes.clone();
        };
        let computed = schema.block.attributes.iter().filter(|a| a.is_computed());
        let config = computed.fold(attributes.clone(), |config, attribute| {
            config.with(&attribute.name, Value::Null(attribute.ty.clone()))
        });
        let proposed = plan::propose(&schema.block, &config, None);
        let Some(provider) = self.provider(&before.provider) else {
            return proposed;
        };
        let answer = provider.plan(&provider::PlanRequest {
            ty,
            prior: None,
            config: &config,
            proposed: &proposed,
            private: &[],
            existing: None,
        });
        let planned = answer.planned.unwrap_or(proposed);
        plan::conceal(&schema.block, &planned, self.context.fingerprints)
    }
}

/// What was there before, in the order in which it comes back: the instance that began last first,
/// and of each what depends on others first, but for what has to be made again.
fn backwards(rollout: &Rollout, state: &State) -> Vec<Before> {
    let mut instances: Vec<Vec<&Before>> = Vec::new();
    for image in &rollout.before {
        match instances
            .iter_mut()
            .find(|i| i[0].instance == image.instance)
        {
            Some(instance) => instance.push(image),
            None => instances.push(vec![image]),
        }
    }
    let mut order = Vec::new();
    for instance in instances.into_iter().rev() {
        let forwards = forwards(&instance, state);
        let (there, gone): (Vec<_>, Vec<_>) = forwards
            .into_iter()
            .partition(|image| state.at(&image.address).is_some());
        order.extend(there.into_iter().rev());
        order.extend(gone);
    }
    order.into_iter().cloned().collect()
}

/// What is depended on first.
fn forwards<'b>(images: &[&'b Before], state: &State) -> Vec<&'b Before> {
    let mut of: BTreeMap<&ResourceAddress, Vec<&'b Before>> = BTreeMap::new();
    for image in images {
        of.entry(&image.address.resource).or_default().push(image);
    }
    let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
    for image in images {
        visit(image, &of, state, &mut seen, &mut order);
    }
    order
}

fn visit<'b>(
    image: &'b Before,
    of: &BTreeMap<&ResourceAddress, Vec<&'b Before>>,
    state: &State,
    seen: &mut BTreeSet<&'b Address>,
    order: &mut Vec<&'b Before>,
) {
    if !seen.insert(&image.address) {
        return;
    }
    let objects = state.at(&image.address).into_iter().chain(&image.object);
    for needed in objects.flat_map(|o| o.dependencies.iter()) {
        let images = of.get(&needed.resource).into_iter().flatten();
        for image in images.filter(|i| needed.means(&i.address)) {
            visit(image, of, state, seen, order);
        }
    }
    order.push(image);
}
