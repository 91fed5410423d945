//! The reference of resources and data sources: `docs/resources.md` is what the schemas say.
//!
//! `LANDFALL_WRITE=1 cargo test -p landfall-tests --test reference` writes it anew.

use model::{Attribute, AttributeUse, BlockSchema, Effect, NestedBlock, Nesting, Undo};
use model::{ProviderSchema, show, show_type};
use provider::Provider;
use std::path::Path;

const HEAD: &str = "# Resources and data sources

What a `resource` or `data` block may say, by provider. Every resource also takes `count`, `for_each`, `provider`,
`depends_on` and `lifecycle`. What is *given out* can be read, not set.

## Hosts

The argument `host` is an object. Other resources give it out (`sandbox_machine.web.host`), or you write it:

```hcl
locals {
  web  = { address = \"192.0.2.10\" }
  db   = { address = \"10.0.0.5\", user = \"admin\", become = true, jump_host = { address = \"192.0.2.10\" } }
  here = { transport = \"local\" }
}
```

- `address`: a name or an address. Required, but with `transport = \"local\"`.
- `port`: of sshd, else 22.
- `user`: who to log in as, else `root`. With `become = true`, it becomes root by sudo.
- `identity`: the path of a private key; `private_key`: the key itself. Without both, the agent's keys,
  `~/.ssh/id_ed25519`, `~/.ssh/id_ecdsa` and `~/.ssh/id_rsa`. A key with a passphrase belongs into the agent.
- `host_key`: the public key that the host must show; else it must be in `known_hosts`.
- `jump_host`: a host to go through, written in the same way.
- `transport`: `ssh`, or `local` for the machine that Landfall runs on.
- `id`: what tells this machine from others though its address changes. A resource that makes machines sets it.

What the value leaves out, ssh's own configuration fills in (`~/.ssh/config`, or `ssh_config` of the provider): `HostName`,
`Port`, `User`, `IdentityFile`, `IdentitiesOnly`, `IdentityAgent`, `ProxyJump`, `UserKnownHostsFile` and `HostKeyAlias`, in
blocks of `Host` or `Match` with `all`, `host`, `originalhost`, `user` and `localuser`, with `Include`. It is read when a
host is connected to. A `ProxyCommand` for the host is refused, and so is a `Match exec` that says one of these; everything else
in it is left to ssh. Host keys are always checked, whatever `StrictHostKeyChecking` says, and must be Ed25519 or ECDSA. A value that says all
(`id`, `port`, `user`, `host_key` and a key), as those that machines give out, is not looked up.

";

#[test]
fn the_reference_is_what_the_schemas_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/resources.md");
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let wanted = reference();
    if std::env::var_os("LANDFALL_WRITE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        return std::fs::write(&path, wanted).unwrap();
    }
    assert!(
        written == wanted,
        "docs/resources.md is not what the schemas say; write it anew: \
         LANDFALL_WRITE=1 cargo test -p landfall-tests --test reference"
    );
}

#[test]
fn everything_is_explained() {
    for (provider, schema) in schemas() {
        let resources = schema.resources.iter().map(|(n, r)| (*n, r.doc, &r.block));
        let data = schema.data.iter().map(|(n, d)| (*n, d.doc, &d.block));
        let ephemerals = schema.ephemerals.iter().map(|(n, d)| (*n, d.doc, &d.block));
        for (name, doc, block) in resources.chain(data).chain(ephemerals) {
            assert!(!doc.is_empty(), "{provider}: {name}");
            for attribute in &block.attributes {
                assert!(!attribute.doc.is_empty(), "{name}.{}", attribute.name);
            }
        }
    }
}

fn schemas() -> Vec<(&'static str, std::sync::Arc<ProviderSchema>)> {
    let providers: [&dyn Provider; 3] = [
        &provider_builtin::Builtin,
        &provider_ssh::SshProvider,
        &provider_sandbox::SandboxProvider::new(),
    ];
    providers.iter().map(|p| (p.name(), p.schema())).collect()
}

fn reference() -> String {
    let mut out = HEAD.to_string();
    for (name, schema) in schemas() {
        out += &format!("## Provider `{name}`\n\n");
        if !schema.config.attributes.is_empty() {
            out += &format!("`provider \"{name}\" {{ … }}` may say:\n\n");
            out += &body(&schema.config);
        }
        for (name, resource) in &schema.resources {
            out += &format!("### `{name}`\n\n{}\n\n", resource.doc);
            out += &body(&resource.block);
            if resource.undo == Undo::Impossible {
                out += "A rollout can't put it back.\n\n";
            }
        }
        for (name, data) in &schema.data {
            out += &format!("### data `{name}`\n\n{}\n\n", data.doc);
            out += &body(&data.block);
        }
        for (name, ephemeral) in &schema.ephemerals {
            out += &format!("### ephemeral `{name}`\n\n{}\n\n", ephemeral.doc);
            out += &body(&ephemeral.block);
        }
    }
    format!("{}\n", out.trim_end())
}

fn body(block: &BlockSchema) -> String {
    let (given_out, set): (Vec<_>, Vec<_>) = block
        .attributes
        .iter()
        .partition(|a| a.usage == AttributeUse::Computed);
    let mut out: String = set.into_iter().map(line).collect();
    out.extend(block.blocks.iter().map(nested));
    if !given_out.is_empty() {
        out += "\nGiven out:\n\n";
        out.extend(given_out.into_iter().map(line));
    }
    out + "\n"
}

fn line(attribute: &Attribute) -> String {
    let mut about = vec![ty(attribute)];
    match (attribute.usage, &attribute.default) {
        (AttributeUse::Required, _) => about.push("required".into()),
        (AttributeUse::OptionalComputed, None) => about.push("else given out".into()),
        (_, Some(default)) => about.push(format!("else `{}`", show(default))),
        _ => {}
    }
    if attribute.sensitive {
        about.push("secret".into());
    }
    if attribute.write_only {
        about.push("never recorded".into());
    }
    if attribute.replaces {
        about.push("another value replaces it".into());
    }
    about.extend(
        attribute
            .effects
            .iter()
            .filter(|e| **e != Effect::Replaces)
            .map(|e| format!("a change {}", verb(*e))),
    );
    format!(
        "- `{}` ({}): {}\n",
        attribute.name,
        about.join(", "),
        attribute.doc
    )
}

fn ty(attribute: &Attribute) -> String {
    match attribute.ty == provider::host_type() {
        true => "a [host](#hosts)".into(),
        false => format!("`{}`", show_type(&attribute.ty)),
    }
}

fn verb(effect: Effect) -> String {
    match effect {
        Effect::Downtime => "means downtime".into(),
        Effect::Irreversible => "is irreversible".into(),
        other => other.word().to_string(),
    }
}

fn nested(block: &NestedBlock) -> String {
    let often = match block.nesting {
        Nesting::Single => "block",
        Nesting::List | Nesting::Set => "block, any number",
        Nesting::Map => "block with a label, any number",
    };
    let inside: String = block.block.attributes.iter().map(line).collect();
    let inside: String = inside.lines().map(|l| format!("  {l}\n")).collect();
    format!(
        "- `{} {{ … }}` ({often}): {}\n{inside}",
        block.name, block.doc
    )
}
