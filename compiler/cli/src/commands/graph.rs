//! `landfall graph`

use super::options::{EnvironmentArg, VariableArgs};
use crate::app::{App, Run};
use crate::exit::Exit;
use crate::project::Project;
use crate::view::page::{Label, Page};
use clap::{Args, ValueEnum};
use driver::Declaration;
use serde_json::{Value as Json, json};

/// Print what depends on what
///
/// Prints the resources of the configuration in the order in which they are made, each with what
/// it depends on: as text, or as DOT for Graphviz.
///
/// Which implementation serves a kind is decided in a plan, so what may serve is there with all
/// of its implementations.
///
/// It contacts nobody and needs no state.
///
/// Example:
///   landfall graph
///   landfall graph --as dot | dot -Tsvg > graph.svg
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct GraphArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArg,
    #[command(flatten)]
    pub(crate) variables: VariableArgs,
    /// The notation
    #[arg(
        long = "as",
        value_enum,
        value_name = "NOTATION",
        default_value = "text"
    )]
    pub(crate) notation: Notation,
}

/// How a graph is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Notation {
    /// Indented lines
    #[default]
    Text,
    /// For Graphviz
    Dot,
}

/// Prints the graph.
pub(crate) fn run(app: &App, args: &GraphArgs) -> Run {
    let project = Project::load(app, &args.environment, &args.variables)?;
    let outline = project.loaded.prepared.outline();
    if app.out.is_json() {
        let nodes = outline.iter().map(|(resource, needs)| {
            let mut needs: Vec<_> = needs.iter().map(|n| n.address.to_string()).collect();
            needs.dedup();
            json!({
                "address": resource.address.to_string(),
                "implementation": resource.served,
                "depends_on": needs,
            })
        });
        app.out
            .json(&json!({ "type": "graph", "resources": nodes.collect::<Json>() }));
    } else {
        match args.notation {
            Notation::Text => app.out.page(&text(&outline)),
            Notation::Dot => app.out.raw(&dot(&outline)),
        }
    }
    Ok(Exit::Ok)
}

type Outline = [(Declaration, Vec<Declaration>)];

fn text(outline: &Outline) -> Page {
    let mut page = Page::new();
    for (resource, needs) in outline {
        page.line(0).add(Label::Address, resource.to_string());
        for need in needs {
            page.line(2)
                .add(Label::Muted, "after ")
                .text(need.to_string());
        }
    }
    page
}

fn dot(outline: &Outline) -> String {
    let mut lines = vec!["digraph {".to_string(), "  rankdir = RL".to_string()];
    for (resource, needs) in outline {
        let resource = quoted(resource);
        lines.push(format!("  {resource}"));
        let arrow = |need| format!("  {resource} -> {}", quoted(need));
        lines.extend(needs.iter().map(arrow));
    }
    lines.push("}\n".into());
    lines.join("\n")
}

/// A label can hold what would end a quoted name.
fn quoted(resource: &Declaration) -> String {
    let text = resource.to_string();
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{ModulePath, ResourceAddress};

    #[test]
    fn names_in_dot_end_where_they_end() {
        let address = |name| Declaration {
            address: ResourceAddress::managed(ModulePath::root(), "t", name),
            served: None,
            perhaps: false,
        };
        assert_eq!(quoted(&address("a")), r#""t.a""#);
        assert_eq!(quoted(&address("a\"]\\")), r#""t.a\"]\\""#);
    }
}
