//! Models that were brought along: `/20231130/importedModels`.

use serde_json::Value;

use super::fields::{COMPARTMENT, DEFINED_TAGS, DESCRIPTION, DISPLAY_NAME, FREEFORM_TAGS};
use super::operations::rows;
use super::{Change, Collection, request};
use crate::document::remove;
use crate::reply::Reply;
use crate::route::{Call, Row};
use crate::schema::{Kind, optional, required};

/// Method, path and handler of each operation.
pub(super) const OPERATIONS: &[Row] = rows!("/20231130/importedModels", &IMPORTED_MODELS);

static IMPORTED_MODELS: Collection = Collection {
    ocid: "generativeaiimportedmodel",
    entity: "IMPORTED_MODEL",
    works: &[Change::Create, Change::Delete, Change::Update],
    creation: &["CREATING", "CREATING", "ACTIVE"],
    create: &[
        optional("capabilities", Kind::List(0, &Kind::Word(CAPABILITIES))),
        COMPARTMENT,
        required(
            "dataSource",
            Kind::Tagged(
                "sourceType",
                &[
                    (
                        "HUGGING_FACE_MODEL",
                        Kind::Strict(&[
                            optional("accessToken", Kind::Text),
                            optional("branch", Kind::Text),
                            optional("commit", Kind::Text),
                            required("modelId", Kind::Text),
                            required("sourceType", Kind::Text),
                        ]),
                    ),
                    (
                        "OBJECT_STORAGE_OBJECT",
                        Kind::Strict(&[
                            required("bucketName", Kind::Text),
                            required("namespaceName", Kind::Text),
                            required("prefixName", Kind::Text),
                            optional("region", Kind::Text),
                            required("sourceType", Kind::Text),
                        ]),
                    ),
                ],
            ),
        ),
        DEFINED_TAGS,
        DESCRIPTION,
        DISPLAY_NAME,
        FREEFORM_TAGS,
        optional("vendor", Kind::Text),
        optional("version", Kind::Text),
    ],
    update: &[
        DEFINED_TAGS,
        DESCRIPTION,
        DISPLAY_NAME,
        FREEFORM_TAGS,
        optional("vendor", Kind::Text),
        optional("version", Kind::Text),
    ],
    details: &[],
    filters: &[("vendor", "/vendor")],
    complete,
};

fn complete(_: &Call<'_>, object: &mut Value) -> Result<(), Reply> {
    request::check_name(object.get("displayName"))?;
    // A secret goes in and does not come out again.
    if let Some(source) = object.get_mut("dataSource") {
        remove(source, "accessToken");
    }
    Ok(())
}

const CAPABILITIES: &[&str] = &[
    "TEXT_TO_TEXT",
    "IMAGE_TEXT_TO_TEXT",
    "EMBEDDING",
    "RERANK",
    "TEXT_TO_IMAGE",
    "IMAGE_TEXT_TO_IMAGE",
    "IMAGE_TEXT_TO_VIDEO",
    "IMAGE_TO_IMAGE",
    "REALTIME",
    "AUDIO_TO_AUDIO",
    "AUDIO_TO_TEXT",
    "TEXT_TO_AUDIO",
    "TEXT_TO_VIDEO",
    "AUDIO_TEXT_TO_TEXT",
    "AUDIO_TRANSLATION",
    "VIDEO_TEXT_TO_TEXT",
];
