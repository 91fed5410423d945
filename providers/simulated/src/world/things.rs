//! The things of a world with their indexes, and the answers that need no rule of an API.

use super::{Ended, Entry, Owner, Reply, Report, Request, Seen, Thing};
use model::Value;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What a token did.
pub(super) struct Done {
    pub(super) number: u64,
    pub(super) ends: u64,
    pub(super) end_unknown: bool,
}

/// A thing and its times, in µs since the world's begin.
pub(super) struct Kept {
    pub(super) thing: Thing,
    pub(super) created: u64,
    pub(super) changed: u64,
    pub(super) visible: u64,
    pub(super) gone: Option<u64>,
}

#[derive(Default)]
pub(super) struct Things {
    pub(super) kept: BTreeMap<u64, Kept>,
    pub(super) by_key: HashMap<(String, String), u64>,
    pub(super) by_owner: HashMap<Owner, Vec<u64>>,
    machines: HashMap<String, u64>,
    ended: HashSet<(String, Owner)>,
    pub(super) operations: HashMap<String, Done>,
    pub(super) counts: Report,
    last: u64,
    leaving: Vec<u64>,
}

impl Things {
    pub(super) fn answer(&mut self, now: u64, request: Request) -> Reply {
        self.sweep(now);
        match request {
            Request::Create(create) => self.create(now, *create),
            Request::Adopt(thing) => self.adopt(now, *thing),
            Request::Own { number, owner } => self.own(now, number, owner),
            Request::Update {
                number,
                token,
                attributes,
            } => self.update(now, number, token, attributes),
            Request::Delete {
                number,
                token,
                linger_us,
            } => self.delete(now, number, token, linger_us),
            Request::Get { number } => self.thing(now, Some(number)),
            Request::Keyed { ty, key } => {
                let number = self.by_key.get(&(ty, key)).copied();
                self.thing(now, number)
            }
            Request::Owned { ty, owner } => {
                let numbers = self.by_owner.get(&owner).cloned().unwrap_or_default();
                self.things(now, numbers, |k| k.thing.ty == ty)
            }
            Request::Since { ty, age_us } => {
                let numbers = self.kept.keys().copied().collect();
                let since = now.saturating_sub(age_us);
                self.things(now, numbers, |k| k.thing.ty == ty && k.created >= since)
            }
            Request::List { lineage } => {
                let numbers = self.kept.keys().copied().collect();
                let own = |k: &Kept| k.thing.owner.as_ref().is_some_and(|o| o.lineage == lineage);
                self.things(now, numbers, own)
            }
            Request::Operation { token } => self.operation(now, &token),
            Request::Report => Reply::Report(self.report()),
            Request::Many(requests) => {
                Reply::Many(requests.into_iter().map(|r| self.answer(now, r)).collect())
            }
            Request::Stop => Reply::Nothing,
        }
    }

    pub(super) fn report(&self) -> Report {
        let entry = |k: &Kept| Entry {
            ty: k.thing.ty.clone(),
            owner: k.thing.owner.clone(),
            complete: k.thing.complete,
        };
        Report {
            things: self.kept.values().map(entry).collect(),
            ..self.counts.clone()
        }
    }

    /// Puts a thing in, and gives it a number.
    pub(super) fn insert(&mut self, now: u64, mut thing: Thing, hidden_us: u64) -> u64 {
        self.last += 1;
        thing.number = self.last;
        if let Some(key) = &thing.key {
            self.by_key
                .insert((thing.ty.clone(), key.clone()), thing.number);
        }
        if let Some(owner) = &thing.owner {
            self.by_owner
                .entry(owner.clone())
                .or_default()
                .push(thing.number);
        }
        if let Some(machine) = &thing.machine {
            self.machines.insert(machine.clone(), thing.number);
        }
        let visible = now + hidden_us;
        let kept = Kept {
            thing,
            created: now,
            changed: now,
            visible,
            gone: None,
        };
        self.kept.insert(self.last, kept);
        self.last
    }

    pub(super) fn thing(&self, now: u64, number: Option<u64>) -> Reply {
        let kept = number.and_then(|n| self.kept.get(&n));
        kept.map_or(Reply::Nothing, |k| {
            Reply::Thing(Box::new(self.seen(now, k)))
        })
    }

    pub(super) fn seen(&self, now: u64, kept: &Kept) -> Seen {
        Seen {
            thing: kept.thing.clone(),
            visible: kept.visible <= now,
            leaving: kept.gone.is_some(),
            reachable: kept
                .thing
                .container
                .as_deref()
                .is_none_or(|c| self.answers(c)),
            age_us: now.saturating_sub(kept.created),
            settled_us: now.saturating_sub(kept.changed),
        }
    }

