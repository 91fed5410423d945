//! `--target` and `--exclude`: what is looked at, and what is left as it is.

use crate::graph::{Item, Rank};
use crate::pass::Pass;
use diagnostics::Problem;
use model::Address;
use plan::PlanMode;
use std::collections::BTreeSet;

/// What is looked at.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    /// Resource nodes that are looked at; none stands for all.
    only: Option<BTreeSet<Rank>>,
    /// Resource nodes that are left out.
    without: BTreeSet<Rank>,
    targets: Vec<String>,
    excludes: Vec<String>,
    /// Resource nodes that a target names, of which only named instances count.
    named: BTreeSet<Rank>,
}

impl Selection {
    /// Whether an instance of a resource node is looked at.
    pub(crate) fn has(&self, rank: Rank, address: &Address) -> bool {
        if self.only.is_none() && self.without.is_empty() {
            return true;
        }
        let text = address.to_string();
        if self.without.contains(&rank) || self.excludes.iter().any(|e| matches(&text, e)) {
            return false;
        }
        match &self.only {
            None => true,
            Some(only) if !only.contains(&rank) => false,
            Some(_) => {
                !self.named.contains(&rank) || self.targets.iter().any(|t| matches(&text, t))
            }
        }
    }

    /// Whether an object that the configuration does not have is looked at.
    pub(crate) fn has_unconfigured(&self, address: &Address) -> bool {
        let text = address.to_string();
        !self.excludes.iter().any(|e| matches(&text, e))
            && (self.only.is_none() || self.targets.iter().any(|t| matches(&text, t)))
    }

    /// Whether anything is left out.
    pub(crate) fn is_partial(&self) -> bool {
        self.only.is_some() || !self.excludes.is_empty()
    }
}

/// Whether an address is the one named, an instance of it, or below it.
fn matches(address: &str, named: &str) -> bool {
    address
        .strip_prefix(named)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The address with its instance keys taken off. The label of a kind's call may stand in brackets,
/// too: `note["the shop"]["key"]`.
fn without_keys(address: &str) -> String {
    let mut bare = String::new();
    // Behind the word of a type or of a call its name stands, or else a label in brackets.
    let mut word_is_next = true;
    for segment in segments(address) {
        let (word, label) = segment;
        let begins = word_is_next && !matches!(word, "data" | "ephemeral");
        let label = label.filter(|_| begins);
        word_is_next = !begins || label.is_some();
        if !bare.is_empty() {
            bare.push('.');
        }
        bare.push_str(word);
        bare.push_str(label.unwrap_or_default());
    }
    bare
}

/// What stands between the dots: a word, and the first brackets behind it.
fn segments(address: &str) -> Vec<(&str, Option<&str>)> {
    let mut all = Vec::new();
    let (mut start, mut depth, mut quoted, mut escaped) = (0, 0, false, false);
    let mut brackets: Option<(usize, usize)> = None;
    let segment = |start: usize, end: usize, brackets: Option<(usize, usize)>| match brackets {
        Some((from, to)) => (&address[start..from], Some(&address[from..to])),
        None => (&address[start..end], None),
    };
    for (at, c) in address.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if depth > 0 => quoted = !quoted,
            '[' if !quoted => {
                depth += 1;
                brackets.get_or_insert((at, address.len()));
            }
            ']' if !quoted => {
                depth -= 1;
                brackets = brackets.map(|(from, to)| (from, to.min(at + 1)));
            }
            '.' if depth == 0 => {
                all.push(segment(start, at, brackets.take()));
                start = at + 1;
            }
            _ => {}
        }
    }
    all.push(segment(start, address.len(), brackets));
    all
}

