//! What differs between two values, as lines: only what changes, and nothing secret.

use crate::view::page::{Label, Page};
use crate::view::text::{Row, SENSITIVE, SENSITIVE_CHANGED, WITHHELD, is_multiline, text_diff};
use crate::view::value::{Limits, Mark, count, inline, write, write_item};
use model::{AttrPath, Fingerprint, PathStep, Value, show_name};
use similar::{Algorithm, DiffOp};
use std::sync::Arc;

/// How a difference is shown.
pub(crate) struct Differ<'a> {
    /// Paths whose change takes another object.
    pub(crate) forced: &'a [AttrPath],
    /// How much of a long value is shown.
    pub(crate) limits: Limits,
    /// Whether values that become unknown are gathered on one line (of an object made anew).
    pub(crate) fold_unknown: bool,
}

/// Beyond this many items, lists are compared place by place.
const COMPARED_ITEMS: usize = 5_000;

impl Differ<'_> {
    /// The differences of two objects.
    pub(crate) fn page(&self, before: &Value, after: &Value) -> Page {
        let mut page = Page::new();
        let mut unknown = Vec::new();
        self.at(
            &mut page,
            &AttrPath::root(),
            Some(before),
            Some(after),
            &mut unknown,
        );
        if !unknown.is_empty() {
            let names = unknown.join(", ");
            page.line(0)
                .add(Label::Muted, format!("known after apply: {names}"));
        }
        page
    }

    fn at(
        &self,
        page: &mut Page,
        path: &AttrPath,
        before: Option<&Value>,
        after: Option<&Value>,
        unknown: &mut Vec<String>,
    ) {
        let before = before.filter(|v| !v.is_null());
        let after = after.filter(|v| !v.is_null());
        if before == after {
            return;
        }
        let (Some(b), Some(a)) = (before, after) else {
            return self.one_sided(page, path, before, after, unknown);
        };
        if let (Some(bf), Some(af)) = (b.as_fields(), a.as_fields()) {
            let mut names: Vec<&Arc<str>> = bf.keys().chain(af.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let path = path.step(PathStep::Name(name.clone()));
                self.at(page, &path, bf.get(name), af.get(name), unknown);
            }
        } else if let (Some(bi), Some(ai)) = (b.as_items(), a.as_items()) {
            match (b, a) {
                (Value::Set(_), _) | (_, Value::Set(_)) => self.set(page, path, bi, ai),
                _ => self.list(page, path, bi, ai, unknown),
            }
        } else {
            self.leaf(page, path, b, a, unknown);
        }
    }

    fn one_sided(
        &self,
        page: &mut Page,
        path: &AttrPath,
        before: Option<&Value>,
        after: Option<&Value>,
        unknown: &mut Vec<String>,
    ) {
        let name = self.name(path);
        match (before, after) {
            (None, Some(v)) if v.is_unknown() && self.folds(path) => unknown.push(path.to_string()),
            (None, Some(value)) => write(page, 0, Mark::ADDED, &name, value, self.limits),
            (Some(value), None) => write(page, 0, Mark::REMOVED, &name, value, self.limits),
            _ => {}
        }
    }

    fn leaf(
        &self,
        page: &mut Page,
        path: &AttrPath,
        before: &Value,
        after: &Value,
        unknown: &mut Vec<String>,
    ) {
        if after.is_unknown() && self.folds(path) {
            return unknown.push(path.to_string());
        }
        let name = self.name(path);
        if (is_multiline(before) || is_multiline(after))
            && let Some(rows) = text_diff(before, after)
        {
            page.line(0)
                .add(Label::Update, "~ ")
                .text(format!("{name}:"));
            return self.rows(page, &rows);
        }
        let (before, after) = pair(before, after, self.limits);
        page.line(0)
            .add(Label::Update, "~ ")
            .text(format!("{name} = {before} -> {after}"));
    }

    fn rows(&self, page: &mut Page, rows: &[Row]) {
        let limit = self.limits.lines.saturating_mul(5);
        for row in rows.iter().take(limit) {
            let line = page.verbatim(4);
            match row {
                Row::Hunk(t) => line.add(Label::Muted, t),
                Row::Same(t) => line.text("  ").text(t),
                Row::Removed(t) => line.add(Label::Delete, "- ").add(Label::Delete, t),
                Row::Added(t) => line.add(Label::Create, "+ ").add(Label::Create, t),
                Row::Open => line.add(Label::Muted, "\\ no newline at the end"),
            };
        }
        if rows.len() > limit {
            let hidden = count(rows.len() - limit, "more line", "more lines");
            page.line(4)
                .add(Label::Muted, format!("… {hidden} of this difference"));
        }
    }

    fn set(&self, page: &mut Page, path: &AttrPath, before: &[Value], after: &[Value]) {
        let withheld = Withheld::of(before, after);
        let changes = |from: &[Value], of: &[Value]| -> Vec<Value> {
            of.iter().filter(|v| !from.contains(v)).cloned().collect()
        };
        let removed = changes(after, before)
            .into_iter()
            .map(|v| (Mark::REMOVED, v));
        let added = changes(before, after).into_iter().map(|v| (Mark::ADDED, v));
        self.items(page, path, removed.chain(added).collect(), withheld);
    }

    fn list(
        &self,
        page: &mut Page,
        path: &AttrPath,
        before: &[Value],
        after: &[Value],
        unknown: &mut Vec<String>,
    ) {
        if before.len() == after.len() || before.len().max(after.len()) > COMPARED_ITEMS {
            for i in 0..before.len().max(after.len()) {
                self.at(page, &path.item(i), before.get(i), after.get(i), unknown);
            }
            return;
        }
        let digests = |items: &[Value]| items.iter().map(Fingerprint::of).collect::<Vec<_>>();
        let ops = similar::capture_diff_slices(Algorithm::Myers, &digests(before), &digests(after));
        let mut changes = Vec::new();
        for op in ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
            let (old, new) = (op.old_range(), op.new_range());
            changes.extend(before[old].iter().map(|v| (Mark::REMOVED, v.clone())));
            changes.extend(after[new].iter().map(|v| (Mark::ADDED, v.clone())));
        }
        self.items(page, path, changes, Withheld::of(before, after));
    }

    fn items(
        &self,
        page: &mut Page,
        path: &AttrPath,
        changes: Vec<(Mark, Value)>,
        withheld: Withheld,
    ) {
        let name = self.name(path);
        page.line(0)
            .add(Label::Update, "~ ")
            .text(format!("{name}:"));
        for (mark, item) in changes.iter().take(self.limits.items) {
            match withheld.covers(*mark) {
                true => drop(page.line(4).add(mark.label, mark.sign).text(WITHHELD)),
                false => write_item(page, 4, *mark, item, self.limits),
            }
        }
        if changes.len() > self.limits.items {
            let hidden = count(changes.len() - self.limits.items, "more item", "more items");
            page.line(4).add(Label::Muted, format!("… {hidden}"));
        }
    }

    fn name(&self, path: &AttrPath) -> String {
        let name = match path.0.as_slice() {
            [PathStep::Name(name)] => show_name(name),
            _ => path.to_string(),
        };
        match self.forces(path) {
            true => format!("{name} (takes another object)"),
            false => name,
        }
    }

    fn forces(&self, path: &AttrPath) -> bool {
        self.forced
            .iter()
            .any(|f| !f.0.is_empty() && (path.starts_with(f) || f.starts_with(path)))
    }

    fn folds(&self, path: &AttrPath) -> bool {
        self.fold_unknown && path.0.len() == 1 && !self.forces(path)
    }
}

