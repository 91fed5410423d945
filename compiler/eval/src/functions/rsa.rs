//! `rsadecrypt`: what was encrypted for an RSA key by PKCS#1 v1.5. The arithmetic is aws-lc's,
//! which takes as long whatever the key and the text are.

use super::rsa_key::pkcs8;
use super::{Answer, Context, Fault, Function, Want, p, text};
use aws_lc_rs::rsa::{Pkcs1PrivateDecryptingKey, PrivateDecryptingKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Value;

pub(super) const FUNCTIONS: &[Function] = &[Function::new(
    "rsadecrypt",
    &[p("ciphertext", Want::String), p("key", Want::String)],
    Want::String,
    rsadecrypt,
)];

fn rsadecrypt(_: &Context<'_>, a: &[Value]) -> Answer {
    let written = text(a, 0).replace(['\r', '\n'], "");
    let encrypted = STANDARD
        .decode(written)
        .map_err(|_| Fault::of(0, "this is no base64"))?;
    let key = private_key(text(a, 1))?;
    let failed = || Fault::from("the text was not encrypted for this key");
    let mut decrypted = vec![0; key.min_output_size()];
    let decrypted = key
        .decrypt(&encrypted, &mut decrypted)
        .map_err(|_| failed())?;
    let decrypted = std::str::from_utf8(decrypted)
        .map_err(|_| Fault::from("what was encrypted is no text in UTF-8"))?;
    Ok(decrypted.into())
}

fn private_key(text: &str) -> Result<Pkcs1PrivateDecryptingKey, Fault> {
    let der = pkcs8(text).map_err(|why| Fault::of(1, why))?;
    let refused = || Fault::of(1, "this is no RSA key of 2048 to 8192 bits");
    let key = PrivateDecryptingKey::from_pkcs8(&der).map_err(|_| refused())?;
    Pkcs1PrivateDecryptingKey::new(key).map_err(|_| refused())
}
