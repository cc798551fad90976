//! The operators of a decluttered graph as bytes.
//!
//! An operator is a number that says which it is, then its parameters.
//! What is written is read again at once and compared, so an operator with a parameter that this
//! module does not know makes its graph one that is not kept, never one that is kept wrongly.
//! Only products are not compared.

mod convolution;

use std::sync::Arc;

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::array::{
    CumSum, Gather, GatherElements, MultiBroadcastTo, Pad, PadMode, Slice, TypedConcat,
};
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cast::Cast;
use tract_onnx::tract_core::ops::change_axes::AxisOp;
use tract_onnx::tract_core::ops::cnn::Conv;
use tract_onnx::tract_core::ops::downsample::Downsample;
use tract_onnx::tract_core::ops::einsum::EinSum;
use tract_onnx::tract_core::ops::element_wise::ElementWiseOp;
use tract_onnx::tract_core::ops::logic::{self, CompEq, CompGT, CompGTE, CompLT, CompLTE, CompNE};
use tract_onnx::tract_core::ops::math;
use tract_onnx::tract_core::ops::nn::{self, Reduce, Reducer, RmsNorm, Softmax, SoftmaxKind};
use tract_onnx::tract_core::ops::quant::DequantizeLinearF32;
use tract_onnx::tract_hir::internal::{TypedOp, bail, ensure, format_err};

use super::bytes::{Reader, Writer};
use crate::model::product::{Packed, Product};
use crate::model::quantize::QuantizeBytes;

/// How an operator is written, numbered from the end of [`plain`].
const FIRST_WITH_PARAMETERS: u8 = 128;

const REDUCERS: [Reducer; 6] = [
    Reducer::Sum,
    Reducer::Max,
    Reducer::Min,
    Reducer::Prod,
    Reducer::MeanOfSquares,
    Reducer::All,
];

/// Knows every operator that can be kept.
pub(super) struct Operators {
    plain: Vec<Box<dyn TypedOp>>,
}

impl Operators {
    pub(super) fn new() -> Self {
        Self { plain: plain() }
    }

    /// `symbols` are those of the operator's graph.
    pub(super) fn write(
        &self,
        op: &dyn TypedOp,
        symbols: &SymbolScope,
        out: &mut Writer,
    ) -> TractResult<()> {
        let start = out.bytes.len();
        if let Some(place) = self.plain.iter().position(|known| same(&**known, op)) {
            out.byte(u8::try_from(place)?);
            return Ok(());
        }
        if let Some(product) = op.as_op().downcast_ref::<Product>() {
            // Its weights are large, and are written and read by one module: not read again here.
            out.byte(PRODUCT);
            return product.packed()?.write(out);
        }
        write_with_parameters(op, out)?;
        let mut written = Reader::with_symbols(&out.bytes, start, symbols.clone());
        let again = self.read(&mut written)?;
        ensure!(
            same(&*again, op),
            "{} has a parameter that cannot be kept",
            op.name()
        );
        Ok(())
    }

    pub(super) fn read(&self, from: &mut Reader<'_>) -> TractResult<Box<dyn TypedOp>> {
        let number = from.byte()?;
        if let Some(op) = self.plain.get(usize::from(number)) {
            return Ok(op.clone());
        }
        read_with_parameters(number, from)
    }
}

fn same(one: &dyn TypedOp, other: &dyn TypedOp) -> bool {
    one.as_op().dyn_eq(other.as_op())
}

/// Operators without parameters; the place of one in this list is its number.
fn plain() -> Vec<Box<dyn TypedOp>> {
    let mut ops: Vec<Box<dyn TypedOp>> = vec![Box::new(logic::Iff), Box::new(QuantizeBytes)];
    macro_rules! binary {
        ($($op:expr),*) => { $(ops.push(Box::new(TypedBinOp(Box::new($op), None)));)* };
    }
    binary!(
        math::Add,
        math::Sub,
        math::SubF,
        math::Mul,
        math::Div,
        math::Rem,
        math::Min,
        math::Max,
        math::Pow,
        logic::And,
        logic::Or,
        logic::Xor,
        CompEq,
        CompNE,
        CompLT,
        CompLTE,
        CompGT,
        CompGTE
    );
    macro_rules! unary {
        ($($op:expr),*) => { $(ops.push(Box::new(ElementWiseOp(Box::new($op), None)));)* };
    }
    unary!(
        math::Abs {},
        math::Exp {},
        math::Ln {},
        math::Square {},
        math::Sqrt {},
        math::Recip {},
        math::Rsqrt {},
        math::Ceil {},
        math::Floor {},
        math::Round {},
        math::RoundHalfToEven {},
        math::Cos {},
        math::Sin {},
        math::Tanh {},
        math::Erf {},
        math::Neg {},
        math::Sign {},
        nn::Sigmoid {},
        nn::Silu {},
        nn::GeluExact {},
        logic::Not {}
    );
    ops
}

