//! Values of the root module's variables from outside, and which of them counts.

use crate::blocks::Choice;
use crate::declared::{Declared, DeclaredVariable};
use crate::digest::Digest;
use crate::files::Files;
use crate::masking::{self, Masked};
use crate::problems::{Problems, hint, inputs};
use crate::request::Request;
use crate::resolve::{Known, Resolver};
use crate::{Input, constant};
use diagnostics::{SourceMap, Span};
use eval::Expr;
use indexmap::IndexMap;
use model::{Value, show_type};
use std::sync::Arc;

/// Gathers the values; a later source wins.
pub(crate) struct Gathering<'a> {
    pub(crate) known: &'a Known<'a>,
    pub(crate) files: &'a dyn Files,
    pub(crate) sources: &'a mut SourceMap,
    pub(crate) digest: &'a mut Digest,
    pub(crate) problems: &'a mut Problems,
    /// The value of each variable, with its text for the digest.
    given: IndexMap<Arc<str>, (Input, String)>,
}

impl<'a> Gathering<'a> {
    pub(crate) fn new(
        known: &'a Known<'a>,
        files: &'a dyn Files,
        sources: &'a mut SourceMap,
        digest: &'a mut Digest,
        problems: &'a mut Problems,
    ) -> Gathering<'a> {
        Gathering {
            known,
            files,
            sources,
            digest,
            problems,
            given: IndexMap::new(),
        }
    }

    /// The values of all variables that are given one; those that lack one are reported.
    pub(crate) fn all(
        mut self,
        request: &Request,
        environment: Choice,
    ) -> IndexMap<Arc<str>, Input> {
        self.of_environment(environment);
        for (name, text) in &request.env_vars {
            self.of_process(name, text);
        }
        for path in &request.var_files {
            self.of_file(path);
        }
        for (name, text) in &request.vars {
            self.of_command_line(name, text);
        }
        if !request.values_optional {
            self.report_missing();
        }
        for (name, (_, text)) in &self.given {
            // What is ephemeral may be another value each time; not whether it has one.
            let variable = self.root().variables.get(name);
            match variable.is_some_and(|v| v.ephemeral) {
                true => self.digest.add("ephemeral input", name, ""),
                false => self.digest.add("input", name, text),
            }
        }
        self.given
            .into_iter()
            .map(|(name, (input, _))| (name, input))
            .collect()
    }

    fn root(&self) -> &'a Declared {
        &self.known.modules[0]
    }

    /// What stands in the configuration itself was checked there, and is in the digest.
    fn of_environment(&mut self, choice: Choice) {
        let origin = format!("`inputs` of the environment `{}`", choice.environment.name);
        for (name, _, value) in choice.inputs {
            self.set(name, value, origin.clone(), String::new());
        }
    }

    fn of_process(&mut self, name: &str, text: &str) {
        let name = name.strip_prefix("LANDFALL_VAR_").unwrap_or(name);
        // Other projects' variables may be set as well.
        if let Some((name, variable)) = self.root().variables.get_key_value(name) {
            self.text(name, variable, text, format!("LANDFALL_VAR_{name}"));
        }
    }

    fn of_command_line(&mut self, name: &str, text: &str) {
        let root = self.root();
        match root.variables.get_key_value(name) {
            Some((name, variable)) => self.text(name, variable, text, format!("--var {name}")),
            None if root.may_be_declared(name) => {}
            None => {
                let known = root.variables.keys().map(|n| &**n);
                self.problems.push(inputs::unknown_var(name, known));
            }
        }
    }

    /// Text that stands for itself, or, where the type is no primitive one, for an expression.
    fn text(&mut self, name: &Arc<str>, variable: &DeclaredVariable, text: &str, origin: String) {
        let shown = match variable.sensitive {
            true => masking::whole(text),
            false => text.to_string(),
        };
        let whole = shown.len();
        let file = self.sources.add(origin.clone(), shown);
        let whole = Span::new(file, 0, whole);
        let value = match variable.ty.is_primitive() || !variable.typed {
            true => Expr::literal(Value::string(text), whole),
            false => match syntax::parse_expr(file, text) {
                Ok(tree) if is_plain_word(&tree) => {
                    let why = format!("a {} required, found a plain word", show_type(&variable.ty));
                    let problem = inputs::wrong_value(name, &origin, &why, whole);
                    return self.problems.push(problem.help(AS_EXPRESSION));
                }
                Ok(tree) => {
                    Resolver::new(self.known, 0, self.problems).constant(FROM_OUTSIDE, &tree)
                }
                Err(problems) => {
                    let problem = problems.first().filter(|_| !variable.sensitive);
                    let why = problem.map_or("it is no expression", |p| &*p.message);
                    let problem = inputs::wrong_value(name, &origin, why, whole);
                    return self.problems.push(problem.help(AS_EXPRESSION));
                }
            },
        };
        self.checked(name, variable, value, origin, text.to_string());
    }

    fn of_file(&mut self, path: &str) {
        let text = match self.files.read(path) {
            Ok(text) => text,
            Err(why) => return self.problems.push(inputs::unreadable_var_file(path, &why)),
        };
        let masked = Masked::new(&text, self.root());
        let file = self.sources.add(path, masked.text.as_str());
        let (tree, problems) = syntax::parse(file, &text);
        let problems = problems.into_iter().map(|p| masked.discreet(p));
        self.problems.extend(problems);
        for block in &tree.body.blocks {
            let kind = &block.kind;
            self.problems
                .push(inputs::block_in_var_file(&kind.text, kind.span));
        }
        for attribute in &tree.body.attributes {
            self.in_file(attribute, path, &text);
        }
    }

    fn in_file(&mut self, attribute: &syntax::tree::Attribute, path: &str, text: &str) {
        let root = self.root();
        let Some((name, variable)) = root.variables.get_key_value(&attribute.name.text) else {
            let name = &attribute.name;
            let close = hint(&name.text, root.variables.keys().map(|n| &**n));
            if !root.may_be_declared(&name.text) {
                self.problems
                    .push(inputs::unused_in_file(&name.text, name.span, close));
            }
            return;
        };
        let span = attribute.value.span;
        let value =
            Resolver::new(self.known, 0, self.problems).constant(FROM_OUTSIDE, &attribute.value);
        let written = text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default();
        self.checked(name, variable, value, path.to_string(), written.to_string());
    }

    fn checked(
        &mut self,
        name: &Arc<str>,
        variable: &DeclaredVariable,
        value: Expr,
        origin: String,
        text: String,
    ) {
        if let Some(constant) = constant::of_expr(&value)
            && let Err(error) = model::convert(&constant, &variable.ty)
        {
            let why = error.to_string();
            let problem = inputs::wrong_value(name, &origin, &why, value.span);
            self.problems.push(problem);
        }
        self.set(name.clone(), value, origin, text);
    }

    /// The latest value counts, in its place.
    fn set(&mut self, name: Arc<str>, value: Expr, origin: String, text: String) {
        self.given.shift_remove(&name);
        self.given.insert(name, (Input { value, origin }, text));
    }

    fn report_missing(&mut self) {
        let root = self.root();
        let required = root.variables.iter().filter(|(_, v)| v.required);
        let missing: Vec<_> = required
            .filter(|(name, v)| !self.given.contains_key(*name) && !root.broken_inside(v.whole))
            .map(|(name, v)| (&**name, v.span))
            .collect();
        if !missing.is_empty() {
            self.problems.push(inputs::missing(&missing));
        }
    }
}

const FROM_OUTSIDE: &str = "a value from outside";

const AS_EXPRESSION: &str = "a list, a map or an object is written as in a file: `[\"a\", \"b\"]`, \
                             `{ a = \"b\" }`, with the shell's quotes around it";

/// Whether it can only be meant as text: `x`, `eu-west`, `example.com`.
fn is_plain_word(tree: &syntax::tree::Expr) -> bool {
    use syntax::tree::ExprKind;
    matches!(
        tree.kind,
        ExprKind::Name(_) | ExprKind::Attribute(..) | ExprKind::Binary(..)
    )
}
