//! Makes a new file of the library a reason to embed it anew.

fn main() {
    println!("cargo:rerun-if-changed=.");
}
