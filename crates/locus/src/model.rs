//! Models with a transport and a client of their own, for programs that choose both.

use std::marker::PhantomData;
use std::ops::Deref;
use std::path::PathBuf;

use oci_auth::{Env, Signer};
use oci_router::{Format, IntoModel, Model, Router, Transport};
use oci_transport::Endpoint;
use oci_wire::Family;

use crate::client::{Client, ClientBuilder};
use crate::error::{Error, Result};

macro_rules! models {
    ($($(#[$doc:meta])* $name:ident over $transport:ident)*) => { $(
        $(#[$doc])*
        ///
        /// It stands wherever an id can: [`Client::model`](crate::Client::model) takes it as it is. It dereferences to [`Model`].
        #[derive(Clone, Debug)]
        pub struct $name(Model);

        impl $name {
            /// A model with what is found in the environment of this process.
            ///
            /// # Errors
            /// As for [`ModelBuilder::build`].
            pub fn new(id: impl Into<String>) -> Result<Self> {
                Self::builder(id).build()
            }

            /// A model that is told some of what it needs and finds the rest in the environment of this process.
            pub fn builder(id: impl Into<String>) -> ModelBuilder<Self> {
                ModelBuilder::new(id.into())
            }
        }

        impl Explicit for $name {
            const TRANSPORT: Transport = Transport::$transport;

            fn of(model: Model) -> Self {
                Self(model)
            }
        }

        impl Deref for $name {
            type Target = Model;

            fn deref(&self) -> &Model {
                &self.0
            }
        }

        impl IntoModel for $name {
            fn into_model(self, _: &Router) -> Model {
                self.0
            }
        }

        impl IntoModel for &$name {
            fn into_model(self, _: &Router) -> Model {
                self.0.clone()
            }
        }

        impl From<$name> for Model {
            fn from(model: $name) -> Self {
                model.0
            }
        }
    )* };
}

models! {
    /// A model over chat completions, `/openai/v1/chat/completions`, whatever its id says.
    ///
    /// ```no_run
    /// # async fn run() -> locus::Result<()> {
    /// use locus::V1Model;
    ///
    /// let model = V1Model::builder("openai.gpt-5.5").profile("WORK").region("uk-london-1").build()?;
    /// println!("{}", model.chat("What is 2x2?").await?.text());
    /// # Ok(())
    /// # }
    /// ```
    V1Model over V1
    /// A model over the Responses API, `/openai/v1/responses`, whatever its id says.
    ///
    /// ```no_run
    /// # async fn run(client: locus::Client) -> locus::Result<()> {
    /// use locus::ResponsesModel;
    ///
    /// let model = ResponsesModel::builder("openai.gpt-5.5-pro").store(true).build()?;
    /// println!("{}", client.model(&model).chat("What is 2x2?").await?.text());
    /// # Ok(())
    /// # }
    /// ```
    ResponsesModel over Responses
    /// A model over the native API, `/20231130/actions/chat`, whatever its id says.
    ///
    /// ```no_run
    /// # async fn run() -> locus::Result<()> {
    /// use locus::{Family, NativeModel};
    ///
    /// let endpoint = "ocid1.generativeaiendpoint.oc1.us-chicago-1.aaaa";
    /// let model = NativeModel::builder(endpoint).of_family(Family::Llama).build()?;
    /// println!("{}", model.chat("What is 2x2?").await?.text());
    /// # Ok(())
    /// # }
    /// ```
    NativeModel over Native
}

/// A model of a transport that the program chooses.
pub trait Explicit: Sized {
    /// Its transport.
    const TRANSPORT: Transport;

    /// The model, which goes over that transport.
    fn of(model: Model) -> Self;
}

/// What an explicit model is told; everything that is left out is found as for a [`Client`], by the same variables.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ModelBuilder<M> {
    id: String,
    client: ClientBuilder,
    base_url: Option<String>,
    stores: Option<bool>,
    family: Option<Family>,
    format: Option<Format>,
    endpoint_id: Option<String>,
    kind: PhantomData<fn() -> M>,
}

impl<M: Explicit> ModelBuilder<M> {
    fn new(id: String) -> Self {
        Self {
            id,
            client: Client::builder(Env::process()),
            base_url: None,
            stores: None,
            family: None,
            format: None,
            endpoint_id: None,
            kind: PhantomData,
        }
    }

    fn change(self, change: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Self {
        Self { client: change(self.client), ..self }
    }

    /// The client that calls go through, with all that can be told to it; it replaces what was told before. Default: one of the
    /// process's environment.
    pub fn client(self, client: ClientBuilder) -> Self {
        Self { client, ..self }
    }

    /// The profile of the configuration file: [`ClientBuilder::profile`].
    pub fn profile(self, name: impl Into<String>) -> Self {
        self.change(|client| client.profile(name))
    }

    /// The configuration file: [`ClientBuilder::config_file`].
    pub fn config_file(self, path: impl Into<PathBuf>) -> Self {
        self.change(|client| client.config_file(path))
    }

    /// What signs the requests: [`ClientBuilder::signer`].
    pub fn signer(self, signer: Signer) -> Self {
        self.change(|client| client.signer(signer))
    }

    /// The region: [`ClientBuilder::region`].
    pub fn region(self, id: impl Into<String>) -> Self {
        self.change(|client| client.region(id))
    }

    /// The compartment: [`ClientBuilder::compartment_id`].
    pub fn compartment_id(self, ocid: impl Into<String>) -> Self {
        self.change(|client| client.compartment_id(ocid))
    }

    /// The Generative AI project: [`ClientBuilder::project`].
    pub fn project(self, ocid: impl Into<String>) -> Self {
        self.change(|client| client.project(ocid))
    }

    /// Scheme and host to call instead of the region's: [`ClientBuilder::endpoint`]. The paths of the service's APIs, such as
    /// `/openai/v1`, may stand behind it, as other clients want them, and are left out: each operation adds its own.
    pub fn base_url(self, url: impl Into<String>) -> Self {
        Self { base_url: Some(url.into()), ..self }
    }

    /// Calls the model on this endpoint of a dedicated AI cluster: [`Model::at_endpoint`].
    pub fn at_endpoint(self, endpoint_id: impl Into<String>) -> Self {
        Self { endpoint_id: Some(endpoint_id.into()), ..self }
    }

    /// Says of which family the model is: [`Model::of_family`].
    pub fn of_family(self, family: Family) -> Self {
        Self { family: Some(family), ..self }
    }

    /// Reads what was not told and makes the model. Nothing is sent.
    ///
    /// # Errors
    /// [`Error`], as for [`ClientBuilder::build`], and [`Error::BaseUrl`].
    pub fn build(self) -> Result<M> {
        let mut client = self.client;
        if let Some(url) = &self.base_url {
            client = client.endpoint(Endpoint::parse(host_of(url)).map_err(Error::BaseUrl)?);
        }
        let mut model = client.build()?.model(self.id).over(M::TRANSPORT);
        model = self.stores.into_iter().fold(model, Model::storing);
        model = self.family.into_iter().fold(model, Model::of_family);
        model = self.format.into_iter().fold(model, Model::in_format);
        model = self.endpoint_id.into_iter().fold(model, Model::at_endpoint);
        Ok(M::of(model))
    }
}

impl ModelBuilder<ResponsesModel> {
    /// Whether the service keeps the answers, so that a next call can continue them by their ids. Default: not, which is what
    /// tenancies with Zero Data Retention need.
    pub fn store(self, store: bool) -> Self {
        Self { stores: Some(store), ..self }
    }
}

impl ModelBuilder<NativeModel> {
    /// Says which format of the native API the model speaks: [`Model::in_format`].
    pub fn in_format(self, format: Format) -> Self {
        Self { format: Some(format), ..self }
    }
}

/// The URL without the path of an API.
fn host_of(url: &str) -> &str {
    let url = url.trim_end_matches('/');
    let paths = ["/openai/v1", "/20231130/actions/chat", "/20231130/actions", "/20231130"];
    paths.iter().find_map(|path| url.strip_suffix(path)).unwrap_or(url)
}
