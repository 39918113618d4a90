//! Lists of the control plane, and the body that moves a resource.

use crate::object::object;

/// One page of `$item`; the next page is asked for with the header `opc-next-page` of the answer.
macro_rules! collection {
    ($(#[$meta:meta])* pub struct $name:ident of $item:ty) => {
        crate::object::object! { kept
            $(#[$meta])*
            ///
            /// The next one is asked for with the header `opc-next-page` of this answer as the parameter `page`.
            pub struct $name {
                /// The entries of this page.
                pub items: Vec<$item> = always "items",
            }
        }
    };
}

pub(crate) use collection;

object! { strict
    /// The body of `POST …/actions/changeCompartment`, which moves a resource of any kind.
    pub struct ChangeCompartment {
        /// The OCID of the compartment that it is moved to.
        pub compartment_id: String = required "compartmentId",
    }
}

impl ChangeCompartment {
    /// A move to this compartment.
    #[must_use]
    pub fn new(compartment_id: impl Into<String>) -> Self {
        Self { compartment_id: compartment_id.into(), ..Self::default() }
    }
}
