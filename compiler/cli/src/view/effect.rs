//! What a change does to those who use the object: the order in which a plan shows it.

use crate::view::page::Label;
use model::Effect;

/// The sections of a plan, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Danger {
    DestroysData,
    Irreversible,
    Interrupts,
    Exposes,
    RotatesSecrets,
    TakesOver,
    Rest,
}

impl Danger {
    /// The section of a change with these effects: that of the gravest.
    pub(crate) fn of(effects: &[Effect]) -> Danger {
        effects
            .iter()
            .map(|e| Danger::of_one(*e))
            .min()
            .unwrap_or(Danger::Rest)
    }

    /// The section's heading.
    pub(crate) fn heading(self) -> &'static str {
        match self {
            Danger::DestroysData => "Destroys data",
            Danger::Irreversible => "Can't be taken back",
            Danger::Interrupts => "Interrupts: downtime, restarts, replacements",
            Danger::Exposes => "Opens to more places than before",
            Danger::RotatesSecrets => "Rotates secrets",
            Danger::TakesOver => "Takes over what somebody else made",
            Danger::Rest => "Changes",
        }
    }

    /// The heading's colour.
    pub(crate) fn label(self) -> Label {
        match self {
            Danger::DestroysData | Danger::Irreversible => Label::Danger,
            Danger::Rest => Label::Heading,
            _ => Label::Warning,
        }
    }

    fn of_one(effect: Effect) -> Danger {
        match effect {
            Effect::DestroysData => Danger::DestroysData,
            Effect::Irreversible => Danger::Irreversible,
            Effect::Downtime | Effect::Restarts | Effect::Replaces => Danger::Interrupts,
            Effect::Exposes => Danger::Exposes,
            Effect::RotatesSecret => Danger::RotatesSecrets,
            Effect::TakesOver => Danger::TakesOver,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_effect_decides() {
        for (effects, expected) in [
            (&[][..], Danger::Rest),
            (
                &[Effect::Restarts, Effect::DestroysData][..],
                Danger::DestroysData,
            ),
            (
                &[Effect::TakesOver, Effect::Replaces][..],
                Danger::Interrupts,
            ),
        ] {
            assert_eq!(Danger::of(effects), expected);
        }
        assert!(Danger::DestroysData < Danger::Rest);
    }
}
