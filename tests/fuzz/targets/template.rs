//! Any text is evaluated as a template.
#![no_main]

mod world;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    world::evaluate(text);
    world::evaluate(&format!(
        "%{{ for a in [1, \"x\", null] }}{text}%{{ endfor }}"
    ));
});