/// Whether only one side of a collection says where its secrets are: then the other may hold the
/// same secrets without saying so.
#[derive(Clone, Copy)]
struct Withheld {
    removed: bool,
    added: bool,
}

impl Withheld {
    fn of(before: &[Value], after: &[Value]) -> Withheld {
        let has = |items: &[Value]| items.iter().any(Value::has_secret);
        Withheld {
            removed: has(after) && !has(before),
            added: has(before) && !has(after),
        }
    }

    fn covers(self, mark: Mark) -> bool {
        match mark.label {
            Label::Delete => self.removed,
            _ => self.added,
        }
    }
}

/// Both sides of a change on one line. Where one is a secret, the other may be the same secret
/// without its mark: both are hidden.
fn pair(before: &Value, after: &Value, limits: Limits) -> (String, String) {
    let hidden = |v: &Value| match v {
        Value::Secret(_) | Value::Mixed(_) => true,
        Value::Unknown(u) => u.sensitive,
        _ => false,
    };
    match (before, after) {
        (Value::Secret(_), Value::Secret(_)) => (SENSITIVE.into(), SENSITIVE_CHANGED.into()),
        (Value::Mixed(_), Value::Mixed(_)) => {
            let (b, a) = (inline(before, limits), inline(after, limits));
            match a == b {
                true => (b, a.replace(SENSITIVE, SENSITIVE_CHANGED)),
                false => (b, a),
            }
        }
        (b, a) if hidden(b) && !hidden(a) => {
            let after = if a.is_unknown() {
                inline(a, limits)
            } else {
                SENSITIVE_CHANGED.into()
            };
            (inline(b, limits), after)
        }
        (b, a) if hidden(a) && !hidden(b) => (SENSITIVE.into(), inline(a, limits)),
        (b, a) => (inline(b, limits), inline(a, limits)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::look::Look;
    use crate::view::tests::{mixed, secret};
    use model::Type;

    fn check(before: Value, after: Value, expected: &str) {
        let forced = [AttrPath::name("forced")];
        let differ = Differ {
            forced: &forced,
            limits: Limits::SHORT,
            fold_unknown: false,
        };
        let object = |v: Value| {
            if v.as_fields().is_some() {
                v
            } else {
                Value::object([("a", v)])
            }
        };
        let page = differ.page(&object(before), &object(after));
        assert_eq!(page.render(&Look::plain(80)), expected);
    }

    fn strings(items: &[&str]) -> Value {
        Value::list(Type::String, items.iter().map(|i| (*i).into()).collect())
    }

    #[test]
    fn only_what_changes() {
        check(
            Value::object([("a", 1.into()), ("b", 2.into()), ("c", Value::NULL)]),
            Value::object([("a", 1.into()), ("b", 3.into()), ("c", "x".into())]),
            "~ b = 2 -> 3\n+ c = \"x\"\n",
        );
        check(
            Value::object([("forced", 1.into())]),
            Value::object([("forced", 2.into())]),
            "~ forced (takes another object) = 1 -> 2\n",
        );
    }

    #[test]
    fn an_item_put_in_front_moves_nothing_else() {
        check(
            strings(&["b", "c"]),
            strings(&["a", "b", "c"]),
            "~ a:\n    + \"a\"\n",
        );
        check(
            strings(&["a", "b"]),
            strings(&["a", "x"]),
            "~ a[1] = \"b\" -> \"x\"\n",
        );
    }

    #[test]
    fn sets_show_what_comes_and_goes() {
        let set =
            |items: &[&str]| Value::set(Type::String, items.iter().map(|i| (*i).into()).collect());
        check(
            set(&["a", "b"]),
            set(&["b", "c"]),
            "~ a:\n    - \"a\"\n    + \"c\"\n",
        );
    }

    #[test]
    fn items_beside_secrets_are_withheld() {
        check(
            strings(&["hunter2"]),
            Value::list(Type::String, vec![secret("hunter2"), "b".into()]),
            "~ a:\n    - (not shown: may hold a secret)\n    + (sensitive)\n    + \"b\"\n",
        );
    }

    #[test]
    fn secrets_stay_hidden_on_both_sides() {
        check(
            secret("one"),
            secret("two"),
            "~ a = (sensitive) -> (sensitive, changed)\n",
        );
        check(
            "plain".into(),
            secret("plain"),
            "~ a = (sensitive) -> (sensitive)\n",
        );
        check(
            secret("x"),
            "plain".into(),
            "~ a = (sensitive) -> (sensitive, changed)\n",
        );
        check(secret("x"), secret("x"), "");
        check(
            "u:pw@h".into(),
            mixed(&["u:", "!pw", "@h"]),
            "~ a = (sensitive) -> \"u:(sensitive)@h\"\n",
        );
        check(
            mixed(&["u:", "!p", "@h"]),
            mixed(&["u:", "!q", "@h"]),
            "~ a = \"u:(sensitive)@h\" -> \"u:(sensitive, changed)@h\"\n",
        );
    }

    #[test]
    fn texts_show_as_unified_diffs() {
        check(
            "a\nb\n".into(),
            "a\nc\n".into(),
            "~ a:\n    @@ -1,2 +1,2 @@\n      a\n    - b\n    + c\n",
        );
    }
}
