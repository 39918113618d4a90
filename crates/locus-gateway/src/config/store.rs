//! The store in which several gateways count together: where it is, and what happens without it.

use std::time::Duration;

use http::uri::Authority;
use percent_encoding::percent_decode_str;

use super::error::ConfigError;
use super::file::{RouterSettings, Scalar};
use super::value::{Reader, position, refused};
use crate::secret::Secret;

/// A server that speaks the protocol of Redis, and how it is used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct StoreConfig {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: bool,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<Secret>,
    pub(crate) database: i64,
    /// What the names of everything in the store begin with.
    pub(crate) namespace: String,
    /// How long one operation may take.
    pub(crate) timeout: Duration,
    pub(crate) when_away: WhenAway,
}

/// What happens to keys with limits while the store cannot be asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum WhenAway {
    /// They are refused: nothing is admitted that is not counted.
    Fail,
    /// Each gateway counts alone, with its share of the limits.
    Alone,
}

/// Reads the store that `router_settings` name, if they name one.
///
/// The name and password of a user may be in the environment, where LiteLLM's client looks for them. The address may not: in a
/// Kubernetes cluster with a service called `redis` every pod has a `REDIS_PORT`, which says nothing about this gateway.
pub(super) fn store(
    reader: &Reader<'_>,
    router: Option<&RouterSettings>,
) -> Result<Option<StoreConfig>, ConfigError> {
    let Some(router) = router else { return Ok(None) };
    let url = reader.required_reference("router_settings.redis_url", router.redis_url.as_ref())?;
    let host =
        reader.required_reference("router_settings.redis_host", router.redis_host.as_ref())?;
    let mut store = match (url, host, &router.redis_host) {
        (Some(_), Some(_), Some(scalar)) => {
            return Err(refused("router_settings.redis_host", scalar, "redis_host or redis_url"));
        }
        (Some(url), _, _) => match parsed(&url) {
            Some(store) => store,
            None => return Err(no_url(router.redis_url.as_ref())),
        },
        (None, Some(host), _) => StoreConfig::at(host),
        (None, None, _) => return Ok(None),
    };
    let port = reader.parsed(
        "router_settings.redis_port",
        router.redis_port.as_ref(),
        "a port, from 1 to 65535",
        |text| text.parse().ok().filter(|port| *port > 0),
    )?;
    store.port = port.unwrap_or(store.port);
    let tls = reader.flag("router_settings.redis_ssl", router.redis_ssl.as_ref())?;
    store.tls = tls.unwrap_or(store.tls);
    let database = reader.number("router_settings.redis_db", router.redis_db.as_ref())?;
    store.database =
        database.and_then(|number| i64::try_from(number).ok()).unwrap_or(store.database);
    let username = reader.text("router_settings.redis_username", router.redis_username.as_ref())?;
    let password = reader.text("router_settings.redis_password", router.redis_password.as_ref())?;
    if store.password.is_none() {
        store.username = match username.or(store.username) {
            None => reader.variable(&["REDIS_USERNAME"])?,
            told => told,
        };
        store.password = match password {
            None => reader.variable(&["REDIS_PASSWORD"])?,
            told => told,
        }
        .map(Secret::new);
    }
    let namespace =
        reader.text("router_settings.redis_namespace", router.redis_namespace.as_ref())?;
    store.namespace = namespace.unwrap_or(store.namespace);
    let timeout = reader.parsed(
        "router_settings.redis_timeout",
        router.redis_timeout.as_ref(),
        "a number of seconds above 0 and up to 60",
        |text| {
            let seconds = text.parse().ok().filter(|seconds| *seconds > 0.0 && *seconds <= 60.0)?;
            Duration::try_from_secs_f64(seconds).ok()
        },
    )?;
    store.timeout = timeout.unwrap_or(store.timeout);
    let when_away = reader.parsed(
        "router_settings.redis_on_failure",
        router.redis_on_failure.as_ref(),
        "fail or alone",
        |text| match text {
            "fail" => Some(WhenAway::Fail),
            "alone" => Some(WhenAway::Alone),
            _ => None,
        },
    )?;
    store.when_away = when_away.unwrap_or(store.when_away);
    Ok(Some(store))
}

impl StoreConfig {
    fn at(host: String) -> Self {
        Self {
            host,
            port: DEFAULT_PORT,
            tls: false,
            username: None,
            password: None,
            database: 0,
            namespace: DEFAULT_NAMESPACE.to_owned(),
            timeout: DEFAULT_TIMEOUT,
            when_away: WhenAway::Fail,
        }
    }
}

/// `redis[s]://[[user]:password@]host[:port][/database]`, as clients of Redis write it.
fn parsed(url: &str) -> Option<StoreConfig> {
    let (scheme, rest) = url.trim().split_once("://")?;
    let tls = match scheme {
        "redis" => false,
        "rediss" => true,
        _ => return None,
    };
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let authority: Authority = authority.parse().ok()?;
    let host = authority.host();
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let mut store = StoreConfig::at(host.to_owned());
    store.tls = tls;
    if let Some(port) = authority.port() {
        store.port = port.as_str().parse().ok().filter(|port| *port > 0)?;
    }
    if let Some((user, _)) = authority.as_str().rsplit_once('@') {
        let (name, password) = user.split_once(':').unwrap_or((user, ""));
        let text = |part: &str| percent_decode_str(part).decode_utf8().ok().map(String::from);
        store.username = Some(text(name)?).filter(|name| !name.is_empty());
        store.password = Some(text(password)?).filter(|text| !text.is_empty()).map(Secret::new);
    }
    if !database.is_empty() {
        store.database = database.parse().ok().filter(|number| *number >= 0)?;
    }
    Some(store).filter(|store| !store.host.is_empty())
}

/// The URL is not shown: it may hold a password.
fn no_url(scalar: Option<&Scalar>) -> ConfigError {
    let place = scalar.map_or((0, 0), position);
    let expected = "expected redis://[user:password@]host[:port][/database], or rediss:// for TLS";
    ConfigError::at("router_settings.redis_url", place, expected)
}

const DEFAULT_PORT: u16 = 6379;
const DEFAULT_NAMESPACE: &str = "locus";

/// A store in the same region answers within a millisecond; what takes longer than this is not going to.
const DEFAULT_TIMEOUT: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_all_parts_or_few() {
        let store = parsed("rediss://alice:p%40ss@cache.example:7000/3").unwrap();
        assert_eq!((store.host.as_str(), store.port, store.database), ("cache.example", 7000, 3));
        assert!(store.tls && store.username.as_deref() == Some("alice"));
        assert_eq!(store.password.as_ref().unwrap().reveal(), "p@ss");
        assert!(!format!("{store:?}").contains("p@ss"));
        let store = parsed("redis://:secret@[::1]").unwrap();
        assert_eq!((store.host.as_str(), store.port, store.username), ("::1", 6379, None));
        assert_eq!(parsed("redis://localhost/").unwrap().password, None);
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for text in ["localhost:6379", "http://a", "redis://", "redis://a:0", "redis://a/x"] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }
}
