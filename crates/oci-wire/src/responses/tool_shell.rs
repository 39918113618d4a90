//! Shells, containers and changes to files, as tools.

use crate::object::object;
use crate::secret::SecretText;
use crate::tagged::tagged;

object! { kept
    /// A shell of the caller.
    pub struct LocalShellTool (tag "type" = "local_shell") {}
}

object! { kept
    /// A shell of the caller or in a container.
    pub struct ShellTool (tag "type" = "shell") {
        /// Where commands run.
        pub environment: Option<ShellEnvironment> = "environment",
        /// Who may call it: `direct`, `programmatic`.
        pub allowed_callers: Option<Vec<String>> = "allowed_callers",
    }
}

object! { kept
    /// Changes to files.
    pub struct ApplyPatchTool (tag "type" = "apply_patch") {
        /// Who may call it: `direct`, `programmatic`.
        pub allowed_callers: Option<Vec<String>> = "allowed_callers",
    }
}

tagged! {
    /// Where commands run.
    pub enum ShellEnvironment by "type" {
        /// In a container that the service makes.
        "container_auto" => ContainerAuto(ContainerAuto),
        /// In a container that exists.
        "container_reference" => ContainerReference(ContainerReference),
        /// On a computer of the caller.
        "local" => Local(LocalEnvironment),
    }
}

object! { kept
    /// A container that the service makes when it is needed.
    pub struct ContainerAuto (tag "type" = "container_auto") {
        /// Files that are put into it.
        pub file_ids: Option<Vec<String>> = "file_ids",
        /// Its memory: `1g`, `4g`, `16g` or `64g`.
        pub memory_limit: Option<String> = "memory_limit",
        /// What it may reach.
        pub network_policy: Option<NetworkPolicy> = "network_policy",
        /// Skills that are put into it.
        pub skills: Option<Vec<Skill>> = "skills",
    }
}

object! { kept
    /// A container that exists.
    pub struct ContainerReference (tag "type" = "container_reference") {
        /// Its id.
        pub container_id: String = always "container_id",
    }
}

object! { kept
    /// A computer of the caller.
    pub struct LocalEnvironment (tag "type" = "local") {
        /// Skills that are on it.
        pub skills: Option<Vec<LocalSkill>> = "skills",
    }
}

object! { kept
    /// A skill on a computer of the caller.
    pub struct LocalSkill {
        /// Its name.
        pub name: String = always "name",
        /// What it is for.
        pub description: Option<String> = "description",
        /// Its folder.
        pub path: Option<String> = "path",
    }
}

tagged! {
    /// A skill for a container.
    pub enum Skill by "type" {
        /// One that was uploaded before.
        "skill_reference" => Reference(SkillReference),
        /// One that comes with the request.
        "inline" => Inline(InlineSkill),
    }
}

object! { kept
    /// A skill that was uploaded before.
    pub struct SkillReference (tag "type" = "skill_reference") {
        /// Its id.
        pub skill_id: String = always "skill_id",
        /// Its version; the default one when left out.
        pub version: Option<String> = "version",
    }
}

object! { kept
    /// A skill that comes with the request.
    pub struct InlineSkill (tag "type" = "inline") {
        /// Its name.
        pub name: String = always "name",
        /// What it is for.
        pub description: Option<String> = "description",
        /// Its content.
        pub source: Option<InlineSkillSource> = "source",
    }
}

object! { kept
    /// The content of a skill.
    pub struct InlineSkillSource (tag "type" = "base64") {
        /// A zip archive in base64.
        pub data: String = always "data",
        /// `application/zip`
        pub media_type: Option<String> = "media_type",
    }
}

tagged! {
    /// What a container may reach.
    pub enum NetworkPolicy by "type" {
        /// Nothing.
        "disabled" => Disabled(NetworkDisabled),
        /// Some domains.
        "allowlist" => Allowlist(NetworkAllowlist),
    }
}

object! { kept
    /// A container without network.
    pub struct NetworkDisabled (tag "type" = "disabled") {}
}

object! { kept
    /// A container that reaches some domains.
    pub struct NetworkAllowlist (tag "type" = "allowlist") {
        /// The domains.
        pub allowed_domains: Vec<String> = always "allowed_domains",
        /// Secrets that are put into requests to them.
        pub domain_secrets: Option<Vec<DomainSecret>> = "domain_secrets",
    }
}

object! { kept
    /// A secret that is put into a container's requests to a domain.
    pub struct DomainSecret {
        /// The domain.
        pub domain: String = always "domain",
        /// The name under which the container knows it.
        pub name: String = always "name",
        /// The secret.
        pub value: Option<SecretText> = "value",
    }
}
