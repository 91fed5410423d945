//! A configuration: modules with every name resolved, as the planner takes it.

use diagnostics::Span;
use eval::{Expr, Reference};
use indexmap::IndexMap;
use model::{Address, CallName, Mode, ModulePath, ResourceAddress, Type};
use std::sync::Arc;

/// A whole configuration. Modules are listed once a directory, however often they are called.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// What `project` says.
    pub project: Project,
    /// The environment that was chosen.
    pub environment: Environment,
    /// Every module; the root is the first.
    pub modules: Vec<Module>,
    /// Values for the root module's variables from outside, in order of precedence: each as an
    /// expression (a literal for text of the command line).
    pub inputs: IndexMap<Arc<str>, Input>,
    /// A digest of everything that was read: sources, variables from outside.
    pub digest: [u8; 32],
}

impl Config {
    /// The block that a resource's address names, with its module; `served` says what serves the
    /// kinds on the way, the outermost first, parted by `/`.
    pub fn resource(
        &self,
        address: &ResourceAddress,
        served: Option<&str>,
    ) -> Option<(&Module, &Resource)> {
        let mut served = served.into_iter().flat_map(|s| s.split('/'));
        let mut module = self.modules.first()?;
        for step in address.module.0.iter() {
            module = &self.modules[module.calls.get(&step.call)?.module];
            if let Some(kind) = &module.kind {
                module = &self.modules[kind.implementations.get(served.next()?)?.module];
            }
        }
        let key = (address.mode, address.ty.clone(), address.name.clone());
        module
            .resources
            .get(&key)
            .map(|resource| (module, &**resource))
    }

    /// What the last call on a path calls: a module, or the interface of a kind.
    pub fn called(&self, path: &ModulePath, served: Option<&str>) -> Option<&Module> {
        let mut served = served.into_iter().flat_map(|s| s.split('/'));
        let mut module = self.modules.first()?;
        for step in path.0.iter() {
            if let Some(kind) = &module.kind {
                module = &self.modules[kind.implementations.get(served.next()?)?.module];
            }
            module = &self.modules[module.calls.get(&step.call)?.module];
        }
        Some(module)
    }

    /// Where the calls stand that lead to a module instance, the outermost first.
    pub fn calls(&self, path: &ModulePath, served: Option<&str>) -> Vec<Span> {
        let all = self.steps(path, served).into_iter();
        all.map(|(_, span)| span).collect()
    }

    /// Of these the calls of kinds, each with the kind's name.
    pub fn kind_calls(&self, path: &ModulePath, served: Option<&str>) -> Vec<(Span, String)> {
        let all = self.steps(path, served).into_iter();
        all.filter(|(call, _)| call.is_kind())
            .map(|(call, span)| (span, call.kind.to_string()))
            .collect()
    }

    fn steps<'p>(&self, path: &'p ModulePath, served: Option<&str>) -> Vec<(&'p CallName, Span)> {
        let mut served = served.into_iter().flat_map(|s| s.split('/'));
        let mut spans = Vec::new();
        let mut at = 0;
        for step in path.0.iter() {
            let Some(call) = self.modules.get(at).and_then(|m| m.calls.get(&step.call)) else {
                break;
            };
            spans.push((&step.call, call.span));
            at = call.module;
            let kind = self.modules[at].kind.as_ref();
            let serves = kind.and_then(|k| k.implementations.get(served.next()?));
            at = serves.map_or(at, |implementation| implementation.module);
        }
        spans
    }
}

/// The value of a root variable from outside.
#[derive(Clone, Debug)]
pub struct Input {
    /// The value; text from the command line or the environment is a string that is converted
    /// (or parsed, for a variable of a type that is not primitive).
    pub value: Expr,
    /// Where it comes from, in words: `--var`, `LANDFALL_VAR_x`, a file.
    pub origin: String,
}

/// `project "shop" {}`
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The name; of the directory where no block says one.
    pub name: Arc<str>,
    /// `store`: where the state is.
    pub store: Option<String>,
    /// `requires`: Landfall's version.
    pub requires: Option<(String, Span)>,
    /// `time_zone`
    pub time_zone: Option<String>,
    /// Where the block stands.
    pub span: Option<Span>,
}

/// `environment "production" { … }`
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The name; `default` where there is no block.
    pub name: Arc<str>,
    /// `protected`
    pub protected: bool,
    /// `target`: the provider configuration that kinds are served on.
    pub target: Option<ProviderName>,
    /// Where the block stands.
    pub span: Option<Span>,
}

