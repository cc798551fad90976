//! The network of a punctuation model, from its file or as an earlier load left it.
//!
//! Its number of words is known when it runs, so it is one plan, and its dimensions have a symbol.

use std::sync::Arc;

use prost::Message;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::{ensure, format_err};

use super::files::{ModelBytes, ModelFile};
use super::graph::Keep;
use super::prepared::{Part, PreparedBytes, PreparedReader, PreparedWriter, Request, without_body};

/// Places of marks and cases in the chain; the input is before them.
const OUTPUTS: [usize; 2] = [1, 2];

const N_PLACES: usize = 3;

/// Nothing is chosen when a punctuation network is loaded: its file says all.
const REQUEST: Request<'static> = Request {
    role: "punctuation",
    inputs: &[],
    constants: &[],
    outputs: &[],
};

/// A file that has been read.
#[derive(Debug)]
pub(crate) struct PunctuationFile<'a> {
    /// Without nodes if the graph is prepared.
    model: ModelProto,
    prepared: Option<PreparedReader<'a>>,
}

impl<'a> PunctuationFile<'a> {
    pub(crate) fn decode(file: &ModelFile<'a>) -> TractResult<Self> {
        let (model, prepared) = match file.bytes {
            ModelBytes::Prepared(bytes) => {
                let (model, prepared) = PreparedReader::open(bytes)?;
                (model, Some(prepared))
            }
            ModelBytes::Onnx(bytes) => (ModelProto::decode(bytes)?, None),
        };
        Ok(Self { model, prepared })
    }

    pub(crate) fn metadata(&self, key: &str) -> Option<&str> {
        let mut entries = self.model.metadata_props.iter();
        let entry = entries.find(|entry| entry.key == key)?;
        Some(&entry.value)
    }

    /// The network, which takes `[1, words, pieces_per_word]` and gives marks and cases; and what
    /// makes the next load quick, if it was asked for and can be had.
    pub(crate) fn into_plan(
        self,
        pieces_per_word: usize,
        keep: Keep,
    ) -> TractResult<(Arc<TypedRunnableModel>, Option<Vec<PreparedBytes>>)> {
        let (part, kept) = if let Some(prepared) = self.prepared {
            (read(prepared)?, None)
        } else {
            let part = declutter(&self.model, pieces_per_word)?;
            let kept = (keep == Keep::Yes).then(|| write(&self.model, &part).ok());
            (part, kept.flatten())
        };
        let mut model = part.model;
        model.optimize()?;
        Ok((model.into_runnable()?, kept))
    }
}

fn declutter(proto: &ModelProto, pieces_per_word: usize) -> TractResult<Part> {
    let mut model = onnx()
        .with_ignore_output_shapes(true)
        .model_for_proto_model(proto)?;
    let words = model.symbols.sym("words");
    let shape = [1.to_dim(), words.into(), pieces_per_word.to_dim()];
    model.set_input_fact(0, InferenceFact::dt_shape(i64::datum_type(), shape))?;
    let model = model.into_typed()?.into_decluttered()?;
    ensure!(
        model.inputs.len() == 1 && model.outputs.len() == OUTPUTS.len(),
        "it has {} inputs and {} outputs, not 1 and 2",
        model.inputs.len(),
        model.outputs.len()
    );
    Ok(Part {
        model,
        inputs: vec![(0, true)],
        outputs: OUTPUTS.to_vec(),
    })
}

fn write(proto: &ModelProto, part: &Part) -> TractResult<Vec<PreparedBytes>> {
    let mut writer = PreparedWriter::new(&without_body(proto), REQUEST, [&[], &[]])?;
    writer.chain(N_PLACES, &OUTPUTS, 1);
    writer.part(part)?;
    Ok(writer.finish())
}

fn read(mut prepared: PreparedReader<'_>) -> TractResult<Part> {
    prepared.facts(REQUEST)?;
    let (_, _, mut parts) = prepared.chain()?;
    let part = parts.next().ok_or_else(|| format_err!("it is empty"))??;
    ensure!(
        part.inputs.len() == 1 && part.outputs == OUTPUTS,
        "it is no punctuation network"
    );
    Ok(part)
}
