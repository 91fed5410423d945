//! The command line of Landfall. It parses arguments, reads real files, shows what the engine
//! says, and decides nothing.
#![expect(dead_code)]

mod exit;
mod view;

fn main() {}
