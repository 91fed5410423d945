//! What a machine holds before its first boot: its host key, the key that lets us in, its name,
//! and the computer's apt settings. So the first connection is checked already.

use crate::Outcome;
use crate::files::{self, trouble};
use crate::meta::Meta;
use crate::run::run;
use crate::site::Site;
use crate::sources;
use std::fs::{self, File};
use std::path::Path;

const LOGIN: &str = "key";
const HOST: &str = "host_key";

/// The keys of a machine.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Keys {
    /// Where the private key is that logs in as root; only root can read it.
    pub(crate) identity: String,
    /// The host's public key, `ssh-ed25519 AAAA…`.
    pub(crate) host_key: String,
}

/// The keys of a machine, where they are made already.
pub(crate) fn load(site: &Site, name: &str) -> Outcome<Option<Keys>> {
    let dir = site.machine(name);
    let login = dir.join(LOGIN);
    let host_key = files::read(&dir.join(format!("{HOST}.pub")))?;
    let host_key = host_key.map(|line| without_remark(&line));
    let identity = login.is_file().then(|| login.display().to_string());
    Ok(identity
        .zip(host_key)
        .map(|(identity, host_key)| Keys { identity, host_key }))
}

/// Puts into a machine's files what it needs; again does no harm. Needs the machine's lock.
pub(crate) fn seed(site: &Site, meta: &Meta, held: &File) -> Outcome<()> {
    let dir = site.machine(&meta.name);
    generate(&dir, LOGIN, "landfall", held)?;
    generate(&dir, HOST, &meta.name, held)?;
    let upper = dir.join("upper");
    // The directories lie over those of the image, with their own modes.
    for dir in ["", "etc", "etc/ssh", "etc/apt", "etc/apt/apt.conf.d"] {
        files::make_dir_mode(&upper.join(dir), 0o755)?;
    }
    for dir in ["root", "root/.ssh"] {
        files::make_dir_mode(&upper.join(dir), 0o700)?;
    }
    let public = files::read(&dir.join(format!("{LOGIN}.pub")))?.unwrap_or_default();
    let host = files::read(&dir.join(HOST))?.unwrap_or_default();
    let host_public = files::read(&dir.join(format!("{HOST}.pub")))?.unwrap_or_default();
    let name = &meta.name;
    let hosts = format!("127.0.0.1 localhost\n127.0.1.1 {name}\n::1 localhost ip6-localhost\n");
    let settings = sources::settings();
    // A proxy's address may hold a password.
    let settings_mode = if settings.contains('@') { 0o600 } else { 0o644 };
    let files: [(&str, &str, u32); 6] = [
        ("root/.ssh/authorized_keys", &public, 0o600),
        ("etc/ssh/ssh_host_ed25519_key", &host, 0o600),
        ("etc/ssh/ssh_host_ed25519_key.pub", &host_public, 0o644),
        ("etc/hostname", &format!("{name}\n"), 0o644),
        ("etc/hosts", &hosts, 0o644),
        ("etc/apt/apt.conf.d/99landfall", &settings, settings_mode),
    ];
    for (path, text, mode) in files {
        files::write(&upper.join(path), text.as_bytes(), mode)?;
    }
    files::make_dir_mode(&dir.join("root"), 0o755)
}

/// Makes a pair of keys unless it is there; under another name first, so that half a pair is
/// never taken for one.
fn generate(dir: &Path, name: &str, remark: &str, held: &File) -> Outcome<()> {
    let (key, public) = (dir.join(name), dir.join(format!("{name}.pub")));
    if key.exists() && public.exists() {
        return Ok(());
    }
    let fresh = dir.join(format!("{name}-new"));
    let fresh_public = dir.join(format!("{name}-new.pub"));
    for path in [&fresh, &fresh_public] {
        let _ = fs::remove_file(path);
    }
    let path = fresh.display().to_string();
    run(
        &[
            "ssh-keygen",
            "-q",
            "-t",
            "ed25519",
            "-N",
            "",
            "-C",
            remark,
            "-f",
            &path,
        ],
        held,
    )?;
    for (from, to) in [(&fresh, &key), (&fresh_public, &public)] {
        fs::rename(from, to).map_err(|e| trouble("making", to, &e))?;
    }
    files::sync_dir(dir)
}

fn without_remark(line: &str) -> String {
    line.split_whitespace()
        .take(2)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meta;

    #[test]
    fn keys_are_made_once_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let site = Site::at(dir.path());
        let meta = meta::tests::example("web");
        let Ok(files::Locked::Held(held)) = meta::claim(&site, &meta) else {
            panic!("nobody else has it");
        };
        assert!(load(&site, "web").unwrap().is_none());
        seed(&site, &meta, &held).unwrap();
        let keys = load(&site, "web").unwrap().unwrap();
        let key = fs::read_to_string(&keys.identity).unwrap();
        assert!(key.contains("OPENSSH PRIVATE KEY"));
        assert!(
            keys.host_key.starts_with("ssh-ed25519 AAAA"),
            "{}",
            keys.host_key
        );
        assert_eq!(keys.host_key.split(' ').count(), 2);
        seed(&site, &meta, &held).unwrap();
        assert!(load(&site, "web").unwrap() == Some(keys));
    }
}
