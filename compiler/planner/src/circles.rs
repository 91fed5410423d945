//! Parts of a configuration that depend on each other in a circle, and what users call them.

use crate::graph::{Item, Node};
use crate::sites::Site;
use crate::ways::Via;
use config::Config;
use diagnostics::{Problem, Span};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

/// A problem for each circle.
pub(crate) fn circles(config: &Config, sites: &[Site], graph: &DiGraph<Node, Via>) -> Vec<Problem> {
    let circle = |component: &Vec<NodeIndex>| {
        component.len() > 1
            || component
                .first()
                .is_some_and(|n| graph.find_edge(*n, *n).is_some())
    };
    let mut problems = Vec::new();
    for component in kosaraju_scc(graph).iter().filter(|c| circle(c)) {
        let mut nodes: Vec<&Node> = component.iter().map(|i| &graph[*i]).collect();
        nodes.sort_by_key(|n| place(config, sites, n).map(|s| (s.file, s.start)));
        let names: Vec<_> = nodes
            .iter()
            .map(|n| format!("`{}`", name(sites, n)))
            .collect();
        let mut problem = Problem::error(
            "LF0301",
            match names.as_slice() {
                [one] => format!("{one} depends on itself"),
                _ => format!("{} depend on each other in a circle", names.join(", ")),
            },
        );
        for (i, node) in nodes.iter().enumerate() {
            if let Some(span) = place(config, sites, node) {
                problem = match i {
                    0 => problem.at(span, "part of the circle"),
                    _ => problem.and(span, "part of the circle"),
                };
            }
        }
        problems.push(problem.help(
            "one of them has to be written without the others: take the value that they share \
             from a variable or a local, or split the resource in two",
        ));
    }
    problems
}

/// What users call a node.
pub(crate) fn name(sites: &[Site], (site, item): &Node) -> String {
    let mut path = Vec::new();
    let mut at = *site;
    while let Some(parent) = sites[at].parent {
        path.extend(sites[at].call.iter().map(|call| format!("{call}.")));
        at = parent;
    }
    path.reverse();
    let own = match item {
        Item::Variable(n) => format!("var.{n}"),
        Item::Local(n) => format!("local.{n}"),
        Item::Output(n) => format!("output.{n}"),
        Item::Call(n) => n.to_string(),
        Item::Serve => "implementation".to_string(),
        Item::Provider(p) => format!("provider.{}", p.name),
        Item::Check(n) => format!("check.{n}"),
        Item::Resource((mode, ty, n)) => format!("{}{ty}.{n}", mode.prefix()),
    };
    path.concat() + &own
}

fn place(config: &Config, sites: &[Site], (site, item): &Node) -> Option<Span> {
    let module = &config.modules[sites[*site].module];
    match item {
        Item::Variable(n) => module.variables.get(n).map(|v| v.span),
        Item::Local(n) => module.locals.get(n).map(|v| v.span),
        Item::Output(n) => module.outputs.get(n).map(|v| v.span),
        Item::Call(n) => module.calls.get(n).map(|v| v.span),
        Item::Serve => module.kind.as_ref().map(|k| k.span),
        Item::Provider(n) => module.providers.get(n).map(|v| v.span),
        Item::Check(n) => module.checks.get(n).map(|v| v.span),
        Item::Resource(k) => module.resources.get(k).map(|v| v.span),
    }
}
