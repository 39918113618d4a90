//! The configuration files: the same models for every gateway, with a key that opens nothing.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Result, read, root};

/// Files that are written for one run.
pub(super) struct Settings {
    pub(super) folder: PathBuf,
    /// With keys of clients, limits and a budget.
    pub(super) on: PathBuf,
    /// Without any.
    pub(super) off: PathBuf,
    pub(super) litellm: PathBuf,
    /// The key of a client of the first.
    pub(super) key: String,
    /// LiteLLM refuses to start without one of about this length.
    pub(super) litellm_key: &'static str,
}

/// Makes a key of a client with limits that are never reached. The models are written by [`Settings::point_at`].
pub(super) fn write(folder: &Path, locus: &Path) -> Result<Settings> {
    let keys = folder.join("keys.json");
    if keys.exists() {
        std::fs::remove_file(&keys)?;
    }
    let pem = root().join("fixtures/keys/rsa2048_a.pkcs8.pem");
    let key_file = folder.join("key.pem");
    std::fs::copy(pem, &key_file)?;
    // Both gateways say something about a key that others can read.
    read(Command::new("chmod").arg("600").arg(key_file))?;
    let mut create = Command::new(locus);
    create.args(["keys", "create", "bench", "--file"]).arg(&keys).args(LIMITS);
    let key = read(&mut create)?.trim().to_owned();
    Ok(Settings {
        on: folder.join("on.yaml"),
        off: folder.join("off.yaml"),
        litellm: folder.join("litellm.yaml"),
        folder: folder.to_owned(),
        key,
        litellm_key: "sk-8d1f0b6e5a3c49d7b2f4e6a8c0d1e3f5a7b9c1d3e5f7a9b1c3d5e7f9a1b3c5d7",
    })
}

impl Settings {
    /// Writes the files with a service of this host.
    pub(super) fn point_at(&self, host: &str) -> Result<()> {
        let key_file = self.folder.join("key.pem");
        let fingerprint = fingerprint()?;
        let identity = format!(
            "      api_base: http://{host}\n      oci_region: us-chicago-1\n      \
             oci_user: ocid1.user.oc1..bench\n      oci_tenancy: ocid1.tenancy.oc1..bench\n      \
             oci_fingerprint: {fingerprint}\n      oci_key_file: {}\n      \
             oci_compartment_id: ocid1.compartment.oc1..bench\n",
            key_file.display()
        );
        let entry = |name: &str, model: &str, rest: &str| {
            format!(
                "  - model_name: {name}\n    model_info: {{input_cost_per_token: 3.0e-6, output_cost_per_token: 1.5e-5}}\n    \
                 litellm_params:\n      model: {model}\n{rest}"
            )
        };
        let signed = entry("signed", "oci/xai.grok-4", &identity);
        let native = format!("{identity}      oci_transport: native\n");
        let native = entry("native", "oci/xai.grok-4", &native);
        let bearer = format!(
            "      api_base: http://{host}\n      oci_api_key: sk-bench\n      oci_region: us-chicago-1\n"
        );
        let bearer = entry("bearer", "oci/xai.grok-4", &bearer);
        let models = format!("model_list:\n{signed}{native}{bearer}");
        let keys = self.folder.join("keys.json");
        let general = format!("general_settings: {{keys_file: {}}}\n", keys.display());
        std::fs::write(&self.on, format!("{general}{models}"))?;
        std::fs::write(&self.off, &models)?;
        let openai = format!("      api_base: http://{host}/openai/v1\n      api_key: sk-bench\n");
        let openai = entry("bearer", "openai/xai.grok-4", &openai);
        std::fs::write(&self.litellm, format!("model_list:\n{signed}{openai}"))?;
        Ok(())
    }
}

/// The fingerprint of the key, as the fixtures tell it.
fn fingerprint() -> Result<String> {
    let manifest = std::fs::read_to_string(root().join("fixtures/keys/manifest.json"))?;
    let rest =
        manifest.split_once("\"rsa2048_a\"").and_then(|(_, rest)| rest.split_once("fingerprint"));
    let text =
        rest.and_then(|(_, rest)| rest.split('"').find(|text| text.matches(':').count() == 15));
    Ok(text.ok_or("fixtures/keys/manifest.json does not tell the fingerprint")?.to_owned())
}

/// All kinds, none of which is ever reached.
const LIMITS: &[&str] = &["--rpm", "1000000000", "--tpm", "4000000000", "--parallel", "100000"];
