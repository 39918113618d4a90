//! API keys: several secrets under one OCID, so that one can be renewed while another is used.

use std::collections::BTreeMap;

use crate::control::page::collection;
use crate::control::state::LifecycleState;
use crate::control::tags::DefinedTags;
use crate::object::object;
use crate::open_enum::open_enum;
use crate::secret::SecretText;

object! { strict
    /// The body of `POST /20231130/apikeys`.
    pub struct CreateApiKey {
        /// A name for people; it need not be unique.
        pub display_name: String = required "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// The OCID of its compartment.
        pub compartment_id: String = required "compartmentId",
        /// Its keys.
        pub key_details: Vec<KeyDetails> = required "keyDetails",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

impl CreateApiKey {
    /// An API key.
    #[must_use]
    pub fn new(
        display_name: impl Into<String>,
        compartment_id: impl Into<String>,
        key_details: impl Into<Vec<KeyDetails>>,
    ) -> Self {
        Self {
            display_name: display_name.into(),
            compartment_id: compartment_id.into(),
            key_details: key_details.into(),
            ..Self::default()
        }
    }
}

object! { strict
    /// One key of an API key: its name, and when it ends.
    pub struct KeyDetails {
        /// Its name.
        pub key_name: String = required "keyName",
        /// When it ends, in the form of RFC 3339.
        pub time_expiry: String = required "timeExpiry",
    }
}

impl KeyDetails {
    /// A key that ends at a time in the form of RFC 3339.
    #[must_use]
    pub fn new(key_name: impl Into<String>, time_expiry: impl Into<String>) -> Self {
        Self { key_name: key_name.into(), time_expiry: time_expiry.into(), ..Self::default() }
    }
}

object! { strict
    /// The body of `PUT /20231130/apikeys/{id}`; what is not set stays as it is.
    pub struct UpdateApiKey {
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

object! { strict
    /// The body of `POST /20231130/apikeys/{id}/actions/renew`: the key of that name gets a new secret.
    pub struct RenewApiKey {
        /// The key, and when it ends.
        pub details: KeyDetails = required "details",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

impl RenewApiKey {
    /// A renewal.
    #[must_use]
    pub fn new(details: KeyDetails) -> Self {
        Self { details, ..Self::default() }
    }
}

object! { strict
    /// The body of `POST /20231130/apikeys/{id}/actions/setstate`.
    pub struct SetApiKeyState {
        /// The name of the key.
        pub key_name: String = required "keyName",
        /// How it is from now on.
        pub state: Option<KeyState> = "state",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
    }
}

impl SetApiKeyState {
    /// A change of one key.
    #[must_use]
    pub fn new(key_name: impl Into<String>, state: KeyState) -> Self {
        Self { key_name: key_name.into(), state: Some(state), ..Self::default() }
    }
}

object! { kept
    /// An API key; times are in the form of RFC 3339.
    pub struct ApiKey {
        /// The OCID.
        pub id: Option<String> = "id",
        /// A name for people; it need not be unique.
        pub display_name: Option<String> = "displayName",
        /// What it is for.
        pub description: Option<String> = "description",
        /// The OCID of its compartment.
        pub compartment_id: Option<String> = "compartmentId",
        /// When it was made.
        pub time_created: Option<String> = "timeCreated",
        /// When it was last changed.
        pub time_updated: Option<String> = "timeUpdated",
        /// Its keys.
        pub keys: Vec<ApiKeyItem> = always "keys",
        /// How it is.
        pub lifecycle_state: Option<LifecycleState> = "lifecycleState",
        /// Why it is so, in words.
        pub lifecycle_details: Option<String> = "lifecycleDetails",
        /// Labels.
        pub freeform_tags: Option<BTreeMap<String, String>> = "freeformTags",
        /// Labels from the namespaces of the tenancy.
        pub defined_tags: Option<DefinedTags> = "definedTags",
        /// Labels that Oracle sets.
        pub system_tags: Option<DefinedTags> = "systemTags",
    }
}

collection! {
    /// The answer of `GET /20231130/apikeys`: one page.
    pub struct ApiKeyCollection of ApiKey
}

object! { kept
    /// One key of an API key.
    pub struct ApiKeyItem {
        /// The secret, in the answer that made or renewed it and nowhere else: keep it then.
        ///
        /// `Debug` never shows it.
        pub key: Option<SecretText> = "key",
        /// Its name.
        pub key_name: Option<String> = "keyName",
        /// A few characters of the secret, to tell keys apart.
        pub key_mask: Option<String> = "keyMask",
        /// When it was made.
        pub time_created: Option<String> = "timeCreated",
        /// When it ends.
        pub time_expiry: Option<String> = "timeExpiry",
        /// When it was switched on.
        pub time_activated: Option<String> = "timeActivated",
        /// When it was switched off.
        pub time_deactivated: Option<String> = "timeDeactivated",
        /// When it was revoked.
        pub time_revoked: Option<String> = "timeRevoked",
        /// When it was last used.
        pub time_last_used: Option<String> = "timeLastUsed",
        /// How it is.
        pub state: Option<KeyState> = "state",
    }
}

open_enum! {
    /// How a key is.
    pub enum KeyState {
        /// It is accepted.
        Active = "ACTIVE",
        /// It is switched off.
        Inactive = "INACTIVE",
        /// It was revoked, for good.
        Revoked = "REVOKED",
        /// Its time is over.
        Expired = "EXPIRED",
        /// It is gone.
        Deleted = "DELETED",
    }
}
