//! Regions, realms and the host names made from them.

mod lookup;
mod table;
mod template;

use std::borrow::Cow;
use std::fmt;

pub use lookup::Regions;
pub use template::{EndpointTemplate, TemplateError};

use table::{REALMS, REGIONS};

/// A region of Oracle Cloud Infrastructure together with the domain of its realm.
///
/// ```
/// use oci_auth::Region;
///
/// let region = Region::parse("us-chicago-1")?;
/// assert_eq!(region.id(), "us-chicago-1");
/// assert_eq!(region.host("inference.generativeai"), "inference.generativeai.us-chicago-1.oci.oraclecloud.com");
/// assert_eq!(Region::parse("ORD")?, region, "short codes work too");
/// # Ok::<(), oci_auth::RegionError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Region {
    id: Cow<'static, str>,
    realm: Cow<'static, str>,
    domain: Cow<'static, str>,
}

impl Region {
    /// Looks a region up by its identifier (`us-chicago-1`) or short code (`ord`), in any letter case.
    ///
    /// # Errors
    /// [`RegionError`] for a region that the table of the official SDKs does not hold.
    /// The SDKs assume the commercial realm there; a misspelt region would then become a host name that does not exist,
    /// or somebody else's, so this crate refuses and names the nearest known region.
    pub fn parse(text: &str) -> Result<Self, RegionError> {
        Self::built_in(text).ok_or_else(|| RegionError::unknown(text))
    }

    fn built_in(text: &str) -> Option<Self> {
        let wanted = text.trim();
        let is = |name: &str| name.eq_ignore_ascii_case(wanted);
        let row = REGIONS.iter().find(|row| is(row.id) || is(row.code))?;
        let realm = REALMS.iter().find(|realm| realm.key == row.realm)?;
        Some(Self { id: row.id.into(), realm: realm.key.into(), domain: realm.domain.into() })
    }

    /// A region of a domain, both validated, since both become a host name. The realm follows from the domain if it is known.
    fn of_domain(id: &str, domain: &str) -> Option<Self> {
        let (id, domain) = (id.trim().to_ascii_lowercase(), domain.trim().to_ascii_lowercase());
        if !is_label(&id) || !domain.contains('.') || !domain.split('.').all(is_label) {
            return None;
        }
        let realm = REALMS.iter().find(|realm| realm.domain == domain);
        let realm = realm.map_or("unknown", |realm| realm.key).into();
        Some(Self { id: id.into(), realm, domain: domain.into() })
    }

    /// The text by which [`Regions::configured`] finds this region again, whatever the tables hold.
    #[cfg(all(feature = "ring", feature = "system"))]
    pub(crate) fn configured_text(&self) -> String {
        match Self::built_in(self.id()) {
            Some(found) if found == *self => self.id().to_owned(),
            _ => format!("{}.{}", self.id(), self.domain()),
        }
    }

    /// The identifier, such as `us-chicago-1`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The key of the realm, such as `oc1` for the commercial one; `unknown` for a domain that no table gives a key.
    #[must_use]
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// The second-level domain of the realm, such as `oraclecloud.com`.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The host of a service in this region after the template `{service}.{region}.oci.{domain}`.
    ///
    /// This is the form of the Generative AI services and of every newer one; `service` is the part before the region,
    /// such as `inference.generativeai`.
    #[must_use]
    pub fn host(&self, service: &str) -> String {
        format!("{service}.{self}.oci.{}", self.domain)
    }

    /// The identifiers of all known regions, in the order of the table.
    pub fn known() -> impl Iterator<Item = &'static str> {
        REGIONS.iter().map(|row| row.id)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

/// A region that no table holds.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "unknown region {given:?}{}{}",
    .nearest.map(|id| format!(", did you mean {id}?")).unwrap_or_default(),
    .unusable.as_ref().map(|source| format!(" ({source} cannot be used)")).unwrap_or_default()
)]
pub struct RegionError {
    given: String,
    nearest: Option<&'static str>,
    /// A source of regions that was looked at and is malformed.
    unusable: Option<String>,
}

impl RegionError {
    fn unknown(text: &str) -> Self {
        let given = text.trim();
        Self {
            nearest: nearest(&given.to_ascii_lowercase()),
            given: given.to_owned(),
            unusable: None,
        }
    }

    /// The text that was given.
    #[must_use]
    pub fn given(&self) -> &str {
        &self.given
    }

    /// The known region that is spelt most like it, if any is close.
    #[must_use]
    pub fn nearest(&self) -> Option<&'static str> {
        self.nearest
    }
}

/// One part of a host name after RFC 1123.
fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The known identifier within [`MAX_EDITS`] edits of `wanted`.
fn nearest(wanted: &str) -> Option<&'static str> {
    // Hostile input must not cost quadratic time; no identifier is this long.
    if wanted.len() > 40 {
        return None;
    }
    REGIONS
        .iter()
        .map(|row| (edits(wanted.as_bytes(), row.id.as_bytes()), row.id))
        .min()
        .filter(|(distance, _)| *distance <= MAX_EDITS)
        .map(|(_, id)| id)
}

/// Levenshtein distance, one row at a time.
fn edits(left: &[u8], right: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = i;
        let mut before = i + 1;
        if let Some(first) = row.first_mut() {
            *first = before;
        }
        for (cell, b) in row.iter_mut().skip(1).zip(right) {
            let replaced = diagonal + usize::from(a != b);
            diagonal = *cell;
            *cell = replaced.min(*cell + 1).min(before + 1);
            before = *cell;
        }
    }
    row.last().copied().unwrap_or(left.len())
}

/// Three typing errors are forgiven; with more, most region names resemble each other.
const MAX_EDITS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_realm_and_is_found_by_both_names() {
        for row in REGIONS {
            let region = Region::parse(row.id).unwrap();
            assert_eq!(region, Region::parse(&row.code.to_uppercase()).unwrap());
            assert_eq!(region.realm(), row.realm);
        }
        assert_eq!((REGIONS.len(), REALMS.len()), (85, 20), "the size of the official table");
    }

    #[test]
    fn the_domain_follows_the_realm() {
        let host = |id: &str| Region::parse(id).unwrap().host("inference.generativeai");
        assert_eq!(
            host("us-langley-1"),
            "inference.generativeai.us-langley-1.oci.oraclegovcloud.com"
        );
        assert_eq!(
            host("eu-frankfurt-2"),
            "inference.generativeai.eu-frankfurt-2.oci.oraclecloud.eu"
        );
    }

    #[track_caller]
    fn check_unknown(given: &str, nearest: Option<&str>) {
        let error = Region::parse(given).unwrap_err();
        assert_eq!(error.nearest(), nearest, "{given}");
        assert_eq!(error.given(), given.trim());
    }

    #[test]
    fn unknown_regions_name_the_nearest() {
        check_unknown("us-chicgo-1", Some("us-chicago-1"));
        check_unknown(" uk-londn-1", Some("uk-london-1"));
        check_unknown("mars-olympus-1", None);
        check_unknown("us-ashburn-1.evil.example", None);
        check_unknown("", None);
        check_unknown(&"x".repeat(100_000), None);
    }

    #[test]
    fn edits_is_the_usual_distance() {
        assert_eq!(edits(b"", b"abc"), 3);
        assert_eq!(edits(b"abc", b""), 3);
        assert_eq!(edits(b"kitten", b"sitting"), 3);
        assert_eq!(edits(b"same", b"same"), 0);
    }
}
