//! Endpoint templates, in the notation of the official SDKs.

use super::{Region, is_label};

/// The endpoint of a service before region and realm are known, such as
/// `https://inference.generativeai.{region}.{dualStack?ds.:}oci.{secondLevelDomain}`.
///
/// The notation is that of the official SDKs: `{region}`, `{secondLevelDomain}`, `{dualStack?yes:no}` for a text that depends
/// on whether IPv6 is wanted, and `{name+Dot}` for the value of a parameter with a dot behind it.
///
/// ```
/// use oci_auth::{EndpointTemplate, Region};
///
/// let region = Region::parse("us-chicago-1")?;
/// let inference = EndpointTemplate::GENERATIVE_AI_INFERENCE;
/// assert_eq!(inference.expand(&region, &[])?, "https://inference.generativeai.us-chicago-1.oci.oraclecloud.com");
/// assert_eq!(inference.dual_stack().expand(&region, &[])?, "https://inference.generativeai.us-chicago-1.ds.oci.oraclecloud.com");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EndpointTemplate<'t> {
    text: &'t str,
    dual_stack: bool,
}

impl EndpointTemplate<'static> {
    /// The authentication service: federation and sessions.
    pub const AUTH: Self = Self::new("https://auth.{region}.{secondLevelDomain}");
    /// Generative AI: its management.
    pub const GENERATIVE_AI: Self =
        Self::new("https://generativeai.{region}.{dualStack?ds.:}oci.{secondLevelDomain}");
    /// Generative AI: inference.
    pub const GENERATIVE_AI_INFERENCE: Self = Self::new(
        "https://inference.generativeai.{region}.{dualStack?ds.:}oci.{secondLevelDomain}",
    );
    /// Identity and access management.
    pub const IDENTITY: Self = Self::new("https://identity.{region}.oci.{secondLevelDomain}");
    /// Object Storage.
    pub const OBJECT_STORAGE: Self =
        Self::new("https://objectstorage.{region}.{dualStack?ds.oci.:}{secondLevelDomain}");
    /// Object Storage, with the namespace in the host name, in the commercial realm.
    pub const OBJECT_STORAGE_OC1: Self = Self::new(
        "https://{namespaceName+Dot}objectstorage.{region}.{dualStack?ds.:}oci.customer-oci.com",
    );
}

impl<'t> EndpointTemplate<'t> {
    /// A template of any service.
    #[must_use]
    pub const fn new(text: &'t str) -> Self {
        Self { text, dual_stack: false }
    }

    /// The same with the addresses of both IPv4 and IPv6, which not every service has.
    #[must_use]
    pub const fn dual_stack(self) -> Self {
        Self { dual_stack: true, ..self }
    }

    /// The endpoint in a region. A parameter that the template does not name is ignored.
    ///
    /// # Errors
    /// [`TemplateError`] for a template that is not understood, and for a parameter that is missing or would not be one part of a
    /// host name.
    pub fn expand(
        &self,
        region: &Region,
        parameters: &[(&str, &str)],
    ) -> Result<String, TemplateError> {
        let mut url = String::with_capacity(self.text.len() + 24);
        let mut rest = self.text;
        while let Some((before, after)) = rest.split_once('{') {
            url.push_str(before);
            let (name, after) = after.split_once('}').ok_or(TemplateError::Syntax)?;
            rest = after;
            match name {
                "region" => url.push_str(region.id()),
                "secondLevelDomain" => url.push_str(region.domain()),
                _ => self.expand_other(name, parameters, &mut url)?,
            }
        }
        if rest.contains('}') {
            return Err(TemplateError::Syntax);
        }
        url.push_str(rest);
        Ok(url)
    }

    fn expand_other(
        &self,
        name: &str,
        parameters: &[(&str, &str)],
        url: &mut String,
    ) -> Result<(), TemplateError> {
        if let Some((option, choice)) = name.split_once('?') {
            let (yes, no) = choice.split_once(':').ok_or(TemplateError::Syntax)?;
            if option != "dualStack" {
                return Err(TemplateError::Syntax);
            }
            url.push_str(if self.dual_stack { yes } else { no });
            return Ok(());
        }
        let (parameter, dot) = match name.strip_suffix("+Dot") {
            Some(parameter) => (parameter, "."),
            None => (name, ""),
        };
        let value =
            parameters.iter().find(|(given, _)| *given == parameter).map(|(_, value)| *value);
        match value.filter(|value| is_label(value)) {
            Some(value) => {
                url.push_str(value);
                url.push_str(dot);
                Ok(())
            }
            None => Err(TemplateError::Parameter { name: parameter.to_owned() }),
        }
    }
}

/// An endpoint template that cannot be expanded.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A parameter is missing, or would not be one part of a host name.
    #[error("expected letters, digits and hyphens for {name}, found none or other characters")]
    Parameter {
        /// The parameter.
        name: String,
    },
    /// A brace or an option is not understood.
    #[error("the endpoint template is malformed")]
    Syntax,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(template: EndpointTemplate<'_>, parameters: &[(&str, &str)], plain: &str, dual: &str) {
        let region = Region::parse("us-ashburn-1").unwrap();
        assert_eq!(template.expand(&region, parameters).unwrap(), plain);
        assert_eq!(template.dual_stack().expand(&region, parameters).unwrap(), dual);
    }

    #[test]
    fn the_templates_of_the_services() {
        check(
            EndpointTemplate::AUTH,
            &[],
            "https://auth.us-ashburn-1.oraclecloud.com",
            "https://auth.us-ashburn-1.oraclecloud.com",
        );
        check(
            EndpointTemplate::OBJECT_STORAGE,
            &[],
            "https://objectstorage.us-ashburn-1.oraclecloud.com",
            "https://objectstorage.us-ashburn-1.ds.oci.oraclecloud.com",
        );
        check(
            EndpointTemplate::OBJECT_STORAGE_OC1,
            &[("namespaceName", "acme")],
            "https://acme.objectstorage.us-ashburn-1.oci.customer-oci.com",
            "https://acme.objectstorage.us-ashburn-1.ds.oci.customer-oci.com",
        );
    }

    #[test]
    fn what_would_become_another_host_is_refused() {
        let region = Region::parse("us-ashburn-1").unwrap();
        for bad in ["", "a.b", "a/", "a@b", "a:b", "-a"] {
            let found =
                EndpointTemplate::OBJECT_STORAGE_OC1.expand(&region, &[("namespaceName", bad)]);
            assert_eq!(
                found,
                Err(TemplateError::Parameter { name: "namespaceName".to_owned() }),
                "{bad}"
            );
        }
        for bad in ["https://{region", "https://region}", "https://{x?y}", "https://{x?y:z}"] {
            assert_eq!(
                EndpointTemplate::new(bad).expand(&region, &[]),
                Err(TemplateError::Syntax),
                "{bad}"
            );
        }
    }
}
