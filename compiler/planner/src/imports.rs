//! `import` blocks: what exists outside comes under management, changed to what its block says.

use crate::decide::{Case, tidy};
use crate::graph::target_sites;
use crate::left_out::Silent;
use crate::making::effects_of;
use crate::observed::Ask;
use crate::pass::Pass;
use crate::resource::Block;
use crate::sites::{SiteId, behind, serves_still};
use config::{Import, ResourceKey};
use diagnostics::{Problem, Span};
use eval::{Expr, Reference};
use model::{
    Address, Containment, Fingerprint, Key, ModulePath, ObjectId, ResourceAddress, Type, Value,
};
use plan::{Action, PlanMode, Reason, Rests, digest_of_import, reconcile};
use provider::{Host, ImportRequest, Imported};
use state::{Durations, Object, Status};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an `import` block names.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// The id, in the provider's own words.
    id: Value,
    span: Span,
    id_span: Span,
}

type Each = BTreeMap<Reference, Value>;

impl Pass<'_> {
    /// Evaluates the imports to a resource block.
    pub(crate) fn imports_to(&mut self, site: SiteId, key: &ResourceKey) {
        if self.input.options.mode != PlanMode::Apply {
            return;
        }
        let sites = &self.prepared().sites;
        let all = self.input.config.modules.first().map(|m| &m.imports);
        let here = |i: &&Import| i.resource == *key && target_sites(sites, 0, i).contains(&site);
        let here: Vec<&Import> = all.into_iter().flatten().filter(here).collect();
        for import in here {
            for each in self.import_instances(import) {
                self.import_to(site, import, &each);
            }
        }
    }

    fn import_instances(&mut self, import: &Import) -> Vec<Each> {
        let Some(for_each) = &import.for_each else {
            return vec![Each::new()];
        };
        let repeat = config::Repeat::ForEach(for_each.clone());
        match self.expand(&repeat, 0) {
            Ok((_, instances)) => instances.into_iter().map(|(_, each)| each).collect(),
            Err(crate::expand::NotExpanded::Later) => {
                self.not_yet(for_each, "`for_each` of an import");
                Vec::new()
            }
            Err(crate::expand::NotExpanded::Refused) => Vec::new(),
        }
    }

    fn import_to(&mut self, site: SiteId, import: &Import, each: &Each) {
        let mut module = ModulePath::root();
        for (name, key) in &import.module {
            let key = match key {
                None => None,
                Some(key) => match self.import_key(key, each) {
                    Some(key) => Some(key),
                    None => return,
                },
            };
            module = module.child(name.clone(), key);
        }
        if self.lies_elsewhere(site, &module) {
            return;
        }
        let (mode, ty, name) = import.resource.clone();
        let key = match &import.key {
            None => None,
            Some(key) => match self.import_key(key, each) {
                Some(key) => Some(key),
                None => return,
            },
        };
        let address = ResourceAddress {
            module,
            mode,
            ty,
            name,
        }
        .instance(key);
        let Some(id) = self.import_id(&import.id, each) else {
            return;
        };
        // What is under management already was imported by an earlier run.
        if self.object_at(&address).is_some() {
            self.configured.insert(address);
            return;
        }
        let wanted = Wanted {
            id,
            span: import.to,
            id_span: import.id.span,
        };
        if let Some(first) = self.imports.get(&address) {
            let problem = Problem::error("LF0350", format!("{address} is imported more than once"));
            self.sink.push(
                problem
                    .at(import.to, "once more")
                    .and(first.span, "first here")
                    .help("an address holds one object: leave one of the imports out"),
            );
            return;
        }
        self.imports.insert(address, wanted);
    }

    /// Whether the calls on the way are served by other implementations than those of a site.
    fn lies_elsewhere(&self, site: SiteId, module: &ModulePath) -> bool {
        let own = self.prepared().sites[site].implementation.as_ref();
        let around = (1..=module.0.len()).map(|n| ModulePath(module.0[..n].into()));
        let mut serving = around.filter_map(|path| self.serves.get(&path));
        own.is_some() && serving.any(|now| !serves_still(own, Some(now)))
    }

    fn import_key(&mut self, expr: &Expr, each: &Each) -> Option<Key> {
        let value = self.try_evaluate(expr, 0, each)?;
        if value.is_unknown() {
            self.not_yet(expr, "the key of an import's address");
            return None;
        }
        let key = match &value {
            Value::String(name) => Some(Key::Name(name.clone())),
            Value::Number(n) => n.as_usize().map(|n| Key::Index(n as u64)),
            _ => None,
        };
        if key.is_none() {
            let problem = Problem::error("LF0351", "a key is a string or a whole number");
            let is = format!("is {}", model::show_type(&value.ty()));
            self.sink.push(problem.at(expr.span, is));
        }
        key
    }

    fn import_id(&mut self, expr: &Expr, each: &Each) -> Option<Value> {
        let value = self.try_evaluate(expr, 0, each)?;
        if value.has_ephemeral() {
            self.ephemeral_here(expr.span, "what is imported by it is recorded");
            return None;
        }
        if value.has_unknown() {
            self.not_yet(expr, "the id of an import");
            return None;
        }
        let text = model::convert(&value, &Type::String).ok();
        let text = text.filter(|t| !t.is_null() && t.as_str() != Some(""));
        if text.is_none() {
            self.sink.push(
                Problem::error("LF0351", "the id of an import has to be a text")
                    .at(expr.span, format!("is {}", model::show(&value)))
                    .help("write the id that the object has where it stands"),
            );
        }
        text
    }

    fn not_yet(&mut self, expr: &Expr, what: &str) {
        self.sink.push(
            Problem::error("LF0352", format!("{what} is known after apply"))
                .at(expr.span, "not known in the plan")
                .help(
                    "what is imported exists already: write its id, or take it from a variable or \
                     from something that is there",
                ),
        );
    }

    /// Imports to instances that the block does not have.
    pub(crate) fn imports_without_instance(&mut self, site: SiteId, key: &ResourceKey) {
        if self.imports.is_empty() {
            return;
        }
        let sites = &self.prepared().sites;
        let is_at = |a: &Address| {
            let module = &a.resource.module;
            let calls = module.0.iter().map(|step| &step.call);
            behind(sites, 0, calls).contains(&site) && !self.lies_elsewhere(site, module)
        };
        let here = |a: &Address| {
            let own = (
                a.resource.mode,
                a.resource.ty.clone(),
                a.resource.name.clone(),
            );
            own == *key && is_at(a)
        };
        let left: Vec<Address> = self.imports.keys().filter(|a| here(a)).cloned().collect();
        for address in left {
            let Some(wanted) = self.imports.remove(&address) else {
                continue;
            };
            let later = self.unexpanded.contains(&address.resource)
                || self.configured.contains(&address)
                || self.selection.is_partial();
            if !later {
                // What serves a kind otherwise has the same address.
                self.configured.insert(address.clone());
                self.sink.push(
                    Problem::error("LF0353", format!("there is no {address} to import to"))
                        .at(wanted.span, "the block has no such instance")
                        .help(
                            "name an instance that `count` or `for_each` gives, or add one there",
                        ),
                );
            }
        }
    }

    /// What expressions see of an instance that is imported; none where it is not.
    pub(crate) fn imported(&mut self, block: &Block<'_>, case: &Case<'_>) -> Option<Value> {
        let wanted = self.imports.remove(case.address)?;
        let open = Value::unknown(Type::Any);
        let exposed = wanted.id.expose();
        let Some(id) = exposed.as_str() else {
            self.sink.push(
                Problem::error("LF0351", "the id of an import is sealed")
                    .at(wanted.id_span, "it can't be read without the secrets key"),
            );
            return Some(open);
        };
        let key = self.import_question(block, case, &wanted.id);
        let answer = match self.input.observed.imports.get(&key).cloned() {
            Some(answer) => answer,
            None => {
                let request = ImportRequest {
                    ty: block.resource.ty.to_string(),
                    id: id.to_string(),
                    config: case.config.clone(),
                };
                self.ask(key, block, case.address.clone(), Ask::Import(request));
                return Some(plan::propose(&case.schema.block, &case.config, None));
            }
        };
        Some(match answer {
            Ok(found) => {
                self.rests_on_import(block, case, &wanted.id, &found);
                self.found(block, case, &wanted, found).unwrap_or(open)
            }
            Err(problem) => {
                // Of an id that is a secret, the provider's words may hold it.
                let shown = |words: String| match wanted.id.has_secret() {
                    true => words.replace(id, "(sensitive)"),
                    false => words,
                };
                let mut told = Problem::error("LF0354", shown(problem.message));
                told = told.at(wanted.id_span, "this id");
                told.details = problem.details.into_iter().map(shown).collect();
                told.help = problem.help.map(shown);
                if problem.retryable {
                    self.import_unreached(block, case, told);
                } else {
                    self.sink.push(told.on(case.address));
                }
                open
            }
        })
    }

    /// Nobody answered where it is to be found: it is left out, as what is recorded there is.
    fn import_unreached(&mut self, block: &Block<'_>, case: &Case<'_>, told: Problem) {
        let host = match case.schema.containment {
            Containment::On(attribute) => case.config.get(attribute).cloned(),
            _ => None,
        };
        let silent = match host.as_ref().and_then(Host::identity_key) {
            Some(id) => self.silent_host(&id, host.as_ref()),
            None => Silent::Place(case.address.clone()),
        };
        self.leave_unreached(case.address, silent, told, &block.dependencies);
    }

    fn import_question(&self, block: &Block<'_>, case: &Case<'_>, id: &Value) -> Fingerprint {
        let of = Fingerprint::of(&Value::tuple(vec![
            Value::string(block.resource.ty.clone()),
            Value::string(block.connection.key.0.clone()),
            block.connection.config.clone(),
            case.config.clone(),
            id.clone(),
        ]));
        Fingerprint::derive("import", &[of])
    }

    /// It is there: it is changed to what its block says.
    fn found(
        &mut self,
        block: &Block<'_>,
        case: &Case<'_>,
        wanted: &Wanted,
        found: Imported,
    ) -> Option<Value> {
        let marked = self.may_be_imported(case, wanted, &found)?;
        let object = self.as_object(block, case, &found, marked);
        let case = Case {
            config: self.without_ignored(block, case, &object),
            ..*case
        };
        let (planned, answer) = self.planned(block, &case, Some(&object), None)?;
        let changes = plan::changes(&case.schema.block, &object.attributes, &planned);
        let forced: Vec<_> = self
            .replacement_reasons(
                block,
                case.each,
                case.schema,
                &object,
                &planned,
                &changes,
                &answer,
            )
            .into_iter()
            .filter(|r| !matches!(r, Reason::Asked | Reason::Triggered(_)))
            .collect();
        if !forced.is_empty() {
            self.differs(&case, wanted, &forced);
            return None;
        }
        let mut step = self.made_step(block, &case, Action::Import, &planned, &answer);
        step.object = marked;
        step.before = Some(object.attributes.clone());
        if answer.private.is_none() {
            step.private = object.private.clone();
        }
        let shown = (!wanted.id.has_secret()).then(|| wanted.id.as_str().unwrap_or_default());
        step.reasons
            .push(Reason::Imported(shown.map(str::to_string)));
        if !changes.is_empty() {
            let paths = changes.iter().map(|d| d.path.clone());
            step.reasons.push(Reason::Configured(paths.collect()));
        }
        step.effects.extend(effects_of(case.schema, &changes));
        step.effects.extend(answer.effects.iter().copied());
        step.undoable = false;
        tidy(&mut step.effects);
        let id = self.push(step);
        self.waits_for_data(id, block);
        Some(planned)
    }

    /// A saved plan looks again whether it is still so.
    fn rests_on_import(
        &mut self,
        block: &Block<'_>,
        case: &Case<'_>,
        id: &Value,
        found: &Imported,
    ) {
        self.plan.rests.push(Rests {
            address: case.address.clone(),
            object: None,
            provider: block.connection.key.clone(),
            asked: Value::object([("id", id.clone()), ("config", case.config.clone())]),
            private: Arc::from([]),
            digest: digest_of_import(&Ok(found.clone())),
        });
    }

    /// The object's own id where it bears our mark and is recorded no more; none where nothing
    /// is wrong and a new one serves. The outer none: it is another's, which is reported.
    fn may_be_imported(
        &mut self,
        case: &Case<'_>,
        wanted: &Wanted,
        found: &Imported,
    ) -> Option<Option<ObjectId>> {
        let Some((lineage, object)) = found.owner else {
            return Some(None);
        };
        let (why, help) = if self.input.state.lineage != Some(lineage) {
            (
                "another state of Landfall manages it".to_string(),
                "let go of it there first, with `removed { lifecycle { destroy = false } }`",
            )
        } else if let Some(recorded) = self.object(object) {
            (
                format!("{} is this object already", recorded.address),
                "to give it another address write a `moved` block",
            )
        } else {
            return Some(Some(object));
        };
        let problem = Problem::error("LF0355", "what is to be imported is managed already");
        self.sink.push(
            problem
                .at(wanted.id_span, "names a managed object")
                .on(case.address)
                .detail(why)
                .help(help),
        );
        None
    }

    fn as_object(
        &self,
        block: &Block<'_>,
        case: &Case<'_>,
        found: &Imported,
        marked: Option<ObjectId>,
    ) -> Object {
        let proposed = plan::propose(&case.schema.block, &case.config, None);
        let fingerprints = self.input.world.fingerprints;
        let attributes = reconcile(
            &case.schema.block,
            Some(&proposed),
            &found.made.attributes,
            fingerprints,
        );
        Object {
            id: marked.unwrap_or(ObjectId([0; 10])),
            address: case.address.clone(),
            status: Status::Ready,
            schema_version: case.schema.version,
            container: plan::lives_on(case.schema, &attributes),
            attributes,
            private: Arc::from(found.made.private.as_slice()),
            provider: block.connection.key.clone(),
            dependencies: block.dependencies.clone(),
            create_before_destroy: false,
            protected: false,
            implementation: None,
            durations: Durations::default(),
            changed_at_ms: 0,
            changed_by: Arc::from(""),
        }
    }

    fn differs(&mut self, case: &Case<'_>, wanted: &Wanted, forced: &[Reason]) {
        let paths: Vec<String> = forced
            .iter()
            .flat_map(|r| match r {
                Reason::Forced(paths) => paths.iter().map(|p| format!("`{p}`")).collect(),
                _ => Vec::new(),
            })
            .collect();
        let which = match paths.is_empty() {
            true => "something that can't be changed in place".to_string(),
            false => paths.join(", "),
        };
        self.sink.push(
            Problem::error("LF0356", "what is imported would be destroyed at once")
                .at(wanted.span, format!("differs in {which}"))
                .on(case.address)
                .detail("only another object could be as the block says")
                .help("make the block say what is there; what is to be replaced is replaced later"),
        );
    }
}
