//! The real `landfall` on real machines: whole programs, from a configuration to what then runs.
//! What needs no machine is tested lower down.

mod bad_input;
mod before;
mod drift;
mod fleet;
mod kill;
mod machine;
mod program;
mod project;
mod quickstart;
mod scanner;
mod secrets;
mod state_key;

use machine::Machine;
use program::Ran;
use project::Project;
