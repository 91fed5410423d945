//! Who opens what, and what was altered.

use super::*;

fn recipient(name: &str, way: Way, access: Access) -> NewRecipient {
    let name = name.into();
    NewRecipient { name, way, access }
}

fn person(name: &str, access: Access) -> (NewRecipient, KeySources) {
    let identity = age::x25519::Identity::generate();
    let way = Way::PublicKey(identity.to_public().to_string());
    let sources = KeySources::of_key(name, identity.to_string().expose_secret());
    (recipient(name, way, access), sources)
}

fn passphrase(text: &str) -> NewRecipient {
    recipient(
        "phrase",
        Way::Passphrase(Zeroizing::new(text.into())),
        Access::Both,
    )
}

fn again(keyring: &Keyring) -> Keyring {
    Keyring::from_bytes(&keyring.to_bytes()).unwrap()
}

#[test]
fn each_recipient_opens_what_is_theirs() {
    let keys = Keys::generate(Lineage::random());
    let (ann, with_ann) = person("ann", Access::Both);
    let (ci, with_ci) = person("ci", Access::State);
    let keyring = Keyring::new(&keys, &[ann, ci, passphrase("open sesame")]).unwrap();
    let keyring = again(&keyring);
    let opened = keyring.unlock(&with_ann).unwrap();
    assert_eq!(
        (&opened.state, &opened.secrets),
        (&keys.state, &keys.secrets)
    );
    assert!(opened.fingerprint == keys.fingerprint);
    let opened = keyring.unlock(&with_ci).unwrap();
    assert_eq!((&opened.state, &opened.secrets), (&keys.state, &None));
    let opened = keyring
        .unlock(&KeySources::of_passphrase("open sesame"))
        .unwrap();
    assert_eq!(opened.secrets, keys.secrets);
    let wrong = keyring
        .unlock(&KeySources::of_passphrase("open"))
        .unwrap_err();
    assert_eq!(wrong, KeyError::WrongPassphrase);
}

#[test]
fn new_keys_reach_all_but_the_removed_without_asking_for_a_passphrase() {
    let keys = Keys::generate(Lineage::random());
    let (ann, with_ann) = person("ann", Access::Both);
    let (bob, with_bob) = person("bob", Access::Both);
    let keyring = Keyring::new(&keys, &[ann, bob, passphrase("p")]).unwrap();
    let (keyring, anew) = keyring.without(&keys, "bob").unwrap();
    let (keyring, newest) = keyring.rotated(&anew).unwrap();
    let keyring = again(&keyring);
    assert_eq!(newest.generation, 3);
    for sources in [with_ann, KeySources::of_passphrase("p")] {
        let opened = keyring.unlock(&sources).unwrap();
        assert_eq!(
            (&opened.state, &opened.secrets),
            (&newest.state, &newest.secrets)
        );
        assert!(opened.fingerprint == keys.fingerprint);
    }
    assert!(matches!(
        keyring.unlock(&with_bob),
        Err(KeyError::NoKey { .. })
    ));
}

#[test]
fn the_state_key_alone_gives_no_more_than_it_is() {
    let keys = Keys::generate(Lineage::random());
    let (ann, _) = person("ann", Access::Both);
    let (ci, with_ci) = person("ci", Access::State);
    let keyring = Keyring::new(&keys, &[ann, ci]).unwrap();
    let keys = keyring.unlock(&with_ci).unwrap();
    let (eve, _) = person("eve", Access::Both);
    assert_eq!(keyring.with(&keys, &eve), Err(KeyError::NeedsSecretsKey));
    assert_eq!(
        keyring.rotated(&keys).err(),
        Some(KeyError::NeedsSecretsKey)
    );
    let (other_ci, with_other) = person("other ci", Access::State);
    let keyring = keyring.with(&keys, &other_ci).unwrap();
    assert!(!keyring.unlock(&with_other).unwrap().opens_secrets());
}

#[test]
fn what_was_altered_is_refused() {
    let keys = Keys::generate(Lineage::random());
    let (ann, with_ann) = person("ann", Access::Both);
    let (eve, with_eve) = person("eve", Access::State);
    let keyring = Keyring::new(&keys, &[ann, eve]).unwrap();
    let check = |altered: Keyring, sources: &KeySources| {
        let error = altered.unlock(sources).unwrap_err();
        assert!(
            matches!(error, KeyError::Corrupted(_) | KeyError::Foreign { .. }),
            "{error}"
        );
    };
    let mut renamed = keyring.clone();
    renamed.recipients[1].name = "ann's other key".into();
    check(renamed, &with_ann);
    let mut swapped = keyring.clone();
    swapped.recipients[1].secrets = swapped.recipients[1].state.clone().into();
    check(swapped, &with_eve);
    let mut moved = keyring.clone();
    moved.lineage = Lineage::random().to_string();
    check(moved, &with_ann);
    let mut gone = keyring;
    gone.recipients.remove(1);
    check(gone, &with_ann);
}

#[test]
fn somebody_must_be_able_to_open_the_secrets() {
    let keys = Keys::generate(Lineage::random());
    let (ci, _) = person("ci", Access::State);
    let refused = Keyring::new(&keys, std::slice::from_ref(&ci)).unwrap_err();
    assert!(matches!(refused, KeyError::LastRecipient(_)));
    let nobody = recipient("x", Way::PublicKey("age1nonsense".into()), Access::Both);
    let refused = Keyring::new(&keys, &[nobody]).unwrap_err();
    assert!(matches!(refused, KeyError::NoPublicKey(_)));
}
