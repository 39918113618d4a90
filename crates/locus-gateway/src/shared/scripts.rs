//! The scripts that the store runs, each at once.

use std::sync::Arc;

/// A script. The text is the only place where limits are decided that gateways share.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Script {
    Beat,
    Renew,
    Rest,
    Settle,
    Take,
}

impl Script {
    #[cfg(feature = "redis")]
    pub(super) const ALL: [Self; 5] =
        [Self::Beat, Self::Renew, Self::Rest, Self::Settle, Self::Take];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Beat => "beat",
            Self::Renew => "renew",
            Self::Rest => "rest",
            Self::Settle => "settle",
            Self::Take => "take",
        }
    }

    #[cfg(feature = "redis")]
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Beat => concat!(include_str!("common.lua"), include_str!("beat.lua")),
            Self::Renew => concat!(include_str!("common.lua"), include_str!("renew.lua")),
            Self::Rest => concat!(include_str!("common.lua"), include_str!("rest.lua")),
            Self::Settle => concat!(include_str!("common.lua"), include_str!("settle.lua")),
            Self::Take => concat!(include_str!("common.lua"), include_str!("take.lua")),
        }
    }
}

/// A script with what it is to work on.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "redis"), expect(dead_code, reason = "nothing runs them"))]
pub(super) struct Call {
    pub(super) script: Script,
    pub(super) keys: Arc<[String]>,
    pub(super) args: Vec<String>,
}
