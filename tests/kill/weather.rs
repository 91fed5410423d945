//! The way to the world: each request is a point before and after, and some go wrong. What does
//! is drawn from the seed and the request's number, never from ids, which are other ones each time.

use crate::order::Weather;
use crate::points::Points;
use async_trait::async_trait;
use landfall_tests::seed::Seed;
use model::IdentityClass;
use provider_simulated::{Create, Ended, Lost, Outside, Remote, Reply, Request};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How long what nobody sees is not seen, in µs: less than any window of those who may be hidden.
const HIDDEN_US: u64 = 400_000;

/// The way to a world.
pub(crate) struct Way {
    world: Remote,
    points: Arc<Points>,
    weather: Weather,
    sent: Mutex<BTreeMap<String, u64>>,
}

impl Way {
    pub(crate) fn new(world: Remote, points: Arc<Points>, weather: Weather) -> Way {
        Way {
            world,
            points,
            weather,
            sent: Mutex::default(),
        }
    }

    /// What happens to the next request of a kind.
    fn draws(&self, kind: &str) -> Seed {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = sent.entry(kind.into()).or_default();
        *sent += 1;
        Seed::of(self.weather.seed).and(kind).and(&sent.to_string())
    }

    fn afflict(&self, create: &mut Create, draws: &mut Seed) {
        let weather = &self.weather;
        let ty = create.thing.ty.as_str();
        let command = create.runs.is_some();
        // What has a name or a place of its own can't be made beside its own remains.
        let may_be_partial = matches!(ty, "sim_server" | "sim_disk" | "sim_token" | "sim_ticket");
        let (partial, hidden) = (draws.hits(weather.partial), draws.hits(weather.hidden));
        create.thing.complete &= !(partial && may_be_partial);
        if hidden && matches!(ty, "sim_disk" | "sim_bucket" | "sim_ticket") {
            create.hidden_us = HIDDEN_US;
        }
        create.end_unknown |= command && draws.hits(weather.unclear);
    }
}

#[async_trait]
impl Outside for Way {
    async fn ask(&self, mut request: Request) -> Result<Reply, Lost> {
        let kind = kind(&request);
        let mut draws = self.draws(&kind);
        let changes = matches!(
            request,
            Request::Create(_) | Request::Update { .. } | Request::Delete { .. }
        );
        if let Request::Create(create) = &mut request {
            self.afflict(create, &mut draws);
        }
        let lost = |sent| Lost {
            why: "the connection broke".into(),
            sent,
        };
        self.points.pass(&format!("before request {kind}"));
        if changes && draws.hits(self.weather.refused) {
            return Err(lost(false));
        }
        let reply = self.world.ask(request).await;
        self.points.pass(&format!("after request {kind}"));
        if changes && draws.hits(self.weather.lost) {
            return Err(lost(true));
        }
        match self.weather.discreet {
            true => reply.map(discreet),
            false => reply,
        }
    }
}

/// An API that honours tokens, but does not tell which ones it knows.
fn discreet(reply: Reply) -> Reply {
    match reply {
        Reply::Operation { thing, .. } => Reply::Operation {
            ended: Ended::NotYet,
            thing,
        },
        Reply::Many(replies) => Reply::Many(replies.into_iter().map(discreet).collect()),
        other => other,
    }
}

fn kind(request: &Request) -> String {
    match request {
        Request::Create(create) => {
            let honours = create.class == IdentityClass::ClientToken;
            let by = if honours { " by token" } else { "" };
            format!("create {}{by}", create.thing.ty)
        }
        Request::Adopt(_) => "adopt".into(),
        Request::Update { .. } => "update".into(),
        Request::Delete { .. } => "delete".into(),
        Request::Get { .. } => "get".into(),
        Request::Keyed { .. } => "keyed".into(),
        Request::Owned { .. } => "owned".into(),
        Request::Since { .. } => "since".into(),
        Request::Operation { .. } => "operation".into(),
        Request::List { .. } => "list".into(),
        Request::Report => "report".into(),
        Request::Many(all) => all
            .first()
            .map_or("nothing".into(), |r| format!("many {}", kind(r))),
        Request::Own { .. } => "own".into(),
        Request::Stop => "stop".into(),
    }
}
