//! Numbers, texts and tensors as bytes.
//!
//! Everything is little-endian; a length precedes what it counts, as 64 bits.
//! The values of a tensor begin at a multiple of [`ALIGNMENT`] from the start of the file, so that
//! a memory map of it can be read in place.

use std::fmt;
use std::sync::Arc;

use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::{Blob, TDim, bail, ensure, format_err};

use crate::model::files::SharedBytes;

/// Bytes to which the values of tensors are aligned.
pub(in crate::model) const ALIGNMENT: usize = 64;

/// Most sums and products in one another that a dimension may be made of.
const MAX_DEPTH: usize = 8;

// How a dimension is made.
const NUMBER: u8 = 0;
const SYMBOL: u8 = 1;
const SUM: u8 = 2;
const MULTIPLE: u8 = 3;

/// Element types, numbered by their place.
const TYPES: [fn() -> DatumType; 10] = [
    bool::datum_type,
    u8::datum_type,
    i8::datum_type,
    i32::datum_type,
    i64::datum_type,
    f32::datum_type,
    f64::datum_type,
    TDim::datum_type,
    u32::datum_type,
    u64::datum_type,
];

/// Bytes that grow.
#[derive(Debug, Default)]
pub(in crate::model) struct Writer {
    /// What comes before; each has a multiple of [`ALIGNMENT`] bytes.
    parts: Vec<PreparedBytes>,
    pub(in crate::model) bytes: Vec<u8>,
}

/// Bytes of a prepared graph, one after another; weights are those of the running model.
#[derive(Debug, Clone)]
pub(crate) enum PreparedBytes {
    Written(Vec<u8>),
    Shared(Arc<Blob>),
}

impl AsRef<[u8]> for PreparedBytes {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Written(bytes) => bytes,
            Self::Shared(blob) => blob.as_bytes(),
        }
    }
}

impl Writer {
    pub(in crate::model) fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub(super) fn whole(&mut self, value: i64) {
        self.bytes.extend(value.to_le_bytes());
    }

    pub(in crate::model) fn size(&mut self, value: usize) {
        self.bytes.extend((value as u64).to_le_bytes());
    }

    pub(super) fn sizes(&mut self, values: &[usize]) {
        self.size(values.len());
        values.iter().for_each(|value| self.size(*value));
    }

    pub(super) fn blob(&mut self, bytes: &[u8]) {
        self.size(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    pub(in crate::model) fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }

    pub(super) fn datum_type(&mut self, datum_type: DatumType) -> TractResult<()> {
        let place = TYPES.iter().position(|known| known() == datum_type);
        let place =
            place.ok_or_else(|| format_err!("elements of {datum_type:?} cannot be kept"))?;
        self.byte(u8::try_from(place)?);
        Ok(())
    }

    /// A dimension: a number, or a linear expression.
    pub(super) fn dim(&mut self, dim: &TDim) -> TractResult<()> {
        match dim {
            TDim::Val(number) => {
                self.byte(NUMBER);
                self.whole(*number);
            }
            TDim::Sym(symbol) => {
                self.byte(SYMBOL);
                self.text(&symbol.to_string());
            }
            TDim::Add(terms) => {
                self.byte(SUM);
                self.dims(terms)?;
            }
            TDim::MulInt(factor, dim) => {
                self.byte(MULTIPLE);
                self.whole(*factor);
                self.dim(dim)?;
            }
            _ => bail!("a dimension {dim} cannot be kept"),
        }
        Ok(())
    }

    pub(super) fn dims(&mut self, dims: &[TDim]) -> TractResult<()> {
        self.size(dims.len());
        dims.iter().try_for_each(|dim| self.dim(dim))
    }

    pub(in crate::model) fn tensor(&mut self, tensor: &Tensor) -> TractResult<()> {
        ensure!(tensor.is_plain(), "a constant is stored in an unusual way");
        let datum_type = tensor.datum_type();
        self.datum_type(datum_type)?;
        self.sizes(tensor.shape());
        if datum_type == TDim::datum_type() {
            let values = tensor.try_as_plain_ram()?;
            for value in values.as_slice::<TDim>()? {
                self.dim(value)?;
            }
            return Ok(());
        }
        self.align();
        self.bytes.extend_from_slice(tensor.as_bytes());
        Ok(())
    }

    pub(in crate::model) fn align(&mut self) {
        let padded = self.bytes.len().next_multiple_of(ALIGNMENT);
        self.bytes.resize(padded, 0);
    }

    /// Adds bytes that are somewhere already, aligned, and aligns what follows.
    pub(in crate::model) fn share(&mut self, blob: &Arc<Blob>) {
        self.align();
        let before = std::mem::take(&mut self.bytes);
        self.parts.push(PreparedBytes::Written(before));
        self.parts.push(PreparedBytes::Shared(Arc::clone(blob)));
        let n_bytes = blob.as_bytes().len();
        let padding = n_bytes.next_multiple_of(ALIGNMENT) - n_bytes;
        if padding > 0 {
            self.parts.push(PreparedBytes::Written(vec![0; padding]));
        }
    }

    pub(in crate::model) fn finish(mut self) -> Vec<PreparedBytes> {
        self.parts.push(PreparedBytes::Written(self.bytes));
        self.parts
    }
}

/// Bytes that are consumed.
#[derive(Clone)]
pub(in crate::model) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Those bytes, where a graph may go on reading them.
    pub(in crate::model) shared: Option<SharedBytes>,
    /// Those of the dimensions.
    pub(super) symbols: SymbolScope,
}

