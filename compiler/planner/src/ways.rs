//! How each part of a configuration comes to what it needs: by which references, of which
//! instances. It says nothing of module instances, which are there only once a pass expands them.

use crate::graph::{Item, Node, Rank};
use crate::references::tells_instances_apart;
use eval::Expr;
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
}

/// The ways of each node, by rank. `leads` tells which nodes are a resource, or lead to one.
pub(crate) fn ways(
    graph: &DiGraph<Node, Via>,
    order: &[NodeIndex],
    rank_of: &[Rank],
    leads: &[bool],
) -> Vec<Ways> {
    let of = |index: &NodeIndex| {
        let is_resource = matches!(graph[*index].1, Item::Resource(_));
        let mut ways = Ways::default();
        for edge in graph.edges_directed(*index, petgraph::Direction::Incoming) {
            let to = rank_of[edge.source().index()];
            if !leads[to] {
                continue;
            }
            let via = edge.weight().clone();
            let apart = via.key.as_deref().is_some_and(tells_instances_apart);
            let ways = match is_resource && apart {
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
