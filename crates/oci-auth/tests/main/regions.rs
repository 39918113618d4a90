//! The table of regions against that of the official SDKs.

use oci_auth::Region;
use serde_json::Value;

use crate::fixture;

#[test]
fn every_region_of_the_official_sdks_is_known_by_both_names() {
    let file: Value =
        serde_json::from_slice(&std::fs::read(fixture("regions/regions.json")).unwrap()).unwrap();
    let rows = file["regions"].as_array().unwrap();
    for row in rows {
        let text = |key: &str| row[key].as_str().unwrap();
        let region = Region::parse(text("code")).unwrap();
        assert_eq!(region, Region::parse(text("key")).unwrap());
        assert_eq!((region.realm(), region.domain()), (text("realm"), text("domain")));
    }
    assert_eq!((rows.len(), Region::known().count()), (85, 85));
}