impl Pass<'_> {
    pub(crate) fn select(&mut self) {
        let options = self.input.options;
        self.selection.targets = options.targets.clone();
        self.selection.excludes = options.excludes.clone();
        self.replaced();
        self.plan.header.partial = !options.targets.is_empty() || !options.excludes.is_empty();
        if !options.targets.is_empty() {
            let named = self.named(&options.targets, "--target");
            if options.mode == PlanMode::Destroy {
                // What stands on it goes before it, whole.
                self.selection.only = Some(self.with_dependents(&named));
                self.selection.named = named;
                return self.select_without();
            }
            let mut only = BTreeSet::new();
            named
                .iter()
                .for_each(|rank| self.with_needs(*rank, &mut only));
            // What a named one needs is needed whole.
            let needed: BTreeSet<Rank> = named
                .iter()
                .filter_map(|r| self.prepared().nearest.get(r))
                .flat_map(|n| n.managed.iter().copied())
                .collect();
            self.selection.named = named.difference(&needed).copied().collect();
            self.selection.only = Some(only);
        }
        self.select_without();
    }

    fn select_without(&mut self) {
        let options = self.input.options;
        if !options.excludes.is_empty() {
            let named = self.named(&options.excludes, "--exclude");
            let whole: BTreeSet<_> = named
                .into_iter()
                .filter(|rank| {
                    let name =
                        crate::circles::name(&self.prepared().sites, &self.prepared().nodes[*rank]);
                    options.excludes.iter().any(|e| matches(&name, e))
                })
                .collect();
            self.selection.without = self.with_dependents(&whole);
        }
        self.selection.excludes = options.excludes.clone();
    }

    /// Whether every instance that was named is one: told once everything is expanded.
    pub(crate) fn instances_named(&mut self) {
        let options = self.input.options;
        let targets = options.targets.iter().map(|a| ("--target", a));
        let excludes = options.excludes.iter().map(|a| ("--exclude", a));
        for (flag, address) in targets.chain(excludes) {
            let bare = without_keys(address);
            // What can't be expanded yet may have it, and of data nothing is recorded.
            let unknown = !self.unexpanded_modules.is_empty() || !self.unexpanded.is_empty();
            if bare == *address || unknown || bare.split('.').any(|step| step == "data") {
                continue;
            }
            let known: BTreeSet<String> = self.known_instances().collect();
            if !known.iter().any(|a| matches(a, address)) {
                let of = known
                    .into_iter()
                    .filter(|a| matches(&without_keys(a), &bare));
                self.names_nothing(flag, address, of.collect());
            }
        }
    }

    /// Whether everything that is to be replaced is recorded.
    fn replaced(&mut self) {
        for address in &self.input.options.replaces {
            if self.input.state.current.contains_key(address) {
                continue;
            }
            let recorded = self.input.state.current.keys();
            let recorded: Vec<_> = recorded.map(ToString::to_string).collect();
            let inside = format!("{address}.");
            match recorded.iter().find(|r| r.starts_with(&inside)) {
                Some(first) => {
                    let message = format!("`--replace {address}` names a call, not an object");
                    let help = format!("name the objects in it, such as `{first}`");
                    self.sink.push(Problem::error("LF0312", message).help(help));
                }
                None => self.names_nothing("--replace", &address.to_string(), recorded),
            }
        }
    }

    fn known_instances(&self) -> impl Iterator<Item = String> + use<'_> {
        let recorded = self.input.state.current.keys();
        let modules = self.modules.iter().map(|m| m.path.to_string());
        self.configured
            .iter()
            .chain(recorded)
            .map(ToString::to_string)
            .chain(modules)
    }

    fn names_nothing(&mut self, flag: &str, address: &str, known: Vec<String>) {
        let near = diagnostics::did_you_mean(address, known.iter().map(String::as_str));
        let near = near.map(ToString::to_string).or_else(|| {
            let bare = without_keys(address);
            known.iter().find(|a| without_keys(a) == bare).cloned()
        });
        self.sink.push(
            Problem::error("LF0312", format!("`{flag} {address}` names nothing"))
                .maybe_help(near.map(|n| format!("did you mean `{n}`?"))),
        );
    }

    fn named(&mut self, addresses: &[String], flag: &str) -> BTreeSet<Rank> {
        let mut named = BTreeSet::new();
        for address in addresses {
            let bare = without_keys(address);
            let found: Vec<Rank> = self
                .resources()
                .filter(|(_, name)| matches(name, &bare))
                .map(|(rank, _)| rank)
                .collect();
            let recorded = |a: &Address| matches(&a.to_string(), address);
            if found.is_empty() && !self.input.state.current.keys().any(recorded) {
                let names = self.resources().map(|(_, name)| name).collect();
                self.names_nothing(flag, address, names);
            }
            named.extend(found);
        }
        named
    }

    fn resources(&self) -> impl Iterator<Item = (Rank, String)> + use<'_> {
        let prepared = self.prepared();
        prepared
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, (_, item))| matches!(item, Item::Resource(_)))
            .map(|(rank, node)| (rank, crate::circles::name(&prepared.sites, node)))
    }

    fn with_needs(&self, rank: Rank, found: &mut BTreeSet<Rank>) {
        let mut open = vec![rank];
        while let Some(rank) = open.pop() {
            if found.insert(rank) {
                open.extend(&self.prepared().needs[rank]);
            }
        }
    }

    fn with_dependents(&self, of: &BTreeSet<Rank>) -> BTreeSet<Rank> {
        let mut all = of.clone();
        for (rank, needs) in self.prepared().needs.iter().enumerate() {
            if needs.iter().any(|n| all.contains(n)) {
                all.insert(rank);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_at_a_step() {
        assert!(matches("module.a.t.n[0]", "module.a"));
        assert!(matches("t.n[0]", "t.n"));
        assert!(!matches("t.name", "t.n"));
    }

    #[test]
    fn keys_are_taken_off_and_labels_stay() {
        for (address, bare) in [
            (r#"module.m["a.]\"b"].t.n[0]"#, "module.m.t.n"),
            (r#"note["a.b"]["k"].t.n[0]"#, r#"note["a.b"].t.n"#),
            (
                r#"note.a["k"].box["c d"][1].t.n"#,
                r#"note.a.box["c d"].t.n"#,
            ),
            (r#"note["a"]"#, r#"note["a"]"#),
            ("module.m[0].data.t.n[0]", "module.m.data.t.n"),
            ("data.t.n[0]", "data.t.n"),
            ("t.n[0]", "t.n"),
            ("t", "t"),
            ("", ""),
            ("a[", "a["),
            ("]]", "]]"),
        ] {
            assert_eq!(without_keys(address), bare, "{address}");
        }
    }
}
