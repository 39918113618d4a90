//! Regions beyond the table: what an administrator of this machine describes.

use serde_json::Value;

use super::{Region, RegionError};
use crate::env::{Env, EnvError};

/// The regions that this machine knows: those of the official SDKs and those that it is configured with.
///
/// As in the official SDKs a region is looked for, in this order, in the table that is built in, in
/// `~/.oci/regions-config.json` (an array of objects) and in the variable `OCI_REGION_METADATA` (one object). Each object has
/// `realmKey`, `realmDomainComponent`, `regionKey` and `regionIdentifier`. A region that none of them has is taken to be one of
/// the domain in `OCI_DEFAULT_REALM`, such as `oraclecloud.com`, if that is set. The SDKs then assume the commercial realm;
/// here it is an error, because a misspelt region would become somebody's host name.
#[derive(Clone, Debug, Default)]
pub struct Regions {
    /// Names and texts of the sources, in the order in which they are looked at.
    sources: Vec<(String, String)>,
    default_domain: Option<String>,
}

impl Regions {
    /// Those of an environment. The files are read now and understood when a region is looked for that is not built in, so that
    /// damage in them cannot break the use of one that is.
    ///
    /// # Errors
    /// [`EnvError`] if a variable is not UTF-8.
    pub fn from_env(env: &Env) -> Result<Self, EnvError> {
        let mut sources = Vec::new();
        #[cfg(feature = "system")]
        if let Some(home) = env.home() {
            let path = home.join(".oci").join("regions-config.json");
            if let Ok(text) = std::fs::read_to_string(&path) {
                sources.push((path.display().to_string(), text));
            }
        }
        if let Some(text) = env.get(METADATA)? {
            sources.push((METADATA.to_owned(), text.to_owned()));
        }
        let default_domain = env.get(DEFAULT_REALM)?.map(str::to_owned);
        Ok(Self { sources, default_domain })
    }

    /// Looks a region up by its identifier or short code, in any letter case.
    ///
    /// # Errors
    /// [`RegionError`] if nothing describes it; it also names a source that was looked at in vain because it is malformed.
    pub fn find(&self, text: &str) -> Result<Region, RegionError> {
        if let Some(region) = Region::built_in(text) {
            return Ok(region);
        }
        let mut error = RegionError::unknown(text);
        for (name, json) in &self.sources {
            match described(json, text.trim()) {
                Some(Some(region)) => return Ok(region),
                Some(None) => {}
                None => error.unusable = Some(name.clone()),
            }
        }
        // Close to a known region it is a typing error, whatever the default realm is.
        let domain = self.default_domain.as_ref().filter(|_| error.nearest.is_none());
        domain.and_then(|domain| Region::of_domain(text, domain)).ok_or(error)
    }

    /// The same for text that a user configured, which may also be a region and its domain, `us-new-1.oraclecloud99.com`.
    ///
    /// Do not use it for text from elsewhere, such as a server: it would choose the host that credentials are sent to.
    ///
    /// # Errors
    /// As for [`find`](Self::find).
    pub fn configured(&self, text: &str) -> Result<Region, RegionError> {
        match text.trim().split_once('.') {
            Some((id, domain)) => {
                Region::of_domain(id, domain).ok_or_else(|| RegionError::unknown(text))
            }
            None => self.find(text),
        }
    }
}

/// The region in a source; `None` outside if the source is malformed, inside if it has no such region.
fn described(json: &str, wanted: &str) -> Option<Option<Region>> {
    let value: Value = serde_json::from_str(json).ok()?;
    let objects = match &value {
        Value::Array(objects) => objects.as_slice(),
        one => std::slice::from_ref(one),
    };
    for object in objects {
        let text = |key: &str| object.get(key)?.as_str().map(str::trim);
        let (code, id) = (text("regionKey")?, text("regionIdentifier")?);
        if id.eq_ignore_ascii_case(wanted) || code.eq_ignore_ascii_case(wanted) {
            return Some(Some(Region::described(object)?));
        }
        // One that is malformed spoils its source even if it is another region.
        let _ = (text("realmKey")?, text("realmDomainComponent")?);
    }
    Some(None)
}

