//! The weights of a product, in the order in which a kernel reads them, and the product itself.
//!
//! A kernel takes both sides in panels: some columns of the weights (rows of `x`) side by side, one
//! step of the inner dimension after another. Panels come from the values of a file, and then are in
//! memory of their own, or from a kept graph, and then stay where they are: a mapped file costs no
//! copy, and its pages are shared.
//!
//! Kept: the kernel's name, number and format of its packing, sizes, bias, and for weights of
//! 8 bits their scale and the sum of each column; then the panels. Another processor may not have
//! the kernel: then the graph is refused, and is made again.

use std::sync::Arc;

use tract_onnx::tract_core::tract_linalg::mmm::{
    AsInputValue, EagerPackedInput, FusedSpec, MMMInputValue, MatMatMul, PackedExoticFact, Query,
    Suitable, pick_by_shape, retain_best,
};
use tract_onnx::tract_core::tract_linalg::{BinOp, MmmDispatch};
use tract_onnx::tract_hir::internal::*;

#[cfg(target_arch = "x86_64")]
use super::avx2;
#[cfg(target_arch = "x86_64")]
use super::panels::plain_bytes;
use super::panels::{KeptPanels, clear_gaps, cloned, panel_size};
use super::rewrite::{RawValues, RawWeights};
use crate::model::prepared::{ALIGNMENT, Reader, Writer};
use crate::model::quantize::{quantize_signed, scale_and_zero_point};

/// Columns and rows that a kept product may have at most.
const MOST: usize = 1 << 31;

/// Weights of a product, ready for a kernel.
#[derive(Debug)]
pub(in crate::model) struct Packed {
    kernel: Box<dyn MatMatMul>,
    /// Which of the kernel's packings the panels have.
    packing: usize,
    panels: Box<dyn MMMInputValue>,
    precision: Precision,
    /// `[n_outputs]`
    bias: Option<Tensor>,
}

#[derive(Debug)]
enum Precision {
    Floats,
    /// Whole numbers of 8 bits, times `scale`; `sums` has one for each column.
    Bytes {
        scale: f32,
        sums: Vec<i32>,
    },
}

/// Weights are compared by where they are: equal ones at two places are two products.
impl PartialEq for Packed {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Packed {}

impl Packed {
    /// Packs for this number of rows, or for any where it is not known.
    pub(super) fn new(raw: RawWeights<'_>, n_rows: Option<usize>) -> TractResult<Self> {
        let shape = [raw.n_inputs, raw.n_outputs];
        let (values, precision) = match raw.values {
            RawValues::Floats(bytes) => (float_tensor(&shape, &bytes)?, Precision::Floats),
            RawValues::Bytes { bytes, scale } => {
                let values: &[i8] = bytemuck::cast_slice(&bytes);
                let mut sums = vec![0; raw.n_outputs];
                for row in values.chunks_exact(raw.n_outputs) {
                    for (sum, value) in sums.iter_mut().zip(row) {
                        *sum = i32::wrapping_add(*sum, i32::from(*value));
                    }
                }
                let precision = Precision::Bytes { scale, sums };
                (Tensor::from_shape(&shape, values)?, precision)
            }
        };
        let (kernel, packing) = choose(&precision, shape, n_rows)?;
        let mut panels = kernel.packings()[packing].0.prepare_one(&values, 0, 1)?;
        clear_gaps(&mut *panels)?;
        let bias = raw.bias.map(|bias| tensor1(&bias));
        Ok(Self {
            kernel,
            packing,
            panels,
            precision,
            bias,
        })
    }

    pub(super) fn n_inputs(&self) -> usize {
        self.panels.k()
    }

    pub(super) fn n_outputs(&self) -> usize {
        self.panels.mn()
    }

