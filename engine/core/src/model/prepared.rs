//! A graph as an earlier load left it: typed, trimmed, constants folded, cut into segments.
//!
//! Reading an ONNX file, inferring its shapes and decluttering it takes most of the time of a load
//! and gives the same each time, so the result can be kept. What is kept takes the place of the
//! file as [`ModelBytes::Prepared`](super::ModelBytes::Prepared).
//! The weights of products are packed for the processor's kernels and are read in place; other
//! constants are copied, and kernels are chosen again at every load.
//!
//! Layout: magic `sotto-gr`, version (u64), checksum of all that follows (u64, at 16);
//! then versions of layout, program and inference library, role, what was asked for (inputs,
//! constants, outputs), the ONNX file without nodes and weights, facts of inputs and outputs, and
//! the chain.
//! Made to be read by the program that wrote it: there is no other reader, and no old version.

use std::sync::Arc;

use prost::Message;
use tract_onnx::pb::{GraphProto, ModelProto};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::{ensure, format_err};

use super::files::SharedBytes;
use super::graph::FixedInput;
use crate::lm::checksum::{CHECKED_FROM, CHECKSUM_AT, checksum, checksum_of_parts};

mod bytes;
mod graph;
mod operators;

pub(crate) use self::bytes::PreparedBytes;
pub(super) use self::bytes::{ALIGNMENT, Reader, Writer};
use self::operators::Operators;

const MAGIC: &[u8; 8] = b"sotto-gr";

/// Raised when the layout changes, or what a load does to a graph.
const VERSION: u64 = 4;

/// The inference library whose operators are kept.
const LIBRARY: &str = "tract 0.23.9";

/// What prepared graphs of this program are known by: others cannot be read.
#[must_use]
pub fn prepared_format() -> String {
    format!("{VERSION}, sotto {}, {LIBRARY}", env!("CARGO_PKG_VERSION"))
}

/// What a graph was made runnable for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Request<'a> {
    pub(super) role: &'static str,
    pub(super) inputs: &'a [FixedInput],
    pub(super) constants: &'a [(String, i64)],
    pub(super) outputs: &'a [String],
}

/// A segment of a chain: a decluttered graph with the places of its inputs and outputs.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) model: TypedModel,
    /// The place of each input, and whether no later segment reads it.
    pub(super) inputs: Vec<(usize, bool)>,
    pub(super) outputs: Vec<usize>,
}

/// Writes a prepared graph, part by part.
pub(super) struct PreparedWriter {
    out: Writer,
    operators: Operators,
}

impl PreparedWriter {
    /// `proto` is the file without its body.
    pub(super) fn new(
        proto: &ModelProto,
        request: Request<'_>,
        facts: [&[TypedFact]; 2],
    ) -> TractResult<Self> {
        let mut out = Writer::default();
        out.bytes.extend_from_slice(MAGIC);
        out.bytes.extend(header_version());
        // Filled in at the end.
        out.bytes.extend([0; CHECKED_FROM - CHECKSUM_AT]);
        out.text(&prepared_format());
        write_request(request, &mut out);
        out.blob(&proto.encode_to_vec());
        for facts in facts {
            out.size(facts.len());
            for fact in facts {
                graph::write_fact(fact, &mut out)?;
            }
        }
        Ok(Self {
            out,
            operators: Operators::new(),
        })
    }

    pub(super) fn chain(&mut self, n_places: usize, outputs: &[usize], n_parts: usize) {
        self.out.size(n_places);
        self.out.sizes(outputs);
        self.out.size(n_parts);
    }

    pub(super) fn part(&mut self, part: &Part) -> TractResult<()> {
        self.out.size(part.inputs.len());
        for (place, is_last_use) in &part.inputs {
            self.out.size(*place);
            self.out.byte(u8::from(*is_last_use));
        }
        self.out.sizes(&part.outputs);
        graph::write(&part.model, &self.operators, &mut self.out)
    }

    pub(super) fn finish(self) -> Vec<PreparedBytes> {
        let mut parts = self.out.finish();
        let bytes: Vec<&[u8]> = parts.iter().map(AsRef::as_ref).collect();
        let sum = checksum_of_parts(&bytes);
        let Some(PreparedBytes::Written(header)) = parts.first_mut() else {
            return vec![];
        };
        header[CHECKSUM_AT..CHECKED_FROM].copy_from_slice(&sum.to_le_bytes());
        parts
    }
}

/// Reads a prepared graph.
#[derive(Debug, Clone)]
pub(super) struct PreparedReader<'a> {
    from: Reader<'a>,
}

impl<'a> PreparedReader<'a> {
    /// The graph's inputs, outputs and metadata, with a reader for the rest.
    pub(super) fn open(shared: &'a SharedBytes) -> TractResult<(ModelProto, Self)> {
        let bytes = (**shared).as_ref();
        ensure!(bytes.starts_with(MAGIC), "it is no prepared graph");
        let header = &bytes[MAGIC.len()..];
        let header = header.first_chunk::<{ CHECKED_FROM - MAGIC.len() }>();
        let header = header.ok_or_else(|| format_err!("it is cut short"))?;
        let (version, sum) = header.split_at(CHECKSUM_AT - MAGIC.len());
        ensure!(
            version == header_version(),
            "another version of the program prepared it"
        );
        ensure!(
            sum == checksum(bytes).to_le_bytes(),
            "its checksum is wrong"
        );
        let mut from = Reader::new(bytes, CHECKED_FROM);
        from.shared = Some(Arc::clone(shared));
        ensure!(
            from.text()? == prepared_format(),
            "another version of the program or of its inference library prepared it"
        );
        // What was asked for is compared later; the file's own description follows it.
        let request = from.clone();
        skip_request(&mut from)?;
        let proto = ModelProto::decode(from.blob()?)?;
        Ok((proto, Self { from: request }))
    }

