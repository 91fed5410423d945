//! The real `landfall` on real machines: whole programs, from a configuration to what then runs.
//! What needs no machine is tested lower down.

mod before;
mod drift;
mod machine;
mod program;
mod project;
mod quickstart;

use machine::Machine;
use program::Ran;
use project::Project;