    /// The product of each row.
    pub(super) fn apply(&self, x: &Tensor) -> TractResult<Tensor> {
        let (n_inputs, n_outputs) = (self.n_inputs(), self.n_outputs());
        ensure!(
            x.shape().last() == Some(&n_inputs),
            "a product takes {n_inputs} columns and got {:?}",
            x.shape()
        );
        let mut shape: TVec<usize> = x.shape().into();
        *shape.last_mut().expect("it has a last axis") = n_outputs;
        let plain = x.try_as_plain_ram()?;
        let values = plain.as_slice::<f32>()?;
        let mut products = Tensor::zero::<f32>(&shape)?;
        match &self.precision {
            Precision::Floats => self.run(x, values.len() / n_inputs, &mut products)?,
            Precision::Bytes { scale, sums } => {
                let n_rows = values.len() / n_inputs;
                let (x_scale, zero_point) = scale_and_zero_point(values);
                let mut quantized = Tensor::zero::<i8>(&[n_rows, n_inputs])?;
                let mut bytes = quantized.try_as_plain_ram_mut()?;
                quantize_signed(values, x_scale, zero_point, bytes.as_slice_mut()?);
                let mut whole = Tensor::zero::<i32>(&[n_rows, n_outputs])?;
                if !self.run_narrow(&quantized, &mut whole)? {
                    self.run(&quantized, n_rows, &mut whole)?;
                }
                let whole = whole.try_as_plain_ram()?;
                let rows = whole.as_slice::<i32>()?.chunks_exact(n_outputs);
                let mut plain = products.try_as_plain_ram_mut()?;
                let bias = self.bias.as_ref().map(Tensor::try_as_plain_ram);
                let bias = bias.transpose()?;
                let bias = bias.as_ref().map(|bias| bias.as_slice::<f32>());
                let bias = bias.transpose()?;
                let zero_point = i32::from(zero_point) - 128;
                let scale = x_scale * scale;
                let targets = plain.as_slice_mut::<f32>()?.chunks_exact_mut(n_outputs);
                for (target, row) in targets.zip(rows) {
                    for ((product, whole), sum) in target.iter_mut().zip(row).zip(sums) {
                        #[expect(
                            clippy::cast_precision_loss,
                            reason = "as the standard's operators round"
                        )]
                        let exact = whole.wrapping_sub(zero_point.wrapping_mul(*sum)) as f32;
                        *product = exact * scale;
                    }
                    for (product, bias) in target.iter_mut().zip(bias.unwrap_or_default()) {
                        *product += bias;
                    }
                }
            }
        }
        Ok(products)
    }

    /// Runs our own kernel in place of one of tract's that is slow; whether there is one.
    #[cfg(target_arch = "x86_64")]
    fn run_narrow(&self, x: &Tensor, products: &mut Tensor) -> TractResult<bool> {
        if !self.kernel.name().starts_with(avx2::REPLACED) || !is_x86_feature_detected!("avx2") {
            return Ok(false);
        }
        let Some((bytes, size)) = plain_bytes(&*self.panels, avx2::WIDTH) else {
            return Ok(false);
        };
        let panels = bytes.chunks_exact(size.whole);
        let panels = panels.map(|panel| &panel[..size.used]);
        let x = x.try_as_plain_ram()?;
        let mut products = products.try_as_plain_ram_mut()?;
        let (x, products) = (x.as_slice::<i8>()?, products.as_slice_mut::<i32>()?);
        #[expect(unsafe_code, reason = "only some processors have these instructions")]
        // SAFETY: this one has them, asked above.
        unsafe {
            avx2::multiply(x, self.n_inputs(), panels, products, self.n_outputs());
        }
        Ok(true)
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn run_narrow(&self, _x: &Tensor, _products: &mut Tensor) -> TractResult<bool> {
        Ok(false)
    }

    /// Runs the kernel on `n_rows` rows of `x`, one after another in memory; `products` takes the
    /// results in the same order, and the bias with them if they are floats.
    fn run(&self, x: &Tensor, n_rows: usize, products: &mut Tensor) -> TractResult<()> {
        let (n_inputs, n_outputs) = (self.n_inputs(), self.n_outputs());
        ensure!(
            x.len() == n_rows * n_inputs && products.len() == n_rows * n_outputs,
            "a product has an input of another size"
        );
        if n_rows == 0 {
            return Ok(());
        }
        let (shape, strides) = ([n_rows, n_inputs], [n_inputs.cast_signed(), 1]);
        let item_size = products.datum_type().size_of();
        let is_float = products.datum_type() == f32::datum_type();
        #[expect(
            unsafe_code,
            reason = "tract's kernels take sizes and places of memory as they are told"
        )]
        // SAFETY: `x` holds `n_rows * n_inputs` values without gaps and `products` as many rows of
        // `n_outputs`, both checked above. The panels have the kernel's packing, for `n_inputs` and
        // `n_outputs`: `choose` and `prepare_one` made them so, or `read` compared their format and
        // length. The kernel was chosen or found among those that this processor runs.
        unsafe {
            let rows = TensorView::from_bytes(x, 0, &shape, &strides);
            let rows = self.kernel.packings()[self.packing]
                .1
                .prepare_one_view(&rows, 1, 0)?;
            let store = self
                .kernel
                .c_from_data_and_strides(item_size, 1, n_outputs.cast_signed())
                .wrap(&products.view_mut());
            let mut steps: TVec<FusedSpec<'_>> = tvec![FusedSpec::AddMatMul {
                a: AsInputValue::Borrowed(&*self.panels),
                b: AsInputValue::Borrowed(&*rows),
                packing: self.packing,
            }];
            if let Some(bias) = self.bias.as_ref().filter(|_| is_float) {
                steps.push(FusedSpec::BinPerRow(bias.view(), BinOp::Add));
            }
            steps.push(FusedSpec::Store(store));
            self.kernel.run(n_outputs, n_rows, &steps)
        }
    }

    pub(in crate::model) fn write(&self, out: &mut Writer) -> TractResult<()> {
        let panels = self.panels.downcast_ref::<EagerPackedInput>();
        let panels = panels.context("weights are kept already")?;
        let format = panels.format();
        out.text(self.kernel.name());
        out.size(self.packing);
        out.text(&format!("{format:?}"));
        out.size(panels.k());
        out.size(panels.mn());
        match &self.precision {
            Precision::Floats => out.byte(0),
            Precision::Bytes { scale, sums } => {
                out.byte(1);
                out.tensor(&tensor0(*scale))?;
                out.tensor(&tensor1(sums))?;
            }
        }
        out.byte(u8::from(self.bias.is_some()));
        if let Some(bias) = &self.bias {
            out.tensor(bias)?;
        }
        out.share(&panels.packed);
        Ok(())
    }

    pub(in crate::model) fn read(from: &mut Reader<'_>) -> TractResult<Self> {
        let (name, packing, format_text) = (from.text()?, from.size()?, from.text()?);
        let kernels = MmmDispatch::native().runnable();
        let kernel = kernels.iter().find(|kernel| kernel.name() == name);
        let kernel = kernel.with_context(|| format!("no kernel here is called {name}"))?;
        let format = &*kernel.packings().get(packing).context("no such packing")?.0;
        ensure!(
            format!("{format:?}") == format_text,
            "{name} packs in another way"
        );
        let (k, mn) = (from.size()?, from.size()?);
        ensure!(
            (1..MOST).contains(&k) && (1..MOST).contains(&mn),
            "a product is too large"
        );
        let precision = match from.byte()? {
            0 => Precision::Floats,
            _ => Precision::Bytes {
                scale: from.tensor()?.cast_to_scalar::<f32>()?,
                sums: from
                    .tensor()?
                    .try_as_plain_ram()?
                    .as_slice::<i32>()?
                    .to_vec(),
            },
        };
        let element = precision.element();
        ensure!(
            format.precursor().as_dt() == Some(element)
                && kernel.internal_type() == precision.accumulator()
                && !matches!(&precision, Precision::Bytes { sums, .. } if sums.len() != mn),
            "a product has weights of another type"
        );
        let bias = match from.byte()? {
            0 => None,
            _ => Some(from.tensor()?),
        };
        let fits = |bias: &Tensor| bias.datum_type() == f32::datum_type() && bias.shape() == [mn];
        ensure!(bias.as_ref().is_none_or(fits), "a bias has another size");
        let panel_bytes = panel_size(format, k)?.whole;
        let n_bytes = mn.div_ceil(format.r()).checked_mul(panel_bytes);
        from.align()?;
        let bytes = from.take(n_bytes.context("a product is too large")?)?;
        let start = from.position() - bytes.len();
        from.align()?;
        let fact = PackedExoticFact {
            format: cloned(format),
            mn: mn.to_dim(),
            k,
        };
        let is_aligned = bytes.as_ptr().align_offset(ALIGNMENT) == 0;
        let panels: Box<dyn MMMInputValue> = match from.shared.as_ref().filter(|_| is_aligned) {
            Some(shared) => Box::new(KeptPanels {
                bytes: Arc::clone(shared),
                start,
                panel_bytes,
                fact,
                mn,
            }),
            None => Box::new(EagerPackedInput {
                fact,
                packed: Arc::new(Blob::from_bytes_alignment(bytes, ALIGNMENT)?),
                panel_bytes,
                mn,
            }),
        };
        Ok(Self {
            kernel: kernel.clone(),
            packing,
            panels,
            precision,
            bias,
        })
    }
}