impl<'a> Reader<'a> {
    pub(in crate::model) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self::with_symbols(bytes, at, SymbolScope::default())
    }

    pub(super) const fn with_symbols(bytes: &'a [u8], at: usize, symbols: SymbolScope) -> Self {
        Self {
            bytes,
            at,
            shared: None,
            symbols,
        }
    }

    pub(in crate::model) const fn position(&self) -> usize {
        self.at
    }

    pub(in crate::model) fn align(&mut self) -> TractResult<()> {
        let padded = self.at.next_multiple_of(ALIGNMENT);
        self.take(padded - self.at)?;
        Ok(())
    }

    pub(in crate::model) fn take(&mut self, n_bytes: usize) -> TractResult<&'a [u8]> {
        let taken = self
            .at
            .checked_add(n_bytes)
            .and_then(|end| self.bytes.get(self.at..end))
            .ok_or_else(|| format_err!("it ends too early"))?;
        self.at += n_bytes;
        Ok(taken)
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    pub(in crate::model) fn byte(&mut self) -> TractResult<u8> {
        Ok(self.take(1)?[0])
    }

    pub(super) fn whole(&mut self) -> TractResult<i64> {
        let bytes = self.take(8)?;
        Ok(i64::from_le_bytes(bytes.try_into()?))
    }

    pub(in crate::model) fn size(&mut self) -> TractResult<usize> {
        Ok(usize::try_from(self.whole()?)?)
    }

    /// How many of something follow that take a byte each at least.
    pub(super) fn count(&mut self) -> TractResult<usize> {
        let count = self.size()?;
        ensure!(
            count <= self.bytes.len() - self.at,
            "it counts more than it holds"
        );
        Ok(count)
    }

    pub(super) fn sizes(&mut self) -> TractResult<TVec<usize>> {
        (0..self.count()?).map(|_| self.size()).collect()
    }

    pub(super) fn blob(&mut self) -> TractResult<&'a [u8]> {
        let n_bytes = self.size()?;
        self.take(n_bytes)
    }

    pub(in crate::model) fn text(&mut self) -> TractResult<&'a str> {
        Ok(std::str::from_utf8(self.blob()?)?)
    }

    pub(super) fn datum_type(&mut self) -> TractResult<DatumType> {
        let place = usize::from(self.byte()?);
        let datum_type = TYPES.get(place).map(|known| known());
        datum_type.ok_or_else(|| format_err!("it has elements of an unknown type"))
    }

    pub(super) fn dim(&mut self) -> TractResult<TDim> {
        self.dim_within(MAX_DEPTH)
    }

    fn dim_within(&mut self, depth: usize) -> TractResult<TDim> {
        ensure!(depth > 0, "a dimension is too intricate");
        Ok(match self.byte()? {
            NUMBER => TDim::Val(self.whole()?),
            SYMBOL => {
                let name = self.text()?;
                TDim::Sym(self.symbols.sym(name))
            }
            SUM => {
                let n_terms = self.count()?;
                let terms = (0..n_terms).map(|_| self.dim_within(depth - 1));
                TDim::Add(terms.collect::<TractResult<_>>()?)
            }
            MULTIPLE => TDim::MulInt(self.whole()?, Box::new(self.dim_within(depth - 1)?)),
            _ => bail!("it has a dimension of an unknown kind"),
        })
    }

    pub(super) fn dims(&mut self) -> TractResult<TVec<TDim>> {
        (0..self.count()?).map(|_| self.dim()).collect()
    }

    pub(in crate::model) fn tensor(&mut self) -> TractResult<Tensor> {
        let datum_type = self.datum_type()?;
        let shape = self.sizes()?;
        let n_elements = shape
            .iter()
            .try_fold(1_usize, |product, size| product.checked_mul(*size))
            .ok_or_else(|| format_err!("a tensor is too large"))?;
        if datum_type == TDim::datum_type() {
            let values = (0..n_elements).map(|_| self.dim());
            return tensor1(&values.collect::<TractResult<Vec<TDim>>>()?).into_shape(&shape);
        }
        self.align()?;
        let n_bytes = n_elements
            .checked_mul(datum_type.size_of())
            .ok_or_else(|| format_err!("a tensor is too large"))?;
        let bytes = self.take(n_bytes)?;
        macro_rules! numbers {
            ($($number:ty),*) => {
                $(if datum_type == <$number>::datum_type() {
                    return match bytemuck::try_cast_slice::<u8, $number>(bytes) {
                        Ok(values) => Tensor::from_shape(&shape, values),
                        Err(_) => {
                            let values: Vec<$number> = copied(bytes, <$number>::from_le_bytes);
                            Tensor::from_shape(&shape, &values)
                        }
                    };
                })*
            };
        }
        numbers!(f32, f64, i64, i32, i8, u8, u32, u64);
        if datum_type == bool::datum_type() {
            let values: Vec<bool> = bytes.iter().map(|byte| *byte != 0).collect();
            return Tensor::from_shape(&shape, &values);
        }
        bail!("it has elements of an unknown type")
    }
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes", self.at, self.bytes.len())
    }
}

/// Numbers out of bytes that are not aligned for them.
fn copied<const N: usize, T>(bytes: &[u8], number: fn([u8; N]) -> T) -> Vec<T> {
    let (numbers, _) = bytes.as_chunks::<N>();
    numbers.iter().map(|bytes| number(*bytes)).collect()
}

#[cfg(test)]
mod tests;