macro_rules! parameters {
    ($($name:ident = $number:expr;)*) => { $(const $name: u8 = FIRST_WITH_PARAMETERS + $number;)* };
}

parameters! {
    CAST = 0;
    ADD_AXIS = 1;
    REMOVE_AXIS = 2;
    MOVE_AXIS = 3;
    RESHAPE = 4;
    SLICE = 5;
    CONCAT = 6;
    BROADCAST = 7;
    EINSUM = 8;
    REDUCE = 9;
    SOFTMAX = 10;
    CONV = 11;
    GATHER = 12;
    GATHER_ELEMENTS = 13;
    DOWNSAMPLE = 14;
    POW_CONST = 15;
    RMS_NORM = 16;
    CUM_SUM = 17;
    PAD = 18;
    DEQUANTIZE = 19;
    PRODUCT = 20;
}

fn write_with_parameters(op: &dyn TypedOp, out: &mut Writer) -> TractResult<()> {
    let op = op.as_op();
    if let Some(Cast { to }) = op.downcast_ref() {
        out.byte(CAST);
        out.datum_type(*to)?;
    } else if let Some(op) = op.downcast_ref() {
        match op {
            AxisOp::Add(axis) => {
                out.byte(ADD_AXIS);
                out.size(*axis);
            }
            AxisOp::Rm(axis) => {
                out.byte(REMOVE_AXIS);
                out.size(*axis);
            }
            AxisOp::Move(from, to) => {
                out.byte(MOVE_AXIS);
                out.size(*from);
                out.size(*to);
            }
            AxisOp::Reshape(axis, from, to) => {
                out.byte(RESHAPE);
                out.size(*axis);
                out.dims(from)?;
                out.dims(to)?;
            }
        }
    } else if let Some(Slice { axis, start, end }) = op.downcast_ref() {
        out.byte(SLICE);
        out.size(*axis);
        out.dim(start)?;
        out.dim(end)?;
    } else if let Some(TypedConcat { axis }) = op.downcast_ref() {
        out.byte(CONCAT);
        out.size(*axis);
    } else if let Some(MultiBroadcastTo { shape }) = op.downcast_ref() {
        out.byte(BROADCAST);
        out.dims(shape)?;
    } else if let Some(op) = op.downcast_ref::<EinSum>() {
        out.byte(EINSUM);
        out.text(&op.axes.to_string());
        out.datum_type(op.operating_dt)?;
        optional_type(op.q_params, out)?;
    } else if let Some(Reduce { axes, reducer }) = op.downcast_ref() {
        out.byte(REDUCE);
        out.sizes(axes);
        place(&REDUCERS, reducer, out)?;
    } else if let Some(op) = op.downcast_ref::<Softmax>() {
        out.byte(SOFTMAX);
        out.sizes(&op.axes);
        out.byte(u8::from(op.kind == SoftmaxKind::LogSoftmax));
    } else if let Some(op) = op.downcast_ref::<Conv>() {
        out.byte(CONV);
        convolution::write(op, out)?;
    } else if let Some(op) = op.downcast_ref::<Gather>() {
        out.byte(GATHER);
        out.size(op.axis);
        optional_type(op.output_type, out)?;
    } else if let Some(op) = op.downcast_ref::<GatherElements>() {
        out.byte(GATHER_ELEMENTS);
        out.size(op.axis);
    } else if let Some(op) = op.downcast_ref::<Downsample>() {
        out.byte(DOWNSAMPLE);
        out.size(op.axis);
        out.whole(i64::try_from(op.stride)?);
        out.size(op.modulo);
    } else if let Some(op) = op.downcast_ref::<ElementWiseOp>() {
        let Some(math::PowConst { exponent }) = op.0.downcast_ref() else {
            bail!("{} cannot be kept", op.0.name());
        };
        out.byte(POW_CONST);
        out.tensor(&tensor0(*exponent))?;
    } else if let Some(op) = op.downcast_ref::<RmsNorm>() {
        out.byte(RMS_NORM);
        out.size(op.axis);
        out.tensor(&op.eps)?;
    } else if let Some(op) = op.downcast_ref::<CumSum>() {
        out.byte(CUM_SUM);
        out.size(op.axis);
        out.byte(u8::from(op.exclusive));
        out.byte(u8::from(op.reverse));
    } else if let Some(op) = op.downcast_ref::<Pad>() {
        let PadMode::Constant(value) = &op.mode else {
            bail!("a Pad of this mode cannot be kept");
        };
        out.byte(PAD);
        out.size(op.pads.len());
        for (before, after) in &op.pads {
            out.size(*before);
            out.size(*after);
        }
        out.tensor(value)?;
    } else if let Some(DequantizeLinearF32 { scale, zero_point }) = op.downcast_ref() {
        out.byte(DEQUANTIZE);
        out.tensor(&tensor0(*scale))?;
        out.whole(i64::from(*zero_point));
    } else {
        bail!("{} cannot be kept", op.name());
    }
    Ok(())
}

