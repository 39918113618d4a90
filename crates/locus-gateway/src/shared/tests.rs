//! What gateways share, decided by a model and by the scripts.

mod model;
#[cfg(feature = "redis")]
mod server;
