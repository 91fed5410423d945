//! Names: what the first words of a traversal stand for.

use super::{Binding, Resolver, nothing};
use crate::declared::{Declared, Instances};
use crate::problems::{checks, names, values};
use diagnostics::Span;
use eval::{Expr, ExprKind, Reference};
use model::{CallName, Mode};
use std::sync::Arc;
use syntax::tree::{self, ExprKind as Tree, Ident};

/// A name that was found, and how many steps behind it belong to it.
pub(super) type Found = Option<(Expr, usize)>;
/// The steps behind a name, each as the expression that ends with it.
pub(super) type Steps<'s, 't> = &'s [&'t tree::Expr];

impl Resolver<'_> {
    /// A name with all that follows it: `ssh_file.x[0].content`.
    pub(super) fn traversal(&mut self, e: &tree::Expr) -> Expr {
        let mut steps = Vec::new();
        let mut base = e;
        while let Tree::Attribute(source, _) | Tree::Index(source, _) = &base.kind {
            steps.push(base);
            base = source;
        }
        steps.reverse();
        let found = match &base.kind {
            Tree::Name(name) => self.name(name, &steps),
            _ => Some((self.expr(base), 0)),
        };
        let Some((start, used)) = found else {
            self.indices_of(&steps);
            return nothing(e.span);
        };
        steps[used..]
            .iter()
            .fold(start, |source, step| self.step(source, step))
    }

    /// Where the name is unknown, what stands in brackets is looked at all the same.
    fn indices_of(&mut self, steps: Steps) {
        for step in steps {
            if let Tree::Index(_, index) = &step.kind {
                self.expr(index);
            }
        }
    }

    fn step(&mut self, source: Expr, step: &tree::Expr) -> Expr {
        let source = Box::new(source);
        let kind = match &step.kind {
            Tree::Attribute(_, name) => ExprKind::Attribute(source, name.text.clone()),
            Tree::Index(_, index) => ExprKind::Index(source, Box::new(self.expr(index))),
            _ => return *source,
        };
        Expr {
            kind,
            span: step.span,
        }
    }

    fn name(&mut self, name: &Ident, steps: Steps) -> Found {
        let binding = self.bound.iter().rev().find_map(|binding| match binding {
            Binding::Value(bound) => (*bound == name.text).then_some(false),
            Binding::Iterator(bound) => (*bound == name.text).then_some(true),
        });
        match binding {
            Some(false) => Some((
                Expr {
                    kind: ExprKind::Bound(name.text.clone()),
                    span: name.span,
                },
                0,
            )),
            Some(true) => self.iterator(name, steps),
            None => self.reference(name, steps),
        }
    }

    /// `setting.key` and `setting.value` in a `dynamic "setting"`.
    fn iterator(&mut self, name: &Ident, steps: Steps) -> Found {
        let part = self.word(name, steps, &["key", "value"])?;
        let bound = super::dynamic::bound(&name.text, &part.text);
        let span = name.span.to(part.span);
        Some((
            Expr {
                kind: ExprKind::Bound(bound),
                span,
            },
            1,
        ))
    }

    fn reference(&mut self, name: &Ident, steps: Steps) -> Found {
        if self.place.template {
            let kind = ExprKind::Bound(name.text.clone());
            return Some((
                Expr {
                    kind,
                    span: name.span,
                },
                0,
            ));
        }
        if let Some(what) = self.place.constant {
            let whole = steps.last().map_or(name.span, |s| s.span);
            self.problems.push(values::no_reference_here(what, whole));
            return None;
        }
        match &*name.text {
            "var" => self.variable(name, steps),
            "local" => self.local(name, steps),
            "module" => self.module(name, steps),
            "output" if self.place.outside => self.output(name, steps),
            "data" => self.read(Mode::Data, "data.TYPE.NAME", name, steps),
            "ephemeral" => self.read(Mode::Ephemeral, "ephemeral.TYPE.NAME", name, steps),
            "each" => self.each(name, steps),
            "count" => self.count(name, steps),
            "self" => self.this(name, steps),
            "path" => {
                let part = self.word(name, steps, &["module", "root", "cwd"])?;
                found(one_of(&part.text), name.span.to(part.span), 1)
            }
            "terraform" => {
                let part = self.word(name, steps, &["workspace"])?;
                found(Reference::Environment, name.span.to(part.span), 1)
            }
            "environment" => {
                let part = self.word(name, steps, &["name"])?;
                found(Reference::Environment, name.span.to(part.span), 1)
            }
            "target" => {
                self.word(name, steps, &["provider", "alias"])?;
                found(Reference::Target, name.span, 0)
            }
            "project" => {
                let part = self.word(name, steps, &["name"])?;
                found(Reference::Project, name.span.to(part.span), 1)
            }
            kind if self.known.kinds.interfaces.contains_key(kind) => self.kind(name, steps),
            _ => self.managed(name, steps),
        }
    }

    fn variable(&mut self, root: &Ident, steps: Steps) -> Found {
        let name = self.part(root, steps, 0, "var.NAME")?;
        if !self.here.variables.contains_key(&name.text) {
            let known = self.worth_naming(self.here.variables.keys());
            let problem = names::unknown("variable", "var", &name.text, name.span, known);
            self.unknown("var", name, problem);
            return None;
        }
        found(
            Reference::Variable(name.text.clone()),
            root.span.to(name.span),
            1,
        )
    }

    fn local(&mut self, root: &Ident, steps: Steps) -> Found {
        let name = self.part(root, steps, 0, "local.NAME")?;
        if !self.here.locals.contains_key(&name.text) {
            let known = self.worth_naming(self.here.locals.keys());
            let problem = names::unknown("local value", "local", &name.text, name.span, known);
            self.unknown("local", name, problem);
            return None;
        }
        found(
            Reference::Local(name.text.clone()),
            root.span.to(name.span),
            1,
        )
    }

    fn output(&mut self, root: &Ident, steps: Steps) -> Found {
        let name = self.part(root, steps, 0, "output.NAME")?;
        if !self.here.outputs.contains_key(&name.text) {
            let known = self.worth_naming(self.here.outputs.keys());
            let problem = names::unknown("output", "output", &name.text, name.span, known);
            self.unknown("output", name, problem);
            return None;
        }
        let span = root.span.to(name.span);
        found(Reference::Served(name.text.clone()), span, 1)
    }

    fn module(&mut self, root: &Ident, steps: Steps) -> Found {
        let name = self.part(root, steps, 0, "module.NAME")?;
        let call_name = CallName::module(name.text.clone());
        let Some(call) = self.here.calls.get(&call_name) else {
            let known = self
                .here
                .calls
                .keys()
                .filter(|c| !c.is_kind())
                .map(|c| &c.name);
            let problem = names::unknown("module call", "module", &name.text, name.span, known);
            self.unknown("module", name, problem);
            return None;
        };
        let span = root.span.to(name.span);
        let instances = call.instances;
        if let Some(output) = self.member(&format!("module.{}", name.text), instances, &steps[1..])
        {
            self.check_output(&call_name, output);
        }
        found(Reference::Module(call_name), span, 1)
    }

    /// What is not managed: it stands behind a word of its own.
    fn read(&mut self, mode: Mode, usage: &str, root: &Ident, steps: Steps) -> Found {
        let ty = self.part(root, steps, 0, usage)?;
        let name = self.part(root, steps, 1, usage)?;
        self.resource(mode, ty, name, root.span, &steps[2..])?;
        let reference = Reference::Resource(mode, ty.text.clone(), name.text.clone());
        found(reference, root.span.to(name.span), 2)
    }

    /// A name that is no word of the language is a resource's type.
    fn managed(&mut self, ty: &Ident, steps: Steps) -> Found {
        let declared = |t: &Arc<str>| {
            self.here
                .resources
                .keys()
                .any(|(mode, ty, _)| *mode == Mode::Managed && ty == t)
        };
        let known_type = self
            .known
            .schemas
            .provider_of(Mode::Managed, &ty.text)
            .is_some();
        let name = match steps.first().map(|s| &s.kind) {
            Some(Tree::Attribute(_, name)) => name,
            _ if known_type || declared(&ty.text) => self.part(ty, steps, 0, "TYPE.NAME")?,
            _ => return self.unknown_root(ty),
        };
        let key = (Mode::Managed, ty.text.clone(), name.text.clone());
        if !self.here.resources.contains_key(&key) && !known_type && !declared(&ty.text) {
            return self.unknown_root(ty);
        }
        self.resource(Mode::Managed, ty, name, ty.span, &steps[1..])?;
        let reference = Reference::Resource(Mode::Managed, key.1, key.2);
        found(reference, ty.span.to(name.span), 1)
    }

    /// Finds the resource, and checks the attribute that is taken of it.
    fn resource(
        &mut self,
        mode: Mode,
        ty: &Ident,
        name: &Ident,
        start: Span,
        rest: Steps,
    ) -> Option<()> {
        let key = (mode, ty.text.clone(), name.text.clone());
        if let Some((check, _)) = self.here.scoped.get(&key)
            && !self.here.resources.contains_key(&key)
        {
            return self.scoped(&key, check, start.to(name.span), rest);
        }
        let Some(resource) = self.here.resources.get(&key) else {
            let nothing = Declared::default();
            let here = self.worth_naming([self.here].into_iter()).next();
            let here = here.unwrap_or(&nothing);
            let problem = names::unknown_resource(mode, ty, name, start, here);
            self.unknown(&names::resource(mode, &ty.text, &name.text), name, problem);
            return None;
        };
        if self.place.own.as_ref() == Some(&key) {
            let address = names::resource(mode, &ty.text, &name.text);
            let problem = names::own(&address, start.to(name.span));
            self.problems.push(problem);
            return None;
        }
        let (instances, known) = (resource.instances, self.known);
        let address = || names::resource(mode, &ty.text, &name.text);
        if let Some(member) = self.member_lazily(address, instances, rest)
            && let Some(schema) = known.schemas.body(mode, &ty.text)
        {
            self.check_attribute(&names::resource(mode, &ty.text, &name.text), schema, member);
        }
        Some(())
    }

    /// A data source of a `check` block: nobody else sees it.
    fn scoped(
        &mut self,
        key: &crate::ResourceKey,
        check: &Arc<str>,
        span: Span,
        rest: Steps,
    ) -> Option<()> {
        let (mode, ty, name) = key;
        let address = names::resource(*mode, ty, name);
        if self.place.check.as_ref() != Some(check) {
            self.problems.push(checks::scoped(&address, check, span));
            return None;
        }
        if self.place.own.as_ref() == Some(key) {
            self.problems.push(names::own(&address, span));
            return None;
        }
        let known = self.known;
        if let Some(member) = self.member(&address, Instances::One, rest)
            && let Some(schema) = known.schemas.body(*mode, ty)
        {
            self.check_attribute(&address, schema, member);
        }
        Some(())
    }

    /// The name at a step; where something else or nothing stands there, a problem.
    fn part<'t>(
        &mut self,
        root: &Ident,
        steps: Steps<'_, 't>,
        at: usize,
        usage: &str,
    ) -> Option<&'t Ident> {
        match steps.get(at).map(|s| &s.kind) {
            Some(Tree::Attribute(_, name)) => Some(name),
            _ => {
                let whole = steps
                    .iter()
                    .take(at + 1)
                    .next_back()
                    .map_or(root.span, |s| s.span);
                self.problems
                    .push(names::incomplete(&root.text, usage, whole));
                None
            }
        }
    }

    /// The name at the first step, where it is one of `words`.
    pub(super) fn word<'t>(
        &mut self,
        root: &Ident,
        steps: Steps<'_, 't>,
        words: &[&str],
    ) -> Option<&'t Ident> {
        let usage = words
            .iter()
            .map(|w| format!("{}.{w}", root.text))
            .collect::<Vec<_>>();
        let part = self.part(root, steps, 0, &usage.join("` or `"))?;
        if words.contains(&&*part.text) {
            return Some(part);
        }
        self.problems.push(names::unknown_word(
            &root.text, &part.text, words, part.span,
        ));
        None
    }

    fn unknown_root(&mut self, name: &Ident) -> Found {
        let problem = names::unknown_root(name, self.here, &self.known.schemas);
        self.unknown("", name, problem);
        None
    }

    /// The names that may have been meant; of so many mistakes nobody reads that any more.
    fn worth_naming<T>(&self, names: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        let many = self.problems.count() >= HINTED;
        names.take(if many { 0 } else { usize::MAX })
    }

    /// An unknown name is reported once, with its further places; not at all where a broken
    /// part of the text may declare it.
    pub(super) fn unknown(&mut self, root: &str, name: &Ident, problem: diagnostics::Problem) {
        if !self.here.may_be_declared(&name.text) {
            let key = format!("{} {root} {}", self.here.directory, name.text);
            self.problems.once(key, problem);
        }
    }
}

/// Of as many problems it is looked for what was meant: comparing names takes a while.
const HINTED: usize = 100;

pub(super) fn found(reference: Reference, span: Span, used: usize) -> Found {
    Some((
        Expr {
            kind: ExprKind::Reference(reference),
            span,
        },
        used,
    ))
}

fn one_of(path: &str) -> Reference {
    match path {
        "module" => Reference::PathModule,
        "root" => Reference::PathRoot,
        _ => Reference::PathCwd,
    }
}
