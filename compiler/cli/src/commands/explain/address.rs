//! Gathers what is known of a resource: from the configuration, its graph, the state and its log.
//! How it is shown is in `shown`.

mod shown;

use super::ExplainArgs;
use crate::app::{App, Run};
use crate::exit::Exit;
use crate::project::Project;
use config::{Module, Resource};
use diagnostics::{Problem, Span, did_you_mean};
use eval::{ExprKind, Reference};
use model::{Address, Key, ModulePath, ResourceAddress};
use state::{Object, State};
use std::sync::Arc;
use store::{Chapter, JournalError};

/// As many changes are told.
const LAST_CHANGES: usize = 10;

/// All that is known of a resource, or of one of its instances.
struct About<'a> {
    address: Address,
    /// Its block, where it is declared.
    block: Option<&'a Resource>,
    /// The header of each module call on the way to it, the outermost first.
    calls: Vec<(String, Span)>,
    needs: Vec<Need>,
    /// What needs it.
    needed_by: Vec<ResourceAddress>,
    recorded: Vec<Arc<Object>>,
    /// When, what, by whom; the newest first.
    changes: Vec<(u64, String, String)>,
}

/// Something that it depends on, and why.
struct Need {
    on: ResourceAddress,
    /// Where it is named, and in which argument.
    named: Option<(Span, Option<Arc<str>>)>,
    /// What stands between.
    through: Vec<String>,
}

/// Tells all that is known.
pub(super) async fn run(app: &App, args: &ExplainArgs) -> Run {
    let project = Project::look(app, &args.environment)?;
    let wrong = |e: model::AddressError| app.fail(Problem::error("LF0520", e.0));
    let address: Address = args.what.parse().map_err(wrong)?;
    let (state, chapters) = recorded(app, &project).await?;
    let about = About::gather(&project, address, &state, &chapters);
    if about.block.is_none() && about.recorded.is_empty() {
        return Err(app.fail(unknown(&project, &state, &about.address)));
    }
    match app.out.is_json() {
        true => app.out.json(&about.json(&project)),
        false => app.out.page(&about.page(&project)),
    }
    Ok(Exit::Ok)
}

/// The state and its log; nothing where there is no state yet.
async fn recorded(app: &App, project: &Project) -> Run<(Arc<State>, Vec<Chapter>)> {
    let journal = match project.try_journal(app).await? {
        Ok((journal, state)) => {
            let chapters = journal.history().await;
            journal.close().await;
            chapters.map(|chapters| (state, chapters))
        }
        Err(JournalError::Missing { .. }) => Ok((Arc::default(), Vec::new())),
        Err(error) => Err(error),
    };
    journal.map_err(|e| app.refused(&e))
}

impl<'a> About<'a> {
    fn gather(
        project: &'a Project,
        address: Address,
        state: &State,
        chapters: &[Chapter],
    ) -> About<'a> {
        let whole = without_keys(&address.resource);
        let outline = project.loaded.prepared.outline();
        let needs = outline.iter().filter(|(of, _)| *of == whole);
        let needs: Vec<ResourceAddress> = needs.flat_map(|(_, needs)| needs.clone()).collect();
        let needed_by = outline.iter().filter(|(_, needs)| needs.contains(&whole));
        let mut about = About {
            needed_by: needed_by.map(|(of, _)| of.clone()).collect(),
            recorded: objects(state, &address),
            changes: changes(chapters, &address),
            calls: Vec::new(),
            block: None,
            needs: Vec::new(),
            address,
        };
        about.find(project, &whole);
        about.needs = needs
            .into_iter()
            .map(|on| about.need(project, &whole, on))
            .collect();
        about
    }

    /// Follows the calls down to the block.
    fn find(&mut self, project: &'a Project, whole: &ResourceAddress) {
        let modules = &project.loaded.config.modules;
        let mut module: Option<&Module> = modules.first();
        for step in whole.module.0.iter() {
            let call = module.and_then(|m| m.calls.get(&step.call));
            self.calls
                .extend(call.map(|c| (step.call.to_string(), c.span)));
            module = call.and_then(|c| modules.get(c.module));
        }
        let key = (whole.mode, whole.ty.clone(), whole.name.clone());
        let block = module.and_then(|m| m.resources.get(&key));
        self.block = block.map(|block| &**block);
    }

    fn need(&self, project: &Project, whole: &ResourceAddress, on: ResourceAddress) -> Need {
        let through = project.loaded.prepared.way(whole, &on);
        let same_module = on.module == whole.module;
        let named = match self.block.filter(|_| through.is_empty() && same_module) {
            Some(block) => named(block, &on),
            None => None,
        };
        Need { on, named, through }
    }
}

