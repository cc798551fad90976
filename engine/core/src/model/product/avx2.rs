//! Products of bytes on x86-64 processors with AVX2 and nothing newer.
//!
//! tract's kernel for them (`avx2_mmm_i32_8x8`) loads weights with an instruction of SSE, which waits for
//! the upper halves of the registers: a step takes a hundred cycles and more. This one reads the same panels,
//! two steps at a time: `vpmaddwd` multiplies pairs of 16 bits and adds them to 32.
//! No sum is rounded, so the results are equal to the bit.

use std::arch::x86_64::{
    __m256i, _mm_cvtsi64_si128, _mm_unpacklo_epi8, _mm256_add_epi32, _mm256_cvtepi8_epi16,
    _mm256_madd_epi16, _mm256_set1_epi32, _mm256_setzero_si256,
};

/// How the name of tract's kernel begins; the version of the library follows.
pub(super) const REPLACED: &str = "avx2_mmm_i32_8x8";

/// Columns of a panel.
pub(super) const WIDTH: usize = 8;

/// Values of two steps of the inner dimension, the first in the lower half.
type Pair = i32;

/// Writes the products of the rows of `x` `[n_rows, n_inputs]` with one panel after another, each
/// `[n_inputs, WIDTH]`, to `products` `[n_rows, n_outputs]`; the last panel may be wider than what is left.
#[target_feature(enable = "avx2")]
pub(super) fn multiply<'a>(
    x: &[i8],
    n_inputs: usize,
    panels: impl Iterator<Item = &'a [u8]> + Clone,
    products: &mut [i32],
    n_outputs: usize,
) {
    let (mut rows, mut products) = (x, products);
    while !rows.is_empty() {
        let n_taken = match rows.len() / n_inputs {
            8.. => block::<8>(rows, n_inputs, panels.clone(), products, n_outputs),
            4.. => block::<4>(rows, n_inputs, panels.clone(), products, n_outputs),
            2.. => block::<2>(rows, n_inputs, panels.clone(), products, n_outputs),
            _ => block::<1>(rows, n_inputs, panels.clone(), products, n_outputs),
        };
        rows = &rows[n_taken * n_inputs..];
        products = &mut products[n_taken * n_outputs..];
    }
}

/// The first `ROWS` rows; how many they are.
#[target_feature(enable = "avx2")]
fn block<'a, const ROWS: usize>(
    x: &[i8],
    n_inputs: usize,
    panels: impl Iterator<Item = &'a [u8]>,
    products: &mut [i32],
    n_outputs: usize,
) -> usize {
    let mut pairs = vec![[0; ROWS]; n_inputs.div_ceil(2)];
    for (row_idx, row) in x.chunks_exact(n_inputs).take(ROWS).enumerate() {
        for (pair, values) in pairs.iter_mut().zip(row.chunks(2)) {
            pair[row_idx] = joined(values);
        }
    }
    for (panel_idx, panel) in panels.enumerate() {
        let sums = sums(&pairs, panel);
        let first = panel_idx * WIDTH;
        let n_columns = WIDTH.min(n_outputs - first);
        for (row, sums) in products.chunks_exact_mut(n_outputs).zip(sums) {
            let sums: [i32; WIDTH] = bytemuck::cast(sums);
            row[first..first + n_columns].copy_from_slice(&sums[..n_columns]);
        }
    }
    ROWS
}

#[target_feature(enable = "avx2")]
fn sums<const ROWS: usize>(pairs: &[[Pair; ROWS]], panel: &[u8]) -> [__m256i; ROWS] {
    let mut sums = [_mm256_setzero_si256(); ROWS];
    let (steps, _) = panel.as_chunks::<WIDTH>();
    let (doubles, last) = steps.as_chunks::<2>();
    for ([first, second], pairs) in doubles.iter().zip(pairs) {
        add(&mut sums, *first, *second, pairs);
    }
    if let ([first], Some(pairs)) = (last, pairs.last()) {
        add(&mut sums, *first, [0; WIDTH], pairs);
    }
    sums
}

#[target_feature(enable = "avx2")]
#[inline]
fn add<const ROWS: usize>(
    sums: &mut [__m256i; ROWS],
    first: [u8; WIDTH],
    second: [u8; WIDTH],
    pairs: &[Pair; ROWS],
) {
    let first = _mm_cvtsi64_si128(i64::from_le_bytes(first));
    let second = _mm_cvtsi64_si128(i64::from_le_bytes(second));
    let weights = _mm256_cvtepi8_epi16(_mm_unpacklo_epi8(first, second));
    for (sum, pair) in sums.iter_mut().zip(pairs) {
        *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(weights, _mm256_set1_epi32(*pair)));
    }
}

fn joined(values: &[i8]) -> Pair {
    let half = |at: usize| {
        values
            .get(at)
            .map_or([0; 2], |value| i16::from(*value).to_le_bytes())
    };
    let ([a, b], [c, d]) = (half(0), half(1));
    i32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn products_are_the_sums_to_the_bit(
            n_inputs in 1..40_usize,
            n_outputs in 1..30_usize,
            x in proptest::collection::vec(any::<i8>(), 1..800),
            weights in proptest::collection::vec(any::<u8>(), 40 * 32),
        ) {
            prop_assume!(is_x86_feature_detected!("avx2") && x.len() >= n_inputs);
            let n_rows = x.len() / n_inputs;
            let x = &x[..n_rows * n_inputs];
            let n_panels = n_outputs.div_ceil(WIDTH);
            let panels = weights.chunks_exact(n_inputs * WIDTH).take(n_panels);
            let mut products = vec![0; n_rows * n_outputs];
            #[expect(unsafe_code, reason = "only some processors have these instructions")]
            // SAFETY: this one has them, assumed above.
            unsafe {
                multiply(x, n_inputs, panels, &mut products, n_outputs);
            }
            for (row, products) in x.chunks_exact(n_inputs).zip(products.chunks_exact(n_outputs)) {
                for (column, product) in products.iter().enumerate() {
                    let panel = column / WIDTH * n_inputs * WIDTH;
                    let terms = row.iter().enumerate().map(|(step, x)| {
                        let weight = weights[panel + step * WIDTH + column % WIDTH];
                        i32::from(*x) * i32::from(weight.cast_signed())
                    });
                    prop_assert_eq!(*product, terms.sum::<i32>());
                }
            }
        }
    }
}
