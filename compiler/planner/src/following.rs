//! Which problems may only be there because something else could not be understood.

use diagnostics::Problem;

/// Of what serves a kind, and of an import's id: that it is not there or not known.
const FOR_WANT: [&str; 3] = ["LF0331", "LF0332", "LF0352"];

/// Whether a problem of a configuration with mistakes in it may be for want of what they hide.
pub fn may_follow(problem: &Problem) -> bool {
    FOR_WANT.contains(&problem.code)
}