/// Where a block names a resource, and in which argument.
fn named(block: &Resource, on: &ResourceAddress) -> Option<(Span, Option<Arc<str>>)> {
    let wanted = Reference::Resource(on.mode, on.ty.clone(), on.name.clone());
    let first = |expr: &eval::Expr| {
        let mut found = None;
        expr.references(&mut |reference, span| {
            if *reference == wanted {
                found.get_or_insert(span);
            }
        });
        found
    };
    if let ExprKind::Object(items) = &block.body.kind {
        for (key, value) in items {
            if let Some(span) = first(value) {
                let name = match &key.kind {
                    ExprKind::Literal(name) => name.as_str().map(Arc::from),
                    _ => None,
                };
                return Some((span, name));
            }
        }
    }
    let depends = block.depends_on.contains(&wanted);
    depends.then(|| (block.span, Some("depends_on".into())))
}

/// The recorded objects of an address, those that wait for their end among them.
fn objects(state: &State, address: &Address) -> Vec<Arc<Object>> {
    let deposed = state.deposed.values().flatten();
    let ids = state.current.values().chain(deposed);
    let mut objects: Vec<_> = ids
        .filter_map(|id| state.objects.get(id))
        .filter(|object| means(address, &object.address))
        .cloned()
        .collect();
    objects.sort_by(|a, b| (&a.address, a.status as u8).cmp(&(&b.address, b.status as u8)));
    objects
}

fn changes(chapters: &[Chapter], address: &Address) -> Vec<(u64, String, String)> {
    let mut found = Vec::new();
    for chapter in chapters.iter().rev() {
        let by = chapter.owner.as_ref();
        let by = by.map_or(String::new(), |o| format!("{}, {}", o.user, o.command));
        for change in chapter.changes.iter().rev() {
            let at: Option<Address> = change.address.as_ref().and_then(|a| a.parse().ok());
            if at.is_some_and(|at| means(address, &at)) {
                found.push((change.at_ms, change.what.clone(), by.clone()));
            }
        }
    }
    found.truncate(LAST_CHANGES);
    found
}

/// Whether an address means another; where it has no key, any key is meant.
fn means(address: &Address, other: &Address) -> bool {
    let fits = |a: &Option<Key>, b: &Option<Key>| a.is_none() || a == b;
    let (a, b) = (&address.resource, &other.resource);
    let (steps, others) = (&a.module.0, &b.module.0);
    fits(&address.key, &other.key)
        && (a.mode, &a.ty, &a.name) == (b.mode, &b.ty, &b.name)
        && steps.len() == others.len()
        && steps
            .iter()
            .zip(others.iter())
            .all(|(a, b)| a.call == b.call && fits(&a.key, &b.key))
}

fn without_keys(address: &ResourceAddress) -> ResourceAddress {
    let path = address.module.0.iter();
    ResourceAddress {
        module: path.fold(ModulePath::root(), |path, step| {
            path.child(step.call.clone(), None)
        }),
        ..address.clone()
    }
}

fn unknown(project: &Project, state: &State, address: &Address) -> Problem {
    let declared = project.loaded.prepared.outline().into_iter();
    let mut known: Vec<String> = declared.map(|(of, _)| of.to_string()).collect();
    known.extend(state.current.keys().map(ToString::to_string));
    let close = did_you_mean(&address.to_string(), known.iter().map(String::as_str));
    let message = format!("nothing is declared or recorded at {address}");
    Problem::error("LF0534", message).help(match close {
        Some(close) => format!("did you mean `{close}`?"),
        None => {
            "`landfall graph` lists what is declared, `landfall state list` what is recorded".into()
        }
    })
}