impl Precision {
    fn element(&self) -> DatumType {
        match self {
            Self::Floats => f32::datum_type(),
            Self::Bytes { .. } => i8::datum_type(),
        }
    }

    fn accumulator(&self) -> DatumType {
        match self {
            Self::Floats => f32::datum_type(),
            Self::Bytes { .. } => i32::datum_type(),
        }
    }
}

fn float_tensor(shape: &[usize], bytes: &[u8]) -> TractResult<Tensor> {
    let mut tensor = Tensor::zero::<f32>(shape)?;
    let mut plain = tensor.try_as_plain_ram_mut()?;
    let (values, _) = bytes.as_chunks::<4>();
    for (target, value) in plain.as_slice_mut::<f32>()?.iter_mut().zip(values) {
        *target = f32::from_le_bytes(*value);
    }
    Ok(tensor)
}

/// The kernel and the packing that tract takes for such a product, of those packings whose layout
/// is known here.
fn choose(
    precision: &Precision,
    [n_inputs, n_outputs]: [usize; 2],
    n_rows: Option<usize>,
) -> TractResult<(Box<dyn MatMatMul>, usize)> {
    let (element, accumulator) = (precision.element(), precision.accumulator());
    let query = Query {
        weight: element.into(),
        activation: element,
        accumulators: tvec![accumulator],
        store: Some(accumulator),
        allow_extractor: false,
        m: Some(n_outputs),
        k: Some(n_inputs),
        n: n_rows,
    };
    let dispatch = MmmDispatch::native();
    let mut suitable: Vec<Suitable> = dispatch.suitable(&query);
    suitable.retain(|(kernel, packing, _)| {
        let (weights, rows) = &kernel.packings()[*packing];
        panel_size(&**weights, n_inputs).is_ok() && panel_size(&**rows, n_inputs).is_ok()
    });
    let chosen = dispatch.preferred(&query, &suitable).or_else(|| {
        retain_best(&mut suitable);
        let place = pick_by_shape(&query, &suitable).or(suitable.len().checked_sub(1));
        place.map(|place| suitable.swap_remove(place))
    });
    let (kernel, packing, _) = chosen.context("no kernel multiplies such weights")?;
    Ok((kernel, packing))
}