fn read_with_parameters(number: u8, from: &mut Reader<'_>) -> TractResult<Box<dyn TypedOp>> {
    Ok(match number {
        CAST => Box::new(Cast {
            to: from.datum_type()?,
        }),
        ADD_AXIS => Box::new(AxisOp::Add(from.size()?)),
        REMOVE_AXIS => Box::new(AxisOp::Rm(from.size()?)),
        MOVE_AXIS => Box::new(AxisOp::Move(from.size()?, from.size()?)),
        RESHAPE => Box::new(AxisOp::Reshape(from.size()?, from.dims()?, from.dims()?)),
        SLICE => Box::new(Slice {
            axis: from.size()?,
            start: from.dim()?,
            end: from.dim()?,
        }),
        CONCAT => Box::new(TypedConcat { axis: from.size()? }),
        BROADCAST => Box::new(MultiBroadcastTo {
            shape: from.dims()?.into(),
        }),
        EINSUM => Box::new(EinSum {
            axes: from.text()?.parse()?,
            operating_dt: from.datum_type()?,
            q_params: read_optional_type(from)?,
        }),
        REDUCE => Box::new(Reduce {
            axes: from.sizes()?,
            reducer: at_place(&REDUCERS, from)?,
        }),
        SOFTMAX => Box::new(Softmax {
            axes: from.sizes()?,
            quant_output_dt: None,
            kind: match from.byte()? {
                0 => SoftmaxKind::Softmax,
                _ => SoftmaxKind::LogSoftmax,
            },
        }),
        CONV => Box::new(convolution::read(from)?),
        GATHER => Box::new(Gather {
            axis: from.size()?,
            output_type: read_optional_type(from)?,
        }),
        GATHER_ELEMENTS => Box::new(GatherElements { axis: from.size()? }),
        DOWNSAMPLE => Box::new(Downsample {
            axis: from.size()?,
            stride: isize::try_from(from.whole()?)?,
            modulo: from.size()?,
        }),
        POW_CONST => {
            let exponent = from.tensor()?.cast_to_scalar::<f32>()?;
            Box::new(ElementWiseOp(Box::new(math::PowConst { exponent }), None))
        }
        RMS_NORM => Box::new(RmsNorm {
            axis: from.size()?,
            eps: Arc::new(from.tensor()?),
        }),
        CUM_SUM => Box::new(CumSum {
            axis: from.size()?,
            exclusive: from.byte()? != 0,
            reverse: from.byte()? != 0,
        }),
        PAD => {
            let n_axes = from.count()?;
            let pads = (0..n_axes).map(|_| Ok((from.size()?, from.size()?)));
            Box::new(Pad {
                pads: pads.collect::<TractResult<_>>()?,
                mode: PadMode::Constant(Arc::new(from.tensor()?)),
            })
        }
        DEQUANTIZE => Box::new(DequantizeLinearF32 {
            scale: from.tensor()?.cast_to_scalar::<f32>()?,
            zero_point: i32::try_from(from.whole()?)?,
        }),
        PRODUCT => Box::new(Product::new(Packed::read(from)?)),
        _ => bail!("it has an operator of an unknown kind"),
    })
}

fn optional_type(datum_type: Option<DatumType>, out: &mut Writer) -> TractResult<()> {
    out.byte(u8::from(datum_type.is_some()));
    datum_type.map_or(Ok(()), |datum_type| out.datum_type(datum_type))
}

fn read_optional_type(from: &mut Reader<'_>) -> TractResult<Option<DatumType>> {
    match from.byte()? {
        0 => Ok(None),
        _ => from.datum_type().map(Some),
    }
}

/// Writes which of the known choices a value is.
fn place<T: PartialEq + std::fmt::Debug>(
    known: &[T],
    value: &T,
    out: &mut Writer,
) -> TractResult<()> {
    let place = known.iter().position(|known| known == value);
    let place = place.ok_or_else(|| format_err!("{value:?} cannot be kept"))?;
    out.byte(u8::try_from(place)?);
    Ok(())
}

fn at_place<T: Clone>(known: &[T], from: &mut Reader<'_>) -> TractResult<T> {
    let value = known.get(usize::from(from.byte()?)).cloned();
    value.ok_or_else(|| format_err!("it has a choice that does not exist"))
}
