//! One ONNX graph: read, and trimmed to what is driven, with fixed sizes.
//!
//! Batch is always one and every axis has a known size before tract sees the graph, so that
//! shape arithmetic folds away and each `If` is decided.

use prost::Message;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{
    GraphProto, ModelProto, TensorProto, TensorShapeProto, ValueInfoProto, type_proto,
};

use super::error::LoadError;
use super::files::{ModelBytes, ModelFile};
use super::large::{LargeConstants, split};
use super::metadata::Metadata;
use super::network::Network;
use super::prepared::{PreparedReader, Request};
use super::product::take_products;
use super::{prepared, quantized};

/// A graph as read from its file.
#[derive(Debug)]
pub(super) struct Proto<'a> {
    file: String,
    /// Without nodes if the graph is prepared.
    model: ModelProto,
    prepared: Option<PreparedReader<'a>>,
    /// Raw data of constants that the model is without.
    large: LargeConstants<'a>,
    metadata: Metadata,
    keep: Keep,
}

/// Whether to keep a graph for a quicker load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    Yes,
    No,
}

/// An input or output of a graph: the axes whose size the file fixes are `Some`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Port {
    pub(super) name: String,
    pub(super) shape: Vec<Option<usize>>,
    element: Option<DataType>,
}

/// An input to keep, with the size it will have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FixedInput {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
}

