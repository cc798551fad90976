//! Downloads models.

fn main() {}
