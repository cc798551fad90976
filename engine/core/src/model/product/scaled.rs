//! Weights of 8 bits that a file makes floats of before it multiplies by them.

/// The bytes of the floats: each signed byte times the one scale, or that of its column, `[1,
/// columns]`, or of its row, `[rows, 1]`. `None` where the scales have another form.
pub(super) fn scaled(
    bytes: &[u8],
    [n_rows, n_columns]: [usize; 2],
    dims: &[i64],
    scales: &[f32],
) -> Option<Vec<u8>> {
    let is = |size: i64, count: usize| usize::try_from(size) == Ok(count);
    let (row_step, column_step) = match *dims {
        _ if scales.len() == 1 => (0, 0),
        [columns] if is(columns, n_columns) => (0, 1),
        [1, columns] if is(columns, n_columns) => (0, 1),
        [rows, 1] if is(rows, n_rows) => (1, 0),
        _ => return None,
    };
    let n_scales = 1 + row_step * (n_rows - 1) + column_step * (n_columns - 1);
    if scales.len() != n_scales {
        return None;
    }
    let mut floats = Vec::with_capacity(4 * bytes.len());
    for (row, bytes) in bytes.chunks_exact(n_columns).enumerate() {
        for (column, byte) in bytes.iter().enumerate() {
            let scale = scales[row * row_step + column * column_step];
            let value = f32::from(byte.cast_signed()) * scale;
            floats.extend(value.to_le_bytes());
        }
    }
    Some(floats)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(dims: &[i64], scales: &[f32], expected: Option<[f32; 6]>) {
        let bytes = [1, 2, 3, 255, 5, 6];
        let floats = scaled(&bytes, [2, 3], dims, scales);
        let expected = expected.map(|values| values.map(f32::to_le_bytes).concat());
        assert!(floats == expected, "{dims:?}");
    }

    #[test]
    fn scales_are_for_all_for_columns_or_for_rows() {
        check(&[], &[2.0], Some([2.0, 4.0, 6.0, -2.0, 10.0, 12.0]));
        let columns = Some([0.5, 2.0, 0.0, -0.5, 5.0, 0.0]);
        check(&[1, 3], &[0.5, 1.0, 0.0], columns);
        check(&[3], &[0.5, 1.0, 0.0], columns);
        check(
            &[2, 1],
            &[1.0, -1.0],
            Some([1.0, 2.0, 3.0, 1.0, -5.0, -6.0]),
        );
        check(&[2], &[1.0, -1.0], None);
        check(&[2, 3], &[1.0; 6], None);
        check(&[1, 3], &[1.0; 2], None);
    }
}
