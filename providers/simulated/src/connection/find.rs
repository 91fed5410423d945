//! Settling: what became of an operation, told by what the type's class allows to know.

use super::{Link, apply::remembers, place};
use crate::world::{Ended, Owner, Reply, Request, Seen};
use model::{IdentityClass, ResourceSchema, Value, differences};
use provider::{FindAnswer, FindRequest, Found, ProviderProblem};
use tokio::time::Instant;

/// How much too short an age may be: of when it is asked, it is told only on its way later.
const LATE_US: u64 = 1_000_000;

impl Link {
    pub(super) async fn find_all(&self, batch: Vec<FindRequest>) -> Vec<FindAnswer> {
        let asked = Instant::now();
        self.pause("find").await;
        let late = u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX);
        let questions = batch.iter().map(|r| self.trace(r, late)).collect();
        match self.many(questions).await {
            Ok(replies) => batch
                .iter()
                .zip(replies)
                .map(|(r, reply)| self.settle(r, reply))
                .collect(),
            Err(problem) => batch
                .iter()
                .map(|_| FindAnswer::Failed(problem.clone()))
                .collect(),
        }
    }

    /// The question whose answer tells; it is asked so many µs late.
    fn trace(&self, request: &FindRequest, late: u64) -> Request {
        let ty = request.ty.clone();
        let owned = Request::Owned {
            ty: ty.clone(),
            owner: Owner::from(&request.ownership),
        };
        let Ok(schema) = self.resource(&request.ty) else {
            return owned;
        };
        if request.action != "create" {
            return match place::unpack(&request.private) {
                (Some(number), _) => Request::Get { number },
                (None, _) => owned,
            };
        }
        match schema.identity {
            _ if remembers(schema) => Request::Operation {
                token: request.token.to_string(),
            },
            // An age in whole ms may be up to one ms too short.
            IdentityClass::None => {
                let age_us = (request.age_ms + 1)
                    .saturating_mul(1000)
                    .saturating_add(late);
                let since = |age_us| Request::Since {
                    ty: ty.clone(),
                    age_us,
                };
                Request::Many(vec![since(age_us), since(age_us.saturating_add(LATE_US))])
            }
            IdentityClass::UniqueName | IdentityClass::NaturalKey => {
                match place::key(schema, &self.region, &request.attributes) {
                    Some(key) => Request::Keyed { ty, key },
                    None => owned,
                }
            }
            _ => owned,
        }
    }

    fn settle(&self, request: &FindRequest, reply: Reply) -> FindAnswer {
        let schema = match self.resource(&request.ty) {
            Ok(schema) => schema,
            Err(problem) => return FindAnswer::Failed(problem),
        };
        let mine = |all: Vec<Seen>| -> Vec<Seen> {
            let mine = all.into_iter().filter(|s| self.is_of(schema, request, s));
            mine.collect()
        };
        let seen: Vec<Seen> = match reply {
            Reply::Many(both) => made_since(both, mine),
            Reply::Operation {
                ended: Ended::NotYet,
                ..
            } => return FindAnswer::NotYetSure,
            Reply::Operation {
                ended: Ended::Unknown,
                ..
            } => {
                return FindAnswer::Unclear(
                    ProviderProblem::error("the command began; nobody knows how it ended")
                        .help("look whether it did its work, then run it again or import it"),
                );
            }
            Reply::Operation { thing, .. } => thing.into_iter().map(|t| *t).collect(),
            Reply::Thing(seen) => vec![*seen],
            Reply::Things(all) => all,
            _ => Vec::new(),
        };
        let verdict = verdict(schema, request, mine(seen));
        if let FindAnswer::Found { made, .. } = &verdict
            && request.action == "create"
        {
            // Sent again, it is answered, also where the other side keeps no record of tokens.
            self.remember(request.token, Some(made.clone()));
        }
        verdict
    }

    fn is_of(&self, schema: &ResourceSchema, request: &FindRequest, seen: &Seen) -> bool {
        let here = seen.thing.region == self.region && seen.thing.ty == request.ty;
        here && match (schema.identity, request.action) {
            (IdentityClass::None, "create") => alike(&request.attributes, &seen.thing.attributes),
            (IdentityClass::None, _) => true,
            _ => seen.thing.owner == Some(Owner::from(&request.ownership)),
        }
    }
}

/// What was made since the operation was begun; where that is nothing, the newest of what was made
/// shortly before, since creations are one at a time.
fn made_since(both: Vec<Reply>, mine: impl Fn(Vec<Seen>) -> Vec<Seen>) -> Vec<Seen> {
    let mut both = both.into_iter().map(|reply| match reply {
        Reply::Things(all) => mine(all),
        _ => Vec::new(),
    });
    let since = both.next().unwrap_or_default();
    if !since.is_empty() {
        return since;
    }
    let before = both.next().unwrap_or_default().into_iter();
    before.min_by_key(|s| s.age_us).into_iter().collect()
}

fn verdict(schema: &ResourceSchema, request: &FindRequest, seen: Vec<Seen>) -> FindAnswer {
    let early = request.age_ms < schema.settle_window_ms;
    let seen = match seen.as_slice() {
        [] if early && !remembers(schema) && request.action == "create" => {
            return FindAnswer::NotYetSure;
        }
        [] => return FindAnswer::Absent,
        [one] => one,
        [_, _, ..] => {
            return FindAnswer::Unclear(ProviderProblem::error(format!(
                "{} objects could be the one that was being made",
                seen.len()
            )));
        }
    };
    if (early && !seen.visible) || (seen.leaving && request.action == "delete") {
        return FindAnswer::NotYetSure;
    }
    let made = place::made(&seen.thing, place::unpack(&request.private).1);
    match seen.thing.complete {
        true => FindAnswer::Found {
            made,
            found: Found::Exact,
        },
        false => FindAnswer::Incomplete { made },
    }
}

/// Whether a thing may be what was planned: all that was known of it is so.
fn alike(planned: &Value, there: &Value) -> bool {
    let open = |v: &Option<Value>| {
        v.as_ref()
            .is_some_and(|v| v.has_unknown() || v.has_sealed())
    };
    differences(&planned.expose(), there)
        .iter()
        .all(|d| open(&d.before))
}