/// A module: one directory. What its blocks came to is shared with the [`crate::Cache`].
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// The directory, relative to the project's root; empty for the root.
    pub directory: String,
    /// By name, in the order they were written.
    pub variables: IndexMap<Arc<str>, Arc<Variable>>,
    /// By name.
    pub locals: IndexMap<Arc<str>, Arc<Local>>,
    /// By name.
    pub outputs: IndexMap<Arc<str>, Arc<Output>>,
    /// By mode, type and name.
    pub resources: IndexMap<ResourceKey, Arc<Resource>>,
    /// By what is called and the label.
    pub calls: IndexMap<CallName, Arc<ModuleCall>>,
    /// By name and alias.
    pub providers: IndexMap<ProviderName, Arc<ProviderConfig>>,
    /// Where it is the interface of a kind: what may serve a call of it.
    pub kind: Option<Kind>,
    /// `moved` blocks.
    pub moved: Vec<Moved>,
    /// `removed` blocks.
    pub removed: Vec<Removed>,
    /// `import` blocks; of the root alone.
    pub imports: Vec<Import>,
    /// `check` blocks by name.
    pub checks: IndexMap<Arc<str>, Arc<CheckBlock>>,
}

/// `kind "database" { … }`
#[derive(Clone, Debug)]
pub struct Kind {
    /// The name, which is also that of its directory.
    pub name: Arc<str>,
    /// What it is.
    pub doc: String,
    /// By name, in the order in which they are asked.
    pub implementations: IndexMap<Arc<str>, Implementation>,
    /// The header.
    pub span: Span,
}

/// `implementation "server" { when = … }`
#[derive(Clone, Debug)]
pub struct Implementation {
    /// The index of its module in [`Config::modules`]. Its variables are those of the interface.
    pub module: usize,
    /// The condition under which it serves; none for always.
    pub when: Option<Expr>,
    /// The header.
    pub span: Span,
}

/// Mode, type and name of a resource.
pub type ResourceKey = (Mode, Arc<str>, Arc<str>);

/// `variable "name" { … }`
#[derive(Clone, Debug)]
pub struct Variable {
    /// The type that values are converted to; [`Type::Any`] where none is given.
    pub ty: Type,
    /// What stands in where the caller says nothing. None: required.
    pub default: Option<Expr>,
    /// Whether it is sensitive.
    pub sensitive: bool,
    /// Whether it must not be recorded.
    pub ephemeral: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// What it means.
    pub description: Option<String>,
    /// Conditions on it.
    pub validations: Vec<Condition>,
    /// The header.
    pub span: Span,
}

/// `condition` and `error_message`
#[derive(Clone, Debug)]
pub struct Condition {
    /// Must be true.
    pub condition: Expr,
    /// What to say if it is not.
    pub error_message: Expr,
    /// The block.
    pub span: Span,
}

/// `check "name" { … }`: what it finds wrong is told, and refuses nothing.
#[derive(Clone, Debug)]
pub struct CheckBlock {
    /// A data source that only the block's own conditions see.
    pub data: Option<Resource>,
    /// `assert { … }`
    pub assertions: Vec<Condition>,
    /// The header.
    pub span: Span,
}

/// One of `locals { … }`
#[derive(Clone, Debug)]
pub struct Local {
    /// The value.
    pub value: Expr,
    /// The name.
    pub span: Span,
}

/// `output "name" { … }`
#[derive(Clone, Debug)]
pub struct Output {
    /// The type that a kind's interface declares; [`Type::Any`] elsewhere.
    pub ty: Type,
    /// The value.
    pub value: Expr,
    /// Whether it is sensitive.
    pub sensitive: bool,
    /// Whether it must not be recorded.
    pub ephemeral: bool,
    /// What it means.
    pub description: Option<String>,
    /// What it waits for.
    pub depends_on: Vec<Reference>,
    /// Conditions before it is given out.
    pub preconditions: Vec<Condition>,
    /// The header.
    pub span: Span,
}

/// How many instances there are.
#[derive(Clone, Debug, Default)]
pub enum Repeat {
    /// One, without a key.
    #[default]
    Once,
    /// `count`
    Count(Expr),
    /// `for_each`
    ForEach(Expr),
}

