//! How each part of a configuration comes to what it needs: by which references, of which
//! instances. It says nothing of module instances, which are there only once a pass expands them.

use crate::graph::{Item, Node, Rank};
use crate::references::tells_instances_apart;
use diagnostics::Span;
use eval::{Expr, ExprKind, Reference};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use std::sync::Arc;

/// How a node refers to another.
#[derive(Clone, Debug, Default)]
pub(crate) struct Via {
    /// Which instance it means: of a resource, or of the module call that an output is in. None
    /// stands for all.
    pub(crate) key: Option<Arc<Expr>>,
    /// Whether the reference stands in the module that calls the node's.
    pub(crate) outside: bool,
    /// Whether it is what the node is repeated over: an instance for each of its instances.
    pub(crate) over: bool,
}

impl Via {
    pub(crate) fn over_instances(span: Span) -> Via {
        let kind = ExprKind::Reference(Reference::EachKey);
        Via {
            key: Some(Arc::new(Expr { kind, span })),
            outside: false,
            over: true,
        }
    }
}

/// One node that another needs.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) to: Rank,
    pub(crate) via: Via,
}

/// The ways of one node to nodes that lead to a resource.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ways {
    /// What all instances need alike.
    pub(crate) shared: Vec<Way>,
    /// What each instance needs of its own.
    pub(crate) own: Vec<Way>,
    /// What it is repeated over, as a whole.
    pub(crate) over: Vec<Way>,
}

/// The ways of each node, by rank. `leads` tells which nodes are a resource, or lead to one.
pub(crate) fn ways(
    graph: &DiGraph<Node, Via>,
    order: &[NodeIndex],
    rank_of: &[Rank],
    leads: &[bool],
) -> Vec<Ways> {
    let of = |index: &NodeIndex| {
        let repeats = matches!(graph[*index].1, Item::Resource(_) | Item::Call(_));
        let mut ways = Ways::default();
        for edge in graph.edges_directed(*index, petgraph::Direction::Incoming) {
            let to = rank_of[edge.source().index()];
            if !leads[to] {
                continue;
            }
            let via = edge.weight().clone();
            let apart = via.key.as_deref().is_some_and(tells_instances_apart);
            if via.over {
                let via = Via::default();
                ways.over.push(Way { to, via });
            }
            let ways = match repeats && apart {
                true => &mut ways.own,
                false => &mut ways.shared,
            };
            ways.push(Way { to, via });
        }
        tidy(&mut ways.shared);
        ways
    };
    order.iter().map(of).collect()
}

/// What is needed as a whole need not be needed in part.
fn tidy(ways: &mut Vec<Way>) {
    ways.sort_by_key(|w| (w.to, w.via.key.is_some()));
    ways.dedup_by(|later, first| later.to == first.to && first.via.key.is_none());
}
