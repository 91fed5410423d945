//! The form of an object's list of dependencies: sorted, each once, none that another means too.

use model::Address;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The dependencies as they are recorded.
pub fn dependencies(all: BTreeSet<Address>) -> Arc<[Address]> {
    let mut kept: Vec<Address> = Vec::with_capacity(all.len());
    // What has no key sorts before the instances that it means.
    let mut whole: Option<usize> = None;
    for address in all {
        if whole.is_some_and(|w| kept[w].means(&address)) {
            continue;
        }
        if address.key.is_none() {
            whole = Some(kept.len());
        }
        kept.push(address);
    }
    kept.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(all: &[&str], expected: &[&str]) {
        let all = all.iter().filter_map(|a| a.parse().ok()).collect();
        let kept: Vec<String> = dependencies(all).iter().map(ToString::to_string).collect();
        assert_eq!(kept, expected);
    }

    #[test]
    fn a_whole_resource_stands_for_its_instances() {
        check(&["t.a[1]", "t.a[0]"], &["t.a[0]", "t.a[1]"]);
        check(&["t.a[1]", "t.a", "t.b[0]"], &["t.a", "t.b[0]"]);
        check(&["t.a", "module.m.t.a[0]"], &["t.a", "module.m.t.a[0]"]);
    }
}
