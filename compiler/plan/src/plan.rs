//! A plan: everything that will be done, decided, with what is needed to do it.

use crate::{Check, CheckBlock, LeftOut, OutputChange, Rollout, ScopedData, Scopes, Step};
use model::{Address, Effect, Lineage, ObjectId, Token, Value};
use state::{Object, Position, ProviderKey};
use std::collections::BTreeMap;
use std::sync::Arc;

/// 32 bytes that stand for something that was read.
pub type Digest = [u8; 32];

/// Everything that will be done in one stage.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Plan {
    /// What it was made of.
    pub header: Header,
    /// What is done; the order of the list means nothing but to those who read it.
    pub steps: Vec<Step>,
    /// What reads found to be other than recorded, to be recorded before the first step.
    pub refreshed: Vec<Drift>,
    /// Objects that get another address, before the first step.
    pub moved: Vec<Moved>,
    /// The root module's outputs that change.
    pub outputs: BTreeMap<Arc<str>, OutputChange>,
    /// What the names in deferred expressions stand for.
    pub scopes: Scopes,
    /// Connections that steps go through.
    pub providers: BTreeMap<ProviderKey, ProviderUse>,
    /// What has to wait for a later stage.
    pub later: Vec<Later>,
    /// What is not planned, since it could not be looked at or hangs on what could not.
    pub left_out: Vec<LeftOut>,
    /// Rollouts that steps are a part of.
    pub rollouts: Vec<Rollout>,
    /// Operations of an interrupted run that apply settles first.
    pub settling: Vec<Settling>,
    /// Conditions that are decided in apply.
    pub checks: Vec<Check>,
    /// Ephemeral resources, each after those that it uses: opened anew in apply.
    pub ephemerals: Vec<ScopedData>,
    /// `check` blocks.
    pub check_blocks: Vec<CheckBlock>,
    /// What was not read.
    pub unread: Unread,
    /// What the plan rests on: read again before the first step of a saved plan.
    pub rests: Vec<Rests>,
}

/// What a plan was made of.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Header {
    /// Landfall's version.
    pub version: String,
    /// The project.
    pub project: Arc<str>,
    /// The environment.
    pub environment: Arc<str>,
    /// The state's line; none where there is no state yet.
    pub lineage: Option<Lineage>,
    /// The position of the last event that changed anything when the plan was made.
    pub changed: Position,
    /// Of everything that the configuration is made of.
    pub config: Digest,
    /// RFC 3339, UTC.
    pub planned_at: String,
    /// What for.
    pub mode: PlanMode,
    /// Whether only a part was looked at (`--target`, `--exclude`).
    pub partial: bool,
}

/// What a plan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PlanMode {
    /// To make the world as configured.
    #[default]
    Apply,
    /// To end everything.
    Destroy,
    /// To record how the world is.
    RefreshOnly,
}

/// What a read found to be other than recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// What the configuration calls it.
    pub address: Address,
    /// As recorded.
    pub before: Value,
    /// As it is; none where it is gone.
    pub after: Option<Value>,
    /// What is recorded from now on; none where it is gone.
    pub object: Option<Box<Object>>,
    /// Which object.
    pub id: ObjectId,
}

/// A connection that steps go through.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderUse {
    /// The provider's name.
    pub provider: Arc<str>,
    /// The configuration, where known at plan.
    pub config: Value,
    /// Finishes the configuration where it holds what is sealed.
    pub deferred: Option<crate::Deferred>,
}

/// An object that gets another address.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// Which.
    pub object: ObjectId,
    /// Where it was.
    pub from: Address,
    /// Where it is from now on.
    pub to: Address,
    /// The object as one of another type, where the move makes it one.
    pub becomes: Option<Box<Object>>,
}

/// What has to wait for a later stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Later {
    /// What: a resource, a module call.
    pub what: String,
    /// Why, in words.
    pub why: String,
    /// What it waits for.
    pub waits_for: Vec<String>,
}

/// An operation of an interrupted run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settling {
    /// The operation.
    pub token: Token,
    /// What the configuration calls the object.
    pub address: Address,
    /// `create`, `update`, `delete`
    pub change: &'static str,
    /// What is known of its end.
    pub unclear: Option<String>,
}

/// How much was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Unread {
    /// Objects that were not read at all.
    pub objects: usize,
    /// Objects of which attributes were left out that an API gives only singly.
    pub attributes: usize,
}

/// What a decision rests on: a place in the world, and what was there.
#[derive(Clone, Debug, PartialEq)]
pub struct Rests {
    /// The object or the place, by address.
    pub address: Address,
    /// The recorded object, where there is one.
    pub object: Option<ObjectId>,
    /// The connection.
    pub provider: ProviderKey,
    /// What was asked for.
    pub asked: Value,
    /// Provider-private data that went along.
    pub private: Arc<[u8]>,
    /// The digest of the answer; of nothing, where nothing was there.
    pub digest: Digest,
}

impl Plan {
    /// Whether there is nothing to do, not even to record.
    pub fn is_empty(&self) -> bool {
        !self.has_changes() && self.refreshed.is_empty() && self.settling.is_empty()
    }

    /// Whether anything but bookkeeping is done.
    pub fn has_changes(&self) -> bool {
        use crate::Action;
        self.steps
            .iter()
            .any(|s| !matches!(s.action, Action::Barrier | Action::Read))
            || !self.outputs.is_empty()
            || !self.moved.is_empty()
            || !self.rollouts.is_empty()
    }

    /// The effects of all steps, the gravest first, each once.
    pub fn effects(&self) -> Vec<Effect> {
        let mut effects: Vec<_> = self.steps.iter().flat_map(|s| s.effects.clone()).collect();
        effects.sort();
        effects.dedup();
        effects
    }
}