impl<'a> Proto<'a> {
    pub(super) fn decode(file: &ModelFile<'a>, keep: Keep) -> Result<Self, LoadError> {
        let not_onnx =
            |source: Option<Box<dyn std::error::Error + Send + Sync>>| LoadError::NotOnnx {
                file: file.name.to_owned(),
                source,
            };
        let mut large = LargeConstants::new();
        let (model, prepared) = match file.bytes {
            ModelBytes::Prepared(bytes) => {
                let opened = PreparedReader::open(bytes);
                let (model, prepared) = opened.map_err(|error| LoadError::Graph {
                    file: file.name.to_owned(),
                    source: error.into(),
                })?;
                (model, Some(prepared))
            }
            ModelBytes::Onnx(bytes) => {
                let model = match split(bytes) {
                    Some((rest, left_in_place)) => {
                        large = left_in_place;
                        ModelProto::decode(&*rest)
                    }
                    None => ModelProto::decode(bytes),
                };
                (model.map_err(|error| not_onnx(Some(error.into())))?, None)
            }
        };
        let graph = model.graph.as_ref();
        if graph.is_none_or(|graph| graph.node.is_empty() && prepared.is_none()) {
            return Err(not_onnx(None));
        }
        let entries = model
            .metadata_props
            .iter()
            .map(|prop| (prop.key.clone(), prop.value.clone()));
        let metadata = Metadata::new(file.name, entries);
        Ok(Self {
            file: file.name.to_owned(),
            model,
            prepared,
            large,
            metadata,
            keep,
        })
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    pub(super) const fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// What must be fed, in the file's order.
    pub(super) fn inputs(&self) -> Vec<Port> {
        let graph = self.graph();
        let fed = graph.input.iter().filter(|input| {
            !graph
                .initializer
                .iter()
                .any(|initializer| initializer.name == input.name)
        });
        fed.map(Port::new).collect()
    }

    pub(super) fn has_input(&self, name: &str) -> bool {
        self.graph().input.iter().any(|input| input.name == name)
    }

    pub(super) fn outputs(&self) -> Vec<Port> {
        self.graph().output.iter().map(Port::new).collect()
    }

    /// The name of the output at `ix`.
    pub(super) fn output_name(&self, ix: usize) -> Result<String, LoadError> {
        self.graph()
            .output
            .get(ix)
            .map(|output| output.name.clone())
            .ok_or_else(|| {
                self.mismatch(
                    format!("it has {} outputs", self.graph().output.len()),
                    format!("its family has at least {}", ix + 1),
                )
            })
    }

    pub(super) fn mismatch(
        &self,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> LoadError {
        LoadError::Mismatch {
            file: self.file.clone(),
            found: found.into(),
            expected: expected.into(),
        }
    }

    /// Makes the graph runnable with exactly these inputs and outputs, in this order.
    ///
    /// `constants` are further inputs with the whole number they will always hold.
    pub(super) fn into_network(
        mut self,
        role: &'static str,
        inputs: &[FixedInput],
        constants: &[(String, i64)],
        outputs: &[String],
    ) -> Result<Network, LoadError> {
        let ports = self.inputs();
        for port in &ports {
            let known = inputs.iter().any(|input| input.name == port.name)
                || constants.iter().any(|(name, _)| *name == port.name);
            if !known {
                let found = format!("it has an input `{}`", port.name);
                return Err(self.mismatch(found, "its family has none of that name"));
            }
        }
        for input in inputs {
            self.check_shape(&ports, input)?;
        }
        let file = self.file.clone();
        let graph_error = |source| LoadError::Graph {
            file: file.clone(),
            source,
        };
        let request = Request {
            role,
            inputs,
            constants,
            outputs,
        };
        if let Some(prepared) = self.prepared.take() {
            return Network::from_prepared(prepared, request)
                .map_err(|error| graph_error(error.into()));
        }
        let described = (self.keep == Keep::Yes).then(|| prepared::without_body(&self.model));
        let graph = self.model.graph.get_or_insert_default();
        let weights = take_products(graph, &self.large);
        for constant in &mut graph.initializer {
            if let Some(bytes) = self.large.get(&constant.name) {
                constant.raw_data = bytes.to_vec();
            }
        }
        quantized::rewrite(graph).map_err(|problem| graph_error(problem.into()))?;
        for (name, value) in constants {
            fix_input(graph, name, *value);
        }
        for input in inputs {
            set_shape(graph, input);
        }
        let order = |name: &str| outputs.iter().position(|output| output == name);
        graph.output.retain(|output| order(&output.name).is_some());
        graph.output.sort_by_key(|output| order(&output.name));
        let order = |name: &str| inputs.iter().position(|input| input.name == name);
        graph
            .input
            .sort_by_key(|input| order(&input.name).unwrap_or(usize::MAX));
        Network::from_onnx(self.model, weights, request, described.as_ref())
            .map_err(|error| graph_error(error.into()))
    }

    fn check_shape(&self, ports: &[Port], input: &FixedInput) -> Result<(), LoadError> {
        let Some(port) = ports.iter().find(|port| port.name == input.name) else {
            let found = format!("it has no input `{}`", input.name);
            return Err(self.mismatch(found, "its family needs it"));
        };
        let agrees = port.shape.len() == input.shape.len()
            && port
                .shape
                .iter()
                .zip(&input.shape)
                .all(|(found, size)| found.is_none_or(|f| f == *size));
        if agrees {
            return Ok(());
        }
        Err(self.mismatch(
            format!(
                "its input `{}` has the shape {}",
                port.name,
                shape_text(&port.shape)
            ),
            format!("its model needs {:?}", input.shape),
        ))
    }

    fn graph(&self) -> &GraphProto {
        self.model
            .graph
            .as_ref()
            .expect("decode refuses a file without a graph")
    }
}

impl Port {
    fn new(info: &ValueInfoProto) -> Self {
        let tensor = info
            .r#type
            .as_ref()
            .and_then(|proto| proto.value.as_ref())
            .map(|type_proto::Value::TensorType(tensor)| tensor);
        let dims = tensor
            .and_then(|tensor| tensor.shape.as_ref())
            .map_or(&[][..], |shape| &shape.dim);
        let size = |dim: &Dimension| match dim.value {
            Some(dimension::Value::DimValue(size)) => usize::try_from(size).ok(),
            _ => None,
        };
        Self {
            name: info.name.clone(),
            shape: dims.iter().map(size).collect(),
            element: tensor.and_then(|tensor| DataType::try_from(tensor.elem_type).ok()),
        }
    }
}

/// Turns an input into a constant of one element.
fn fix_input(graph: &mut GraphProto, name: &str, value: i64) {
    let Some(ix) = graph.input.iter().position(|input| input.name == name) else {
        return;
    };
    let port = Port::new(&graph.input.remove(ix));
    let raw_data = match port.element {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "frame counts and prompt ids are small"
        )]
        Some(DataType::Int32) => (value as i32).to_le_bytes().to_vec(),
        _ => value.to_le_bytes().to_vec(),
    };
    let data_type = if port.element == Some(DataType::Int32) {
        DataType::Int32
    } else {
        DataType::Int64
    };
    graph.initializer.push(TensorProto {
        name: name.to_owned(),
        dims: vec![1; port.shape.len()],
        data_type: data_type as i32,
        raw_data,
        ..TensorProto::default()
    });
}

fn set_shape(graph: &mut GraphProto, fixed: &FixedInput) {
    let tensor = graph
        .input
        .iter_mut()
        .find(|input| input.name == fixed.name);
    let value = tensor
        .and_then(|input| input.r#type.as_mut())
        .and_then(|proto| proto.value.as_mut());
    if let Some(type_proto::Value::TensorType(tensor)) = value {
        let dim = |size: &usize| Dimension {
            value: Some(dimension::Value::DimValue(
                i64::try_from(*size).unwrap_or(i64::MAX),
            )),
            ..Dimension::default()
        };
        tensor.shape = Some(TensorShapeProto {
            dim: fixed.shape.iter().map(dim).collect(),
        });
    }
}

fn shape_text(shape: &[Option<usize>]) -> String {
    let sizes = shape
        .iter()
        .map(|size| size.map_or_else(|| "?".to_owned(), |size| size.to_string()));
    format!("[{}]", sizes.collect::<Vec<_>>().join(", "))
}