    /// Goes on to the facts of inputs and outputs, if the graph was prepared for `request`.
    pub(super) fn facts(&mut self, request: Request<'_>) -> TractResult<[Vec<TypedFact>; 2]> {
        let mut wanted = Writer::default();
        write_request(request, &mut wanted);
        let found = self.from.rest();
        ensure!(
            found.starts_with(&wanted.bytes),
            "it was prepared for something else"
        );
        skip_request(&mut self.from)?;
        self.from.blob()?;
        let mut facts = || -> TractResult<Vec<TypedFact>> {
            let n_facts = self.from.count()?;
            (0..n_facts)
                .map(|_| graph::read_fact(&mut self.from))
                .collect()
        };
        Ok([facts()?, facts()?])
    }

    /// Number of places, places of the outputs, and the parts.
    pub(super) fn chain(
        mut self,
    ) -> TractResult<(
        usize,
        Vec<usize>,
        impl Iterator<Item = TractResult<Part>> + use<'a>,
    )> {
        // A place holds a value that some part takes or gives, and takes bytes to say so.
        let n_places = self.from.count()?;
        let outputs = self.from.sizes()?.to_vec();
        let n_parts = self.from.count()?;
        ensure!(
            outputs.iter().all(|place| *place < n_places),
            "it has a place that does not exist"
        );
        let operators = Operators::new();
        let parts = (0..n_parts).map(move |_| {
            let n_inputs = self.from.count()?;
            let inputs = (0..n_inputs).map(|_| Ok((self.from.size()?, self.from.byte()? != 0)));
            let inputs: Vec<(usize, bool)> = inputs.collect::<TractResult<_>>()?;
            let outputs = self.from.sizes()?.to_vec();
            let model = graph::read(&mut self.from, &operators)?;
            let places = inputs.iter().map(|(place, _)| place).chain(&outputs);
            ensure!(
                model.inputs.len() == inputs.len()
                    && model.outputs.len() == outputs.len()
                    && places.into_iter().all(|place| *place < n_places),
                "a segment does not fit its places"
            );
            Ok(Part {
                model,
                inputs,
                outputs,
            })
        });
        Ok((n_places, outputs, parts))
    }
}

/// The version and what fills the header up to the checksum.
fn header_version() -> [u8; CHECKSUM_AT - MAGIC.len()] {
    VERSION.to_le_bytes()
}

fn write_request(request: Request<'_>, out: &mut Writer) {
    let Request {
        role,
        inputs,
        constants,
        outputs,
    } = request;
    out.text(role);
    out.size(inputs.len());
    for input in inputs {
        out.text(&input.name);
        out.sizes(&input.shape);
    }
    out.size(constants.len());
    for (name, value) in constants {
        out.text(name);
        out.whole(*value);
    }
    out.size(outputs.len());
    outputs.iter().for_each(|output| out.text(output));
}

fn skip_request(from: &mut Reader<'_>) -> TractResult<()> {
    from.text()?;
    for _ in 0..from.count()? {
        from.text()?;
        from.sizes()?;
    }
    for _ in 0..from.count()? {
        from.text()?;
        from.whole()?;
    }
    for _ in 0..from.count()? {
        from.text()?;
    }
    Ok(())
}

/// What a family reads of a file: metadata, inputs that are fed, outputs.
pub(super) fn without_body(proto: &ModelProto) -> ModelProto {
    let graph = proto.graph.as_ref().map(|graph| {
        let is_fed = |name: &str| {
            let mut initializers = graph.initializer.iter();
            !initializers.any(|initializer| initializer.name == name)
        };
        let fed = graph.input.iter().filter(|input| is_fed(&input.name));
        GraphProto {
            name: graph.name.clone(),
            input: fed.cloned().collect(),
            output: graph.output.clone(),
            ..GraphProto::default()
        }
    });
    ModelProto {
        graph,
        metadata_props: proto.metadata_props.clone(),
        opset_import: proto.opset_import.clone(),
        ir_version: proto.ir_version,
        ..ModelProto::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lm::seal;

    #[test]
    fn a_whole_graph_of_another_inference_library_is_refused() {
        let request = Request {
            role: "encoder",
            inputs: &[],
            constants: &[],
            outputs: &[],
        };
        let writer = PreparedWriter::new(&ModelProto::default(), request, [&[], &[]]).unwrap();
        let [PreparedBytes::Written(mut bytes)] = <[_; 1]>::try_from(writer.finish()).unwrap()
        else {
            panic!("there are no weights");
        };
        let open = |bytes: &[u8]| -> TractResult<()> {
            let shared: SharedBytes = Arc::new(bytes.to_vec());
            PreparedReader::open(&shared).map(drop)
        };
        open(&bytes).unwrap();
        let start = bytes.windows(6).position(|name| name == b"tract ").unwrap();
        bytes[start + 6] ^= 1;
        seal(&mut bytes);
        let message = open(&bytes).unwrap_err().to_string();
        assert!(message.contains("another version"), "{message}");
    }
}