    fn things(&self, now: u64, numbers: Vec<u64>, which: impl Fn(&Kept) -> bool) -> Reply {
        let kept = numbers
            .iter()
            .filter_map(|n| self.kept.get(n))
            .filter(|k| which(k));
        Reply::Things(kept.map(|k| self.seen(now, k)).collect())
    }

    /// Whether a machine answers. One that this world did not make is none of its business.
    fn answers(&self, host: &str) -> bool {
        let machine = self.machines.get(host).and_then(|n| self.kept.get(n));
        machine.is_none_or(|k| {
            k.thing.attributes.get("running").and_then(Value::as_bool) != Some(false)
        })
    }

    fn adopt(&mut self, now: u64, thing: Thing) -> Reply {
        let owner = thing.owner.clone().map(|o| (thing.ty.clone(), o));
        if owner.is_some_and(|o| self.ended.contains(&o)) {
            return Reply::Nothing;
        }
        let number = self.insert(now, thing, 0);
        self.thing(now, Some(number))
    }

    fn own(&mut self, now: u64, number: u64, owner: Option<Owner>) -> Reply {
        if let Some(kept) = self.kept.get_mut(&number) {
            let before = std::mem::replace(&mut kept.thing.owner, owner.clone());
            if let Some(numbers) = before.and_then(|o| self.by_owner.get_mut(&o)) {
                numbers.retain(|n| *n != number);
            }
            if let Some(owner) = owner {
                self.by_owner.entry(owner).or_default().push(number);
            }
        }
        self.thing(now, Some(number))
    }

    fn update(&mut self, now: u64, number: u64, token: Option<String>, attributes: Value) -> Reply {
        if let Some(token) = token {
            if self.operations.contains_key(&token) {
                return self.thing(now, Some(number));
            }
            self.operations.insert(
                token,
                Done {
                    number,
                    ends: now,
                    end_unknown: false,
                },
            );
        }
        if let Some(kept) = self.kept.get_mut(&number) {
            kept.thing.attributes = attributes;
            kept.thing.complete = true;
            kept.changed = now;
            self.counts.updates += 1;
        }
        self.thing(now, Some(number))
    }

    fn delete(&mut self, now: u64, number: u64, token: Option<String>, linger: u64) -> Reply {
        if let Some(token) = token {
            self.operations.insert(
                token,
                Done {
                    number,
                    ends: now + linger,
                    end_unknown: false,
                },
            );
        }
        let Some(kept) = self.kept.get_mut(&number) else {
            return Reply::Nothing;
        };
        if kept.gone.is_none() {
            kept.gone = Some(now + linger);
            self.counts.deletions += 1;
            self.leaving.push(number);
        }
        self.sweep(now);
        self.thing(now, Some(number))
    }

    fn operation(&self, now: u64, token: &str) -> Reply {
        let Some(done) = self.operations.get(token) else {
            return Reply::Operation {
                ended: Ended::Never,
                thing: None,
            };
        };
        let ended = match (done.end_unknown, done.ends <= now) {
            (true, _) => Ended::Unknown,
            (false, true) => Ended::Yes,
            (false, false) => Ended::NotYet,
        };
        let thing = self
            .kept
            .get(&done.number)
            .map(|k| Box::new(self.seen(now, k)));
        Reply::Operation { ended, thing }
    }

    /// Takes out what has left, and what was on a machine that has.
    fn sweep(&mut self, now: u64) {
        let due = |k: Option<&Kept>| k.and_then(|k| k.gone).is_some_and(|gone| gone <= now);
        let (gone, still): (Vec<u64>, Vec<u64>) = std::mem::take(&mut self.leaving)
            .into_iter()
            .partition(|n| due(self.kept.get(n)));
        self.leaving = still;
        for number in gone {
            let Some(kept) = self.remove(number) else {
                continue;
            };
            let Some(machine) = kept.thing.machine else {
                continue;
            };
            self.machines.remove(&machine);
            let inside = |k: &&Kept| k.thing.container.as_ref() == Some(&machine);
            let inside: Vec<u64> = self
                .kept
                .values()
                .filter(inside)
                .map(|k| k.thing.number)
                .collect();
            self.counts.went_along += inside.len() as u64;
            inside.into_iter().for_each(|n| drop(self.remove(n)));
        }
    }

    fn remove(&mut self, number: u64) -> Option<Kept> {
        let kept = self.kept.remove(&number)?;
        if let Some(key) = &kept.thing.key {
            let key = (kept.thing.ty.clone(), key.clone());
            if self.by_key.get(&key) == Some(&number) {
                self.by_key.remove(&key);
            }
        }
        if let Some(owner) = &kept.thing.owner
            && let Some(numbers) = self.by_owner.get_mut(owner)
        {
            numbers.retain(|n| *n != number);
            self.ended.insert((kept.thing.ty.clone(), owner.clone()));
        }
        Some(kept)
    }
}
