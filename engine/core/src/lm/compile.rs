//! ARPA text to the compiled form.

use std::io::BufRead;

use super::arpa::{self, Arpa, ArpaError, Ngrams};
use super::bits::{BitWriter, SLACK};
use super::checksum::seal;
use super::codebook::Codebook;
use super::format::{self, HEADER_BYTES, MAX_WORD_BITS};

/// Compiles an ARPA model; `file` names it in errors.
///
/// # Errors
/// If the text is no ARPA model, an n-gram lacks its context, or it is too large.
pub fn compile(file: &str, reader: impl BufRead) -> Result<Vec<u8>, ArpaError> {
    let Arpa { words, mut orders } = arpa::read(file, reader)?;
    let words = sort_words(words, &mut orders);
    let too_large = |what| ArpaError::TooLarge {
        file: file.into(),
        what,
    };
    let word_bits = format::word_bits(words.len());
    if word_bits > MAX_WORD_BITS {
        return Err(too_large("too many words"));
    }
    if orders
        .iter()
        .any(|ngrams| ngrams.probs_log10.len() > format::MAX_NGRAMS)
    {
        return Err(too_large("too many n-grams"));
    }
    for (idx, ngrams) in orders.iter_mut().enumerate() {
        sort_ngrams(ngrams, idx + 1);
    }
    let n_children = count_children(file, &orders)?;
    let blob: Vec<u8> = words.iter().flat_map(|word| word.bytes()).collect();
    let Ok(n_blob) = u32::try_from(blob.len()) else {
        return Err(too_large("too much text"));
    };

    let mut out = vec![0; HEADER_BYTES];
    format::write_header(&mut out, &words, n_blob, &orders);
    let books: Vec<(Codebook, Codebook)> = orders.iter().map(codebooks).collect();
    for (idx, (probs, backoffs)) in books.iter().enumerate() {
        push_table(&mut out, &probs.table());
        if idx + 1 < orders.len() {
            push_table(&mut out, &backoffs.table());
        }
    }
    let mut offset = 0_u32;
    push_u32(&mut out, 0);
    for word in &words {
        offset += u32::try_from(word.len()).expect("a word is shorter than all of them");
        push_u32(&mut out, offset);
    }
    out.extend(&blob);
    pad(&mut out, 0);
    for (idx, ngrams) in orders.iter().enumerate() {
        push_order(
            &mut out,
            idx,
            ngrams,
            &books[idx],
            n_children.get(idx),
            word_bits,
        );
    }
    seal(&mut out);
    Ok(out)
}

/// Renumbers words in byte order.
fn sort_words(words: Vec<String>, orders: &mut [Ngrams]) -> Vec<String> {
    let mut numbered: Vec<(String, usize)> = words
        .into_iter()
        .enumerate()
        .map(|(id, word)| (word, id))
        .collect();
    numbered.sort_unstable();
    let mut renumbered = vec![0; numbered.len()];
    for (new, (_, old)) in (0_u32..).zip(&numbered) {
        renumbered[*old] = new;
    }
    for ngrams in orders {
        for word in &mut ngrams.words {
            *word = renumbered[*word as usize];
        }
    }
    numbered.into_iter().map(|(word, _)| word).collect()
}

fn sort_ngrams(ngrams: &mut Ngrams, order: usize) {
    let key = |idx: usize| &ngrams.words[idx * order..][..order];
    let mut by_words: Vec<usize> = (0..ngrams.probs_log10.len()).collect();
    by_words.sort_by(|&a, &b| key(a).cmp(key(b)));
    *ngrams = Ngrams {
        words: by_words
            .iter()
            .flat_map(|&idx| key(idx).iter().copied())
            .collect(),
        probs_log10: by_words
            .iter()
            .map(|&idx| ngrams.probs_log10[idx])
            .collect(),
        backoffs_log10: by_words
            .iter()
            .map(|&idx| ngrams.backoffs_log10[idx])
            .collect(),
        lines: by_words.iter().map(|&idx| ngrams.lines[idx]).collect(),
    };
}

/// For each order but the highest, how many longer n-grams begin with each n-gram.
fn count_children(file: &str, orders: &[Ngrams]) -> Result<Vec<Vec<u32>>, ArpaError> {
    let mut all = Vec::new();
    for (order, pair) in (1..).zip(orders.windows(2)) {
        let (contexts, ngrams) = (&pair[0], &pair[1]);
        let mut n_children = vec![0; contexts.probs_log10.len()];
        let mut at = 0;
        let mut previous: Option<&[u32]> = None;
        for (words, &line) in ngrams.words.chunks_exact(order + 1).zip(&ngrams.lines) {
            let problem = |problem: &str| ArpaError::Line {
                file: file.into(),
                line: line.into(),
                problem: problem.into(),
            };
            if previous == Some(words) {
                return Err(problem("gives an n-gram a second time"));
            }
            previous = Some(words);
            let context = |at: usize| contexts.words.get(at * order..(at + 1) * order);
            while context(at).is_some_and(|own| own < &words[..order]) {
                at += 1;
            }
            if context(at) != Some(&words[..order]) {
                return Err(problem(
                    "has a context that is no n-gram itself: export the model again with its contexts kept",
                ));
            }
            n_children[at] += 1;
        }
        all.push(n_children);
    }
    Ok(all)
}

/// Impossible n-grams (`<s>` among the unigrams) do not stretch the codebook.
fn codebooks(ngrams: &Ngrams) -> (Codebook, Codebook) {
    let lowest = arpa::FLOOR_LOG10;
    let possible = ngrams
        .probs_log10
        .iter()
        .copied()
        .filter(|&prob| prob > lowest);
    (
        Codebook::fit(possible.collect()),
        Codebook::fit(ngrams.backoffs_log10.clone()),
    )
}

fn push_order(
    out: &mut Vec<u8>,
    idx: usize,
    ngrams: &Ngrams,
    (probs, backoffs): &(Codebook, Codebook),
    n_children: Option<&Vec<u32>>,
    word_bits: u32,
) {
    let mut records = BitWriter::default();
    let order = idx + 1;
    for (at, words) in ngrams.words.chunks_exact(order).enumerate() {
        if order > 1 {
            records.push(words[order - 1], word_bits);
        }
        records.push(probs.code(ngrams.probs_log10[at]).into(), 8);
        if n_children.is_some() {
            records.push(backoffs.code(ngrams.backoffs_log10[at]).into(), 8);
        }
    }
    out.extend(records.finish());
    pad(out, SLACK);
    let Some(n_children) = n_children else { return };
    let mut unary = BitWriter::default();
    for &n in n_children {
        for _ in 0..n {
            unary.push(1, 1);
        }
        unary.push(0, 1);
    }
    out.extend(unary.finish());
    pad(out, SLACK);
}

fn push_table(out: &mut Vec<u8>, table: &[f32; 256]) {
    out.extend(table.iter().flat_map(|value| value.to_le_bytes()));
}

fn push_u32(out: &mut Vec<u8>, value: u32) {
    out.extend(value.to_le_bytes());
}

/// Fills up to a multiple of eight bytes after `slack` more.
fn pad(out: &mut Vec<u8>, slack: usize) {
    out.resize((out.len() + slack).next_multiple_of(8), 0);
}
