//! `each`, `count` and `self`: names that mean something in some blocks only.

use super::Resolver;
use super::reference::{Found, Steps, found};
use crate::declared::Instances;
use crate::problems::names;
use eval::Reference;
use syntax::tree::{ExprKind as Tree, Ident};

impl Resolver<'_> {
    pub(super) fn each(&mut self, root: &Ident, steps: Steps) -> Found {
        let part = self.word(root, steps, &["key", "value"])?;
        let span = root.span.to(part.span);
        if self.place.instances != Instances::ForEach {
            self.problems
                .push(names::each_outside(&part.text, self.place.instances, span));
            return None;
        }
        let reference = match &*part.text {
            "key" => Reference::EachKey,
            _ => Reference::EachValue,
        };
        found(reference, span, 1)
    }

    pub(super) fn count(&mut self, root: &Ident, steps: Steps) -> Found {
        let part = self.word(root, steps, &["index"])?;
        let span = root.span.to(part.span);
        if self.place.instances != Instances::Count {
            self.problems
                .push(names::count_outside(self.place.instances, span));
            return None;
        }
        found(Reference::CountIndex, span, 1)
    }

    pub(super) fn this(&mut self, root: &Ident, steps: Steps) -> Found {
        let Some((mode, ty)) = self.place.this.clone() else {
            self.problems.push(names::self_outside(root.span));
            return None;
        };
        let known = self.known;
        if let Some(Tree::Attribute(_, member)) = steps.first().map(|s| &s.kind)
            && let Some(schema) = known.schemas.body(mode, &ty)
        {
            self.check_attribute("self", schema, member);
        }
        found(Reference::This, root.span, 0)
    }
}
