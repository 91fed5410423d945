//! What a world can be asked, and what it answers: data alone, the same in a process and on a
//! line between two.

use crate::wire::coded;
use async_trait::async_trait;
use model::{IdentityClass, Lineage, ObjectId, Value};
use provider::Ownership;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A world, here or elsewhere.
#[async_trait]
pub trait Outside: Send + Sync {
    /// Asks it.
    ///
    /// # Errors
    /// Where the world can't be asked, or its answer was lost.
    async fn ask(&self, request: Request) -> Result<Reply, Lost>;
}

/// A request without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Why.
    pub why: String,
    /// Whether the world may have got the request.
    pub sent: bool,
}

/// Whose a thing is: its tag.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Owner {
    /// The state's line.
    pub lineage: String,
    /// The object.
    pub object: String,
}

impl Owner {
    /// The owner of these ids.
    pub fn new(lineage: Lineage, object: ObjectId) -> Owner {
        Owner {
            lineage: lineage.to_string(),
            object: object.to_string(),
        }
    }

    /// The ids, where they are any.
    pub fn ids(&self) -> Option<(Lineage, ObjectId)> {
        Some((self.lineage.parse().ok()?, self.object.parse().ok()?))
    }
}

impl From<&Ownership> for Owner {
    fn from(ownership: &Ownership) -> Owner {
        Owner::new(ownership.lineage, ownership.object)
    }
}

/// Something that exists.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Thing {
    /// The world's own name for it.
    pub number: u64,
    /// Its type.
    pub ty: String,
    /// The region that it is in.
    pub region: String,
    /// As it is.
    #[serde(with = "coded")]
    pub attributes: Value,
    /// Whose it is, for the world's own counting too where the type bears no tag.
    pub owner: Option<Owner>,
    /// Its name or place, where that is its identity.
    pub key: Option<String>,
    /// Whether all of it was made.
    pub complete: bool,
    /// The id of the host that it is.
    pub machine: Option<String>,
    /// The id of the host that it is on.
    pub container: Option<String>,
}

/// A thing as seen now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Seen {
    /// The thing.
    pub thing: Thing,
    /// Whether readers see it yet.
    pub visible: bool,
    /// Whether it is being deleted.
    pub leaving: bool,
    /// Whether the machine that it is on answers.
    pub reachable: bool,
    /// How long ago it was made, in µs.
    pub age_us: u64,
    /// How long ago it was made or changed, in µs.
    pub settled_us: u64,
}

/// A thing to be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Create {
    /// What it will be; the number is given by the world.
    pub thing: Thing,
    /// What its API honours.
    #[serde(with = "coded::class")]
    pub class: IdentityClass,
    /// The operation.
    pub token: String,
    /// Whether the other side keeps a record of tokens: it then answers a known one as before.
    pub remembers: bool,
    /// The name of the command that making it runs.
    pub runs: Option<String>,
    /// How long it takes until it has ended, in µs.
    pub takes_us: u64,
    /// Whether its end will never be known.
    pub end_unknown: bool,
    /// How long readers don't see it, in µs.
    pub hidden_us: u64,
}

/// How far an operation came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// It never began.
    Never,
    /// It is under way.
    NotYet,
    /// It has ended.
    Yes,
    /// It began; nobody knows more.
    Unknown,
}

/// A question or an order to a world.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Request {
    /// Makes a thing.
    Create(Box<Create>),
    /// Lets a thing be there without anybody having made it, unless its owner ended one before.
    Adopt(Box<Thing>),
    /// Gives a thing another owner, or none.
    Own {
        /// Which.
        number: u64,
        /// Whose it is from now on.
        owner: Option<Owner>,
    },
    /// Changes a thing.
    Update {
        /// Which.
        number: u64,
        /// The operation; none where a hand changes it behind everybody's back.
        token: Option<String>,
        /// All attributes.
        #[serde(with = "coded")]
        attributes: Value,
    },
    /// Ends a thing.
    Delete {
        /// Which.
        number: u64,
        /// The operation; none where a hand ends it.
        token: Option<String>,
        /// How long it is still seen, in µs.
        linger_us: u64,
    },
    /// The thing of a number.
    Get {
        /// Which.
        number: u64,
    },
    /// The thing of a name or place.
    Keyed {
        /// The type.
        ty: String,
        /// The name or place.
        key: String,
    },
    /// The things of a type with a tag.
    Owned {
        /// The type.
        ty: String,
        /// The tag.
        owner: Owner,
    },
    /// The things of a type made not longer ago than this.
    Since {
        /// The type.
        ty: String,
        /// How long ago, in µs.
        age_us: u64,
    },
    /// What a token did.
    Operation {
        /// The token.
        token: String,
    },
    /// The things of a lineage.
    List {
        /// The lineage.
        lineage: String,
    },
    /// What exists, and what was done so far.
    Report,
    /// Several, answered together.
    Many(Vec<Request>),
    /// Ends the world's process.
    Stop,
}

/// An answer of a world.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Reply {
    /// It was done, or this is it.
    Thing(Box<Seen>),
    /// There is no such thing.
    Nothing,
    /// The name is taken by this one.
    Taken(Box<Seen>),
    /// All of them.
    Things(Vec<Seen>),
    /// What a token did.
    Operation {
        /// How far it came.
        ended: Ended,
        /// The thing that it made or changed, where that is still there.
        thing: Option<Box<Seen>>,
    },
    /// What exists, and what was done so far.
    Report(Report),
    /// Of several requests.
    Many(Vec<Reply>),
    /// The request made no sense.
    Confused(String),
}

/// What exists, and what was done so far. It holds no attributes, and so no secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What exists.
    pub things: Vec<Entry>,
    /// How many things were made.
    pub creations: u64,
    /// How many of them though their owner already had one of the type.
    pub duplicates: u64,
    /// How many things were changed.
    pub updates: u64,
    /// How many things were ended.
    pub deletions: u64,
    /// How many things went with the machine that they were on.
    pub went_along: u64,
    /// How often each command ran, by its name.
    pub runs: BTreeMap<String, u64>,
    /// How often a command ran, by the operation's token.
    pub runs_by_token: BTreeMap<String, u64>,
}

/// Something that exists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    /// Its type.
    pub ty: String,
    /// Whose it is.
    pub owner: Option<Owner>,
    /// Whether all of it was made.
    pub complete: bool,
}

impl Report {
    /// Those of a lineage.
    pub fn of(&self, lineage: Lineage) -> Vec<&Entry> {
        let lineage = lineage.to_string();
        let own = |e: &&Entry| e.owner.as_ref().is_some_and(|o| o.lineage == lineage);
        self.things.iter().filter(own).collect()
    }
}
