//! Values to 8-bit codes.

/// At most 256 values in rising order that stand for all others.
#[derive(Debug, Clone)]
pub(super) struct Codebook {
    values: Vec<f32>,
}

impl Codebook {
    /// Fits a codebook: exact where there are 256 different values or fewer; else the mean of each
    /// of 255 bins of equal width, so no value moves by more than a bin's width. Zero stays zero.
    pub(super) fn fit(mut values: Vec<f32>) -> Self {
        values.sort_unstable_by(f32::total_cmp);
        let has_zero = values.contains(&0.0);
        let mut different = values.clone();
        different.dedup();
        if different.len() <= 256 {
            return Self { values: different };
        }
        let (min, max) = (values[0], values[values.len() - 1]);
        let width = (max - min) / 255.0;
        let mut centers = Vec::with_capacity(256);
        let mut begin = 0;
        for bin in 1..=255_u8 {
            let limit = min + width * f32::from(bin);
            let rest = &values[begin..];
            let n_inside = if bin == 255 {
                rest.len()
            } else {
                rest.partition_point(|&v| v < limit)
            };
            if n_inside > 0 {
                let sum: f64 = rest[..n_inside].iter().map(|&value| f64::from(value)).sum();
                centers.push(mean(sum, n_inside));
            }
            begin += n_inside;
        }
        if has_zero {
            centers.push(0.0);
            centers.sort_unstable_by(f32::total_cmp);
            centers.dedup();
        }
        Self { values: centers }
    }

    /// The code of the value nearest to `value`.
    pub(super) fn code(&self, value: f32) -> u8 {
        let above = self.values.partition_point(|&own| own < value);
        let nearest = match (above.checked_sub(1), self.values.get(above)) {
            (Some(below), Some(&upper)) if value - self.values[below] < upper - value => below,
            (Some(below), None) => below,
            _ => above,
        };
        u8::try_from(nearest).unwrap_or(0)
    }

    /// All 256 values, the last repeated.
    pub(super) fn table(&self) -> [f32; 256] {
        let last = self.values.last().copied().unwrap_or(0.0);
        std::array::from_fn(|code| self.values.get(code).copied().unwrap_or(last))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the mean of f32 values fits an f32; counts stay far below 2^52"
)]
fn mean(sum: f64, n: usize) -> f32 {
    (sum / n as f64) as f32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn values_move_by_less_than_a_bin(values in prop::collection::vec(-8.0_f32..1.0, 1..2000)) {
            let book = Codebook::fit(values.clone());
            let table = book.table();
            let min = values.iter().copied().fold(f32::INFINITY, f32::min);
            let max = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let mut different = values.clone();
            different.sort_unstable_by(f32::total_cmp);
            different.dedup();
            let bound = if different.len() <= 256 { 0.0 } else { (max - min) / 255.0 * 1.001 };
            for &value in &values {
                let moved = (table[usize::from(book.code(value))] - value).abs();
                prop_assert!(moved <= bound, "{value} moved by {moved}");
            }
        }
    }

    #[test]
    fn zero_stays_zero() {
        let values: Vec<f32> = (0..1000_u16).map(|n| f32::from(n) / -77.0).collect();
        let book = Codebook::fit(values);
        assert_eq!(book.table()[usize::from(book.code(0.0))], 0.0);
    }
}
