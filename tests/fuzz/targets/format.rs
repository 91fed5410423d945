//! What is right is laid out, is right then, too, and has nothing to be done a second time.
#![no_main]

use diagnostics::FileId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let file = FileId(0);
    let right = syntax::parse(file, text).1.is_empty();
    let formatted = syntax::format(file, text);
    assert_eq!(right, formatted.is_ok());
    let Ok(once) = formatted else { return };
    let twice = syntax::format(file, &once).expect("it is still right");
    assert_eq!(once, twice);
});
