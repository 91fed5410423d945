//! Enums that are one word on disk.

use crate::{Action, Begins, PlanMode, Repetition, Strategy};
use eval::{BinaryOp, UnaryOp};
use model::{Effect, Mode};
use serde::{Deserialize, Serialize};
use state::Change;

macro_rules! words {
    ($encoded:ident for $ty:ident { $($name:ident),* $(,)? }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(super) enum $encoded {
            $($name),*
        }

        impl From<$ty> for $encoded {
            fn from(value: $ty) -> $encoded {
                match value {
                    $($ty::$name => $encoded::$name),*
                }
            }
        }

        impl From<$encoded> for $ty {
            fn from(value: $encoded) -> $ty {
                match value {
                    $($encoded::$name => $ty::$name),*
                }
            }
        }
    };
}

words!(EncodedAction for Action {
    Create, Adopt, Import, Update, Delete, GoesWith, Record, Forget, Read, Barrier,
});
words!(EncodedEffect for Effect {
    DestroysData, Irreversible, Downtime, Restarts, Replaces, Exposes, RotatesSecret, TakesOver,
});
words!(EncodedPlanMode for PlanMode { Apply, Destroy, RefreshOnly });
words!(EncodedMode for Mode { Managed, Data, Ephemeral });
words!(EncodedRepetition for Repetition { Once, Count, ForEach });
words!(EncodedStrategy for Strategy { Rolling, BlueGreen, Canary, AllAtOnce });
words!(EncodedBegins for Begins { Anew, Resumes, Promotes, Reverts, Supersedes, Forgets });
words!(EncodedChange for Change { Create, Update, Delete });
words!(EncodedUnary for UnaryOp { Not, Negate });
words!(EncodedBinary for BinaryOp {
    Or, And, Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual, Add, Subtract, Multiply,
    Divide, Remainder,
});
