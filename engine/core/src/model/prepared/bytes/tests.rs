use super::*;

#[track_caller]
fn check(tensor: Tensor) {
    let mut writer = Writer::default();
    writer.byte(7);
    writer.tensor(&tensor).unwrap();
    for cut in 1..writer.bytes.len() {
        let mut reader = Reader::new(&writer.bytes[..cut], 1);
        assert!(reader.tensor().is_err(), "cut at {cut}");
    }
    // One byte further on, so that nothing is aligned in memory.
    let mut shifted = vec![0];
    shifted.extend_from_slice(&writer.bytes);
    for bytes in [&writer.bytes[..], &shifted[1..]] {
        let mut reader = Reader::new(bytes, 1);
        assert_eq!(reader.tensor().unwrap(), tensor);
    }
}

#[test]
fn tensors_come_back_as_they_were() {
    check(Tensor::from_shape(&[2, 3], &[0.5_f32, -1.0, 2.0, 3.0, f32::MIN, 0.0]).unwrap());
    check(Tensor::from_shape(&[1, 2], &[i64::MAX, -2]).unwrap());
    check(Tensor::from_shape(&[3], &[0_u8, 128, 255]).unwrap());
    check(Tensor::from_shape(&[3], &[0_i8, -128, 127]).unwrap());
    check(Tensor::from_shape(&[2], &[true, false]).unwrap());
    check(tensor1(&[TDim::Val(4), TDim::Val(-1)]));
    check(Tensor::from_shape(&[], &[3_i32]).unwrap());
}

#[test]
fn dimensions_come_back_as_they_were() {
    let symbols = SymbolScope::default();
    let other = symbols.sym("other");
    let words = symbols.sym("words");
    for dim in [
        TDim::Val(-3),
        words.to_dim(),
        words.to_dim() + 4,
        words.to_dim() * 3 - other.to_dim() * 2 + 1,
    ] {
        let mut writer = Writer::default();
        writer.dim(&dim).unwrap();
        let bytes = &writer.bytes[..];
        let mut reader = Reader::with_symbols(bytes, 0, symbols.clone());
        assert_eq!(reader.dim().unwrap(), dim);
        let mut fresh = Reader::new(bytes, 0);
        assert_eq!(fresh.dim().unwrap().to_string(), dim.to_string());
        for cut in 0..bytes.len() {
            assert!(Reader::new(&bytes[..cut], 0).dim().is_err());
        }
    }
    let mut writer = Writer::default();
    writer.dim(&(words.to_dim() / 2)).unwrap_err();
    let nested = [SUM, 1, 0, 0, 0, 0, 0, 0, 0].repeat(100_000);
    assert!(Reader::new(&nested, 0).dim().is_err());
}

#[test]
fn sizes_that_cannot_be_are_errors() {
    let mut writer = Writer::default();
    writer.datum_type(f32::datum_type()).unwrap();
    writer.sizes(&[usize::MAX / 2, 16]);
    assert!(Reader::new(&writer.bytes, 0).tensor().is_err());
    let mut writer = Writer::default();
    writer.size(usize::MAX / 2);
    assert!(Reader::new(&writer.bytes, 0).sizes().is_err());
    assert!(Reader::new(&writer.bytes, 0).blob().is_err());
}
