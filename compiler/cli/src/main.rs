//! The command line of Landfall. It parses arguments, reads real files, shows what the engine
//! says, and decides nothing.
#![expect(dead_code)]

mod args;
mod commands;
mod exit;
mod files;
mod out;
mod paths;
mod surroundings;
mod view;

fn main() {}