impl Region {
    /// The region that an object of such a source describes.
    pub(crate) fn described(object: &Value) -> Option<Self> {
        let text = |key: &str| object.get(key)?.as_str().map(str::trim);
        let region = Self::of_domain(text("regionIdentifier")?, text("realmDomainComponent")?)?;
        Some(Self { realm: text("realmKey")?.to_ascii_lowercase().into(), ..region })
    }
}

const DEFAULT_REALM: &str = "OCI_DEFAULT_REALM";
const METADATA: &str = "OCI_REGION_METADATA";

#[cfg(test)]
mod tests {
    use super::*;

    const MARS: &str = r#"{"realmKey":"OC99","realmDomainComponent":"oraclecloud99.com","regionKey":"OLY","regionIdentifier":"mars-olympus-1"}"#;

    fn regions(pairs: &[(&str, &str)]) -> Regions {
        Regions::from_env(&Env::from_pairs(pairs.iter().copied())).unwrap()
    }

    #[test]
    fn metadata_describes_new_regions() {
        let regions = regions(&[(METADATA, MARS)]);
        for name in ["mars-olympus-1", "OLY"] {
            let region = regions.find(name).unwrap();
            assert_eq!((region.id(), region.realm()), ("mars-olympus-1", "oc99"));
            assert_eq!(region.host("auth"), "auth.mars-olympus-1.oci.oraclecloud99.com");
        }
        assert!(regions.find("venus-1").is_err());
    }

    #[test]
    fn a_damaged_source_is_named_and_breaks_nothing_else() {
        for bad in ["{", "[1]", r#"{"realmKey":"oc1"}"#, &MARS.replace("99.com", "99.com/@evil")] {
            let regions = regions(&[(METADATA, bad)]);
            assert_eq!(regions.find("us-chicago-1").unwrap().id(), "us-chicago-1");
            let error = regions.find("mars-olympus-1").unwrap_err().to_string();
            assert!(error.contains("OCI_REGION_METADATA cannot be used"), "{error}");
        }
    }

    #[test]
    fn a_file_in_the_home_folder_comes_first() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".oci")).unwrap();
        let text = format!("[{MARS}]").replace("oraclecloud99", "oraclecloud98");
        std::fs::write(home.path().join(".oci/regions-config.json"), text).unwrap();
        let regions = regions(&[("HOME", home.path().to_str().unwrap()), (METADATA, MARS)]);
        assert_eq!(regions.find("oly").unwrap().domain(), "oraclecloud98.com");
    }

    #[test]
    fn the_default_realm_is_for_new_regions_and_not_for_typing_errors() {
        let regions = regions(&[(DEFAULT_REALM, "oraclecloud.eu")]);
        let region = regions.find("mars-olympus-1").unwrap();
        assert_eq!((region.realm(), region.domain()), ("oc19", "oraclecloud.eu"));
        assert_eq!(regions.find("us-chicgo-1").unwrap_err().nearest(), Some("us-chicago-1"));
        for bad in ["a/b", "-a", "a_b", "", "a b", "a@b", "ä"] {
            assert!(regions.find(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_dotted_region_is_for_configuration_only() {
        let regions = Regions::default();
        let text = "Us-New-1.OracleCloud99.com";
        let region = regions.configured(text).unwrap();
        assert_eq!((region.id(), region.domain()), ("us-new-1", "oraclecloud99.com"));
        assert!(regions.find(text).is_err() && Region::parse(text).is_err());
        for bad in ["a.b", "a..b.com", ".b.com", "a.b.com/", "a.b.com:1", "x@a.b.com", "a.b.com?"] {
            assert!(regions.configured(bad).is_err(), "{bad}");
        }
    }
}
