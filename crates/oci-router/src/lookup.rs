//! Which model an OCID stands for, by the control plane.

use oci_wire::control;

use crate::error::Error;
use crate::model_id::{ModelId, begins_with};
use crate::router::Model;
use crate::table;

impl Model {
    /// Asks the control plane which model an endpoint of a dedicated AI cluster hosts, or which one an own model was made of, and
    /// takes family and format from that. An id that is no such OCID is left as it is, and so is a model of a vendor that is not
    /// known.
    ///
    /// These are calls of their own, with a permission of their own (`inspect generative-ai-endpoints` and
    /// `generative-ai-models`), which an API key of Generative AI cannot make; ask once and keep the model.
    ///
    /// # Errors
    /// [`Error`] if the id has no route, or the control plane refuses.
    pub async fn looked_up(mut self) -> Result<Self, Error> {
        let id = ModelId::parse(&self.id)?.as_str();
        let ocid = self.choice.endpoint_id.clone().unwrap_or_else(|| id.to_owned());
        let control = self.client_for(self.route()?, &ocid)?.control();
        let model_id = if begins_with(&ocid, "ocid1.generativeaiendpoint.") {
            control.endpoints().get(&ocid).await?.into_inner().model_id
        } else {
            begins_with(&ocid, "ocid1.generativeaimodel.").then_some(ocid)
        };
        let Some(model_id) = model_id else { return Ok(self) };
        let mut model = control.models().get(&model_id).await?.into_inner();
        if let Some(base) = model.base_model_id.take() {
            model = control.models().get(&base).await?.into_inner();
        }
        if let Some(row) = row_of(&model) {
            self.choice.family.get_or_insert(row.family);
            self.choice.format.get_or_insert(row.format);
        }
        Ok(self)
    }
}

/// The row of the table for a model that has a name or a vendor of those that are known.
fn row_of(model: &control::Model) -> Option<&'static table::Row> {
    let name = model.display_name.as_deref().unwrap_or_default();
    let vendor = model.vendor.as_deref().unwrap_or_default();
    table::find(name).or_else(|| table::find(&format!("{vendor}.")))
}
