//! The commands: one file each, whose doc comment on the arguments is its help.

pub(crate) mod apply;
pub(crate) mod carry;
pub(crate) mod compile;
pub(crate) mod completions;
pub(crate) mod console;
pub(crate) mod destroy;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod graph;
pub(crate) mod init;
pub(crate) mod options;
pub(crate) mod output;
pub(crate) mod plan;
pub(crate) mod sandbox;
pub(crate) mod show;
pub(crate) mod state;
pub(crate) mod unlock;
pub(crate) mod validate;
