//! Creation, by the rules of each class of APIs.

use super::things::{Done, Things};
use super::{Create, Reply};
use model::IdentityClass;

impl Things {
    pub(super) fn create(&mut self, now: u64, create: Create) -> Reply {
        if create.remembers
            && let Some(done) = self.operations.get(&create.token)
        {
            return self.thing(now, Some(done.number));
        }
        let key = create
            .thing
            .key
            .clone()
            .map(|key| (create.thing.ty.clone(), key));
        let there = key.and_then(|key| self.by_key.get(&key)).copied();
        if let (IdentityClass::UniqueName, Some(kept)) =
            (create.class, there.and_then(|n| self.kept.get(&n)))
        {
            return Reply::Taken(Box::new(self.seen(now, kept)));
        }
        if let Some(name) = &create.runs {
            *self.counts.runs.entry(name.clone()).or_default() += 1;
            *self
                .counts
                .runs_by_token
                .entry(create.token.clone())
                .or_default() += 1;
        }
        let number = match there {
            // At a place there is one thing: what is put there takes the place of what was.
            Some(number) => self.put(now, number, &create),
            None => self.make(now, &create),
        };
        let done = Done {
            number,
            ends: now + create.takes_us,
            end_unknown: create.end_unknown,
        };
        self.operations.insert(create.token, done);
        self.thing(now, Some(number))
    }

    fn make(&mut self, now: u64, create: &Create) -> u64 {
        self.counts.creations += 1;
        let owned = create
            .thing
            .owner
            .as_ref()
            .and_then(|o| self.by_owner.get(o));
        let mut owned = owned.into_iter().flatten().filter_map(|n| self.kept.get(n));
        if owned.any(|k| k.thing.ty == create.thing.ty && k.gone.is_none()) {
            self.counts.duplicates += 1;
        }
        self.insert(now, create.thing.clone(), create.hidden_us)
    }

    fn put(&mut self, now: u64, number: u64, create: &Create) -> u64 {
        let Some(kept) = self.kept.get_mut(&number) else {
            return number;
        };
        self.counts.updates += 1;
        let before = kept.thing.owner.clone();
        kept.thing = super::Thing {
            number,
            ..create.thing.clone()
        };
        kept.changed = now;
        kept.gone = None;
        if before != create.thing.owner {
            if let Some(numbers) = before.and_then(|o| self.by_owner.get_mut(&o)) {
                numbers.retain(|n| *n != number);
            }
            if let Some(owner) = create.thing.owner.clone() {
                self.by_owner.entry(owner).or_default().push(number);
            }
        }
        number
    }
}
