//! Any text is evaluated as an expression, with `a` standing for values of many kinds.
#![no_main]

mod world;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let bound = "[0, -1.5, 1e300, \"é\", \"\", null, true, [1, \"x\"], { b = [{ c = 1 }] }]";
    world::evaluate(&format!("${{[for a in {bound} : {text}\n]}}"));
    world::evaluate(&format!("${{try({text}\n, 0)}}"));
    world::evaluate(&format!("${{\n{text}\n}}"));
});
