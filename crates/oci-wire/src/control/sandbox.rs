//! Sandboxes of a project: isolated machines in which code runs.

use crate::object::object;
use crate::tagged::tagged;

object! { kept
    /// Whether and how code runs in sandboxes.
    pub struct SandboxConfig {
        /// Whether there are sandboxes.
        pub is_enabled: Option<bool> = "isEnabled",
        /// Whether a sandbox keeps its disk.
        pub is_persistence_enabled: Option<bool> = "isPersistenceEnabled",
        /// How many are kept ready.
        pub warm_pool_config: Option<SandboxWarmPoolConfig> = "warmPoolConfig",
        /// What a sandbox may reach.
        pub sandbox_outbound_networking_config: Option<SandboxOutboundNetworking> = "sandboxOutboundNetworkingConfig",
        /// Credentials that are put into a sandbox's requests on their way out.
        pub credential_profiles: Option<Vec<SandboxCredentialProfile>> = "credentialProfiles",
    }
}

object! { kept
    /// How many sandboxes of the managed runtime are kept ready.
    pub struct SandboxWarmPoolConfig {
        /// Small ones.
        pub small_count: Option<u64> = "smallCount",
        /// Medium ones.
        pub medium_count: Option<u64> = "mediumCount",
        /// Large ones.
        pub large_count: Option<u64> = "largeCount",
    }
}

tagged! {
    /// The network of a sandbox, told apart by `networkMode`.
    pub enum SandboxOutboundNetworking by "networkMode" {
        /// The service's network.
        "MANAGED" => Managed(ManagedSandboxNetworking),
        /// A subnet of the customer.
        "CUSTOM" => Custom(CustomSandboxNetworking),
    }
}

object! { kept
    /// The service's network.
    pub struct ManagedSandboxNetworking (tag "networkMode" = "MANAGED") {
        /// What may be reached over it.
        pub network_policy: Option<SandboxNetworkPolicy> = "networkPolicy",
    }
}

object! { kept
    /// A subnet of the customer, whose rules say what may be reached.
    pub struct CustomSandboxNetworking (tag "networkMode" = "CUSTOM") {
        /// The OCID of the subnet.
        pub subnet_id: Option<String> = "subnetId",
        /// The OCIDs of network security groups.
        pub nsg_ids: Option<Vec<String>> = "nsgIds",
    }
}

tagged! {
    /// What may be reached, told apart by `mode`.
    pub enum SandboxNetworkPolicy by "mode" {
        /// The domains of a list.
        "ALLOW" => Allow(SandboxAllowedDomains),
        /// Nothing.
        "DENY_ALL" => DenyAll(SandboxDeniesAll),
        /// Everything.
        "ALLOW_ALL" => AllowAll(SandboxAllowsAll),
    }
}

object! { kept
    /// The domains of a list.
    pub struct SandboxAllowedDomains (tag "mode" = "ALLOW") {
        /// The list.
        pub allowed_domains: Vec<AllowedDomain> = always "allowedDomains",
    }
}

object! { kept
    /// Nothing may be reached.
    pub struct SandboxDeniesAll (tag "mode" = "DENY_ALL") {
    }
}

object! { kept
    /// Everything may be reached.
    pub struct SandboxAllowsAll (tag "mode" = "ALLOW_ALL") {
    }
}

object! { kept
    /// Hosts that may be reached, and at which ports.
    pub struct AllowedDomain {
        /// The hosts.
        pub hostnames: Vec<String> = always "hostnames",
        /// The ports.
        pub ports: Vec<u32> = always "ports",
    }
}

object! { kept
    /// Credentials under a label, by which a sandbox asks for them.
    pub struct SandboxCredentialProfile {
        /// The label, unique in the project.
        pub label: Option<String> = "label",
        /// What is put into which requests.
        pub credential_injection_rules: Vec<SandboxCredentialRule> = always "credentialInjectionRules",
    }
}

tagged! {
    /// What is put into requests, told apart by `ruleType`.
    pub enum SandboxCredentialRule by "ruleType" {
        /// A header.
        "HTTP_HEADER" => HttpHeader(SandboxHeaderRule),
    }
}

object! { kept
    /// A header that is put into requests to one host.
    pub struct SandboxHeaderRule (tag "ruleType" = "HTTP_HEADER") {
        /// The host, without port.
        pub host: Option<String> = "host",
        /// The header; the service takes one.
        pub inject_headers: Vec<SandboxHeader> = always "injectHeaders",
    }
}

object! { kept
    /// A header whose value is in a vault: the secret never enters the sandbox.
    pub struct SandboxHeader {
        /// The name of the header.
        pub name: Option<String> = "name",
        /// What stands before the secret, such as `Bearer `.
        pub prefix: Option<String> = "prefix",
        /// The OCID of the secret.
        pub vault_secret_id: Option<String> = "vaultSecretId",
    }
}
