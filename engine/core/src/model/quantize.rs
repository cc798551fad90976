//! `DynamicQuantizeLinear`: activations to bytes, with the scale that their range asks for.
//!
//! `x` `[…]` becomes `y` u8 of the same shape, `y_scale` and `y_zero_point` (both without axes),
//! so that `x ≈ (y - y_zero_point) * y_scale`; zero is represented exactly.
//! Every quantized matrix product of an int8 model has one before it, most of them inside of it
//! (see `product`), so it is written to be vectorized, which tract's own is not.
//! Source: ONNX `docs/Operators.md`.

use tract_onnx::tract_hir::internal::*;

/// Adding and subtracting it rounds a number of less than 22 bits to the nearest, ties to even.
const ROUNDER: f32 = 12_582_912.0;

const LANES: usize = 16;

/// The operator before its input's shape is known.
#[derive(Debug, Clone)]
pub(super) struct DynamicQuantizeLinear;

impl Expansion for DynamicQuantizeLinear {
    fn name(&self) -> StaticName {
        "DynamicQuantizeLinear".into()
    }

    fn nboutputs(&self) -> TractResult<usize> {
        Ok(3)
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        s: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 1)?;
        check_output_arity(outputs, 3)?;
        s.equals(&inputs[0].datum_type, f32::datum_type())?;
        s.equals(&inputs[0].shape, &outputs[0].shape)?;
        s.equals(&outputs[0].datum_type, u8::datum_type())?;
        s.equals(&outputs[1].datum_type, f32::datum_type())?;
        s.equals(&outputs[1].rank, 0)?;
        s.equals(&outputs[2].datum_type, u8::datum_type())?;
        s.equals(&outputs[2].rank, 0)
    }

    fn wire(
        &self,
        prefix: &str,
        target: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        target.wire_node(prefix, QuantizeBytes, inputs)
    }
}

/// The operator of a typed graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct QuantizeBytes;

impl Op for QuantizeBytes {
    fn name(&self) -> StaticName {
        "QuantizeBytes".into()
    }

    op_as_typed_op!();
}

impl EvalOp for QuantizeBytes {
    op_out_of_plan!();

    fn eval(&self, _context: &EvalContext<'_>, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = &inputs[0];
        let plain = input.try_as_plain_ram()?;
        let values = plain.as_slice::<f32>()?;
        let (scale, zero_point) = scale_and_zero_point(values);
        let mut bytes = Tensor::zero::<u8>(input.shape())?;
        let mut plain = bytes.try_as_plain_ram_mut()?;
        quantize(values, scale, zero_point, plain.as_slice_mut::<u8>()?);
        Ok(tvec![
            bytes.into_tvalue(),
            tensor0(scale).into_tvalue(),
            tensor0(zero_point).into_tvalue()
        ])
    }
}

impl TypedOp for QuantizeBytes {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        ensure!(inputs.len() == 1, "a quantization takes one input");
        Ok(tvec![
            u8::fact(&*inputs[0].shape),
            f32::fact([0_usize; 0]),
            u8::fact([0_usize; 0])
        ])
    }

    as_op!();
}

/// The range of the values with zero, in 255 steps.
pub(super) fn scale_and_zero_point(values: &[f32]) -> (f32, u8) {
    let (mut lows, mut highs) = ([0.0_f32; LANES], [0.0_f32; LANES]);
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for ((low, high), value) in lows.iter_mut().zip(&mut highs).zip(chunk) {
            *low = if *value < *low { *value } else { *low };
            *high = if *value > *high { *value } else { *high };
        }
    }
    let low = lows.iter().chain(rest).fold(0.0, |a: f32, b| a.min(*b));
    let high = highs.iter().chain(rest).fold(0.0, |a: f32, b| a.max(*b));
    if low == high {
        return (1.0, 0);
    }
    let scale = (high - low) / 255.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to a byte"
    )]
    let zero_point = (-low / scale).round_ties_even().clamp(0.0, 255.0) as u8;
    (scale, zero_point)
}

fn quantize(values: &[f32], scale: f32, zero_point: u8, bytes: &mut [u8]) {
    let zero_point = f32::from(zero_point);
    for (byte, value) in bytes.iter_mut().zip(values) {
        *byte = level(*value, scale, zero_point);
    }
}

/// As [`quantize`], all less by 128.
pub(super) fn quantize_signed(values: &[f32], scale: f32, zero_point: u8, bytes: &mut [i8]) {
    let zero_point = f32::from(zero_point);
    for (byte, value) in bytes.iter_mut().zip(values) {
        *byte = (level(*value, scale, zero_point) ^ 0x80).cast_signed();
    }
}

#[inline]
fn level(value: f32, scale: f32, zero_point: f32) -> u8 {
    let rounded = (value / scale + ROUNDER) - ROUNDER;
    let level = (rounded + zero_point).clamp(0.0, 255.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to a byte"
    )]
    let level = level as i32 as u8;
    level
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quantized(values: &[f32]) -> (Vec<u8>, f32, u8) {
        let (scale, zero_point) = scale_and_zero_point(values);
        let mut bytes = vec![0; values.len()];
        quantize(values, scale, zero_point, &mut bytes);
        (bytes, scale, zero_point)
    }

    #[test]
    fn the_examples_of_the_specification() {
        let (bytes, scale, zero_point) = quantized(&[0.0, 2.0, -3.0, -2.5, 1.34, 0.5]);
        assert!((scale - 0.019_607_844).abs() < 1e-8);
        assert_eq!(zero_point, 153);
        assert_eq!(bytes, [153, 255, 0, 26, 221, 179]);
        let (bytes, scale, zero_point) = quantized(&[-1.0, -2.1, -1.3, -2.5, -3.34, -4.0]);
        assert!((scale - 0.015_686_275).abs() < 1e-8);
        assert_eq!(zero_point, 255);
        assert_eq!(bytes, [191, 121, 172, 96, 42, 0]);
        assert_eq!(quantized(&[0.0; 3]), (vec![0; 3], 1.0, 0));
    }

    proptest! {
        #[test]
        fn agrees_with_the_plain_formula(values in prop::collection::vec(-50.0_f32..80.0, 1..70)) {
            let (bytes, scale, zero_point) = quantized(&values);
            for (byte, value) in bytes.iter().zip(&values) {
                let level = (value / scale).round_ties_even() + f32::from(zero_point);
                prop_assert_eq!(f32::from(*byte), level.clamp(0.0, 255.0));
            }
        }
    }
}