/// `resource "type" "name" { … }` and `data "type" "name" { … }`
#[derive(Clone, Debug)]
pub struct Resource {
    /// Managed or data.
    pub mode: Mode,
    /// The type.
    pub ty: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// `count` and `for_each`
    pub repeat: Repeat,
    /// The provider configuration that it goes through.
    pub provider: ProviderName,
    /// Which of the provider's configurations, where it has `for_each`.
    pub provider_key: Option<Expr>,
    /// `depends_on`
    pub depends_on: Vec<Reference>,
    /// `lifecycle`
    pub lifecycle: Lifecycle,
    /// The body as one object expression: an item for each attribute and nested block that was
    /// written (`dynamic` blocks as `for`), none for what was not.
    pub body: Expr,
    /// `timeouts`: create, update, delete, read in ms.
    pub timeouts: IndexMap<Arc<str>, u64>,
    /// `rollout { … }`
    pub rollout: Option<Rollout>,
    /// The header.
    pub span: Span,
}

/// `lifecycle { … }`
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// Whether its replacement is made before it goes.
    pub create_before_destroy: Option<bool>,
    /// Whether it may not be destroyed.
    pub prevent_destroy: bool,
    /// Paths that are left as they are; the empty path stands for `all`.
    pub ignore_changes: Vec<model::AttrPath>,
    /// Expressions on resources whose change replaces it.
    pub replace_triggered_by: Vec<Expr>,
    /// Conditions before it is planned.
    pub preconditions: Vec<Condition>,
    /// Conditions after it is there; may use `self`.
    pub postconditions: Vec<Condition>,
}

/// `rollout { … }`: Nomad's words and meanings.
#[derive(Clone, Debug)]
pub struct Rollout {
    /// As an object expression: strategy, max_parallel, min_healthy_time, healthy_deadline,
    /// progress_deadline, canary, auto_promote, auto_revert, gate.
    pub body: Expr,
    /// The block.
    pub span: Span,
}

/// `module "name" { source = … }`, or the call of a kind, `database "name" { … }`
#[derive(Clone, Debug)]
pub struct ModuleCall {
    /// The index of the module in [`Config::modules`].
    pub module: usize,
    /// Values of the module's variables.
    pub inputs: IndexMap<Arc<str>, Expr>,
    /// `count` and `for_each`
    pub repeat: Repeat,
    /// `depends_on`
    pub depends_on: Vec<Reference>,
    /// `providers`: the module's name for a provider, and ours.
    pub providers: IndexMap<ProviderName, ProviderName>,
    /// By the module's name for a provider, which of ours, where that has `for_each`.
    pub provider_keys: IndexMap<ProviderName, Expr>,
    /// Of a kind's call: what it is served on, where that is not what is around it.
    pub target: Option<ProviderName>,
    /// `rollout { … }`
    pub rollout: Option<Rollout>,
    /// The header.
    pub span: Span,
}

/// A provider, and which of its configurations: `ssh`, `aws.eu`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProviderName {
    /// The provider.
    pub name: Arc<str>,
    /// `alias`
    pub alias: Option<Arc<str>>,
}

/// `provider "name" { … }`
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// `for_each`: a configuration for each key.
    pub for_each: Option<Expr>,
    /// The body as one object expression.
    pub body: Expr,
    /// The header.
    pub span: Span,
}

/// `moved { from = … to = … }`
#[derive(Clone, Debug)]
pub struct Moved {
    /// An address without or with keys, as written, relative to the module.
    pub from: MovedAddress,
    /// Likewise.
    pub to: MovedAddress,
    /// The block.
    pub span: Span,
}

/// `import { to = … id = … }`: what exists comes under management at an address.
#[derive(Clone, Debug)]
pub struct Import {
    /// The calls on the way to the module of the resource, each with the key in brackets.
    pub module: Vec<(CallName, Option<Expr>)>,
    /// The resource.
    pub resource: ResourceKey,
    /// The key in brackets.
    pub key: Option<Expr>,
    /// The id, in the provider's own words.
    pub id: Expr,
    /// `for_each`
    pub for_each: Option<Expr>,
    /// `provider`, where one is named.
    pub provider: Option<(ProviderName, Span)>,
    /// Where the address stands.
    pub to: Span,
    /// The block.
    pub span: Span,
}

/// What `moved` and `removed` name.
#[derive(Clone, Debug, PartialEq)]
pub enum MovedAddress {
    /// A resource, all of its instances (no key) or one.
    Resource(Address),
    /// A module call, all of its instances or one.
    Module(model::ModulePath),
}

/// `removed { from = … }`
#[derive(Clone, Debug)]
pub struct Removed {
    /// What left the configuration.
    pub from: MovedAddress,
    /// Whether it is destroyed, or only forgotten.
    pub destroy: bool,
    /// The block.
    pub span: Span,
}
