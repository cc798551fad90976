//! Compiles an ARPA language model to the form that the beam reads in place.
//!
//! ```text
//! cargo run --release -p sotto-core --example compile_lm -- en.arpa language-model.bin
//! ```

use std::error::Error;
use std::fs;

use sotto_core::lm::compile;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(arpa), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("name an ARPA file and the file to write".into());
    };
    let text = fs::read(&arpa)?;
    fs::write(out, compile(&arpa, &*text)?)?;
    Ok(())
}
