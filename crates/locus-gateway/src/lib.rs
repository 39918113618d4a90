//! # locus-gateway
#![doc = include_str!("../README.md")]

mod app;
mod chunks;
mod clock;
mod config;
mod cors;
mod error;
mod event_stream;
mod failure;
mod gateway;
mod guard;
mod keys;
mod losses;
mod metrics;
mod price;
mod receive;
mod recent;
mod record;
mod reply;
mod routes;
mod secret;
mod server;
mod shared;
mod stored;
mod traffic;
mod upstream;

// The public interface is:
pub use config::{Config, ConfigError, ConfigWarning};
pub use error::Error;
pub use gateway::{Gateway, GatewayBuilder};
pub use keys::{ClientKey, KeyFile, KeyFileError, KeyStore, Spent};
pub use price::Price;
pub use server::Server;
