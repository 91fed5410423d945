//! `project "shop" {}`

use super::Root;
use crate::Project;
use crate::problems::structure;
use crate::resolve::Resolver;
use crate::shape::{self, Shape, attribute};
use syntax::tree::Block;

const SHAPE: Shape = Shape::new("a project", &["store", "requires", "time_zone"]);

pub(super) fn read(block: &Block, root: &mut Root, r: &mut Resolver) {
    SHAPE.check(block, r.here.broken_inside(block.body.span), r.problems);
    let Some([name]) = shape::labels(block, ["NAME"], r.problems) else {
        return;
    };
    if let Some(first) = root.project.as_ref().and_then(|p| p.span) {
        return r.problems.push(structure::declared_twice(
            "the project",
            block.header,
            first,
        ));
    }
    let body = &block.body;
    let mut text = |name| shape::text(body, name, r.problems).map(|text| text.to_string());
    let (store, requires, time_zone) = (text("store"), text("requires"), text("time_zone"));
    root.project = Some(Project {
        name: name.clone(),
        store,
        requires: requires.zip(attribute(body, "requires").map(|a| a.value.span)),
        time_zone,
        span: Some(block.header),
    });
}
