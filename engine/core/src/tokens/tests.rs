use proptest::prelude::*;

use super::*;
use crate::hypothesis::{Hypothesis, Token};
use crate::time::Millis;

fn tokens_txt(symbols: &[&str]) -> Vec<u8> {
    symbols
        .iter()
        .enumerate()
        .flat_map(|(id, symbol)| {
            let sep = if symbol.is_empty() { "" } else { " " };
            format!("{symbol}{sep}{id}\n").into_bytes()
        })
        .collect()
}

fn tokenizer(symbols: &[&str]) -> Tokenizer {
    Tokenizer::from_bytes("tokens.txt", &tokens_txt(symbols), None).unwrap()
}

fn hypothesis(ids: &[u32]) -> Hypothesis {
    let tokens = (0..)
        .zip(ids)
        .map(|(encoder_frame, &id)| Token {
            id,
            encoder_frame,
            log_prob: -0.5,
        })
        .collect();
    Hypothesis {
        tokens,
        ..Hypothesis::default()
    }
}

/// Tokens by symbol → words joined by `|`, and the words that are stable after all but the last.
#[track_caller]
fn check(symbols: &[&str], emitted: &[&str], words: &str) {
    let tokenizer = tokenizer(symbols);
    let ids: Vec<u32> = emitted
        .iter()
        .map(|wanted| u32::try_from(symbols.iter().position(|s| s == wanted).unwrap()).unwrap())
        .collect();
    let found = tokenizer.words(&hypothesis(&ids), 40, Millis(0));
    let found: Vec<&str> = found.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(found.join("|"), words);
}

const PIECES: &[&str] = &[
    "<blk>",
    "<sos/eos>",
    "<unk>",
    "▁",
    "▁HE",
    "LL",
    "O",
    "▁WORLD",
    "'S",
    "▁,",
];

#[test]
fn pieces_become_words() {
    check(PIECES, &[], "");
    check(PIECES, &["▁HE", "LL", "O", "▁WORLD", "'S"], "HELLO|WORLD'S");
    check(PIECES, &["LL", "▁HE"], "LL|HE");
    check(PIECES, &["▁HE", "▁", "O", "<sos/eos>", "<unk>"], "HE|O");
    check(PIECES, &["▁HE", "▁,", "▁HE"], "HE,|HE");
}

#[test]
fn characters_become_words() {
    let letters = &["<blk>", "▁", "a", "b", "'"];
    check(letters, &["a", "b", "▁", "b", "'", "a", "▁"], "ab|b'a");
    let t_one = &["а", "б", "", "<blk>"];
    check(t_one, &["а", "", "б", "б"], "а|бб");
    assert_eq!(tokenizer(t_one).blank(), 3);
}

#[test]
fn bytes_join_to_characters_and_wait_for_their_end() {
    let symbols = &["<blk>", "▁", "a", "<0xC3>", "<0xA9>", "<0x41>"];
    check(symbols, &["▁", "<0xC3>", "<0xA9>", "a"], "éa");
    check(symbols, &["a", "<0xC3>"], "a");
    check(symbols, &["a", "<0xC3>", "a"], "a\u{FFFD}a");
    check(symbols, &["<0xA9>", "<0x41>"], "\u{FFFD}A");
}

#[test]
fn unspaced_scripts_are_cut_by_character() {
    let symbols = &["<blk>", "你", "好", "▁RUST", "▁你", "，", "。"];
    check(symbols, &["你", "好", "▁RUST", "你"], "你|好|RUST|你");
    check(symbols, &["▁你", "▁你", "，", "好", "。"], "你|你，|好。");
}

#[test]
fn language_tags_are_no_text() {
    let symbols = &["<unk>", "<en-US>", "<de>", "▁hi", "<blk>"];
    check(symbols, &["<en-US>", "▁hi"], "hi");
    let tokenizer = tokenizer(symbols);
    assert_eq!(tokenizer.language(1), Some("en-US"));
    assert_eq!(tokenizer.language(2), Some("de"));
    assert_eq!(tokenizer.language(3), None);
    assert_eq!(tokenizer.blank(), 4);
    assert_eq!(tokenizer.unknown(), Some(0));
}

fn byte_char(byte: u8) -> char {
    (' '..='\u{1FF}')
        .find(|&c| bytes::byte_of_char(c) == Some(byte))
        .unwrap()
}

fn byte_level_symbols() -> Vec<String> {
    let mut symbols = vec!["<blk>".to_owned()];
    symbols.extend(
        (0..=255_u8)
            .filter(|&b| b != b' ')
            .map(|byte| byte_char(byte).to_string()),
    );
    symbols.push("▁".into());
    symbols
}

#[test]
fn byte_level_table_is_a_bijection() {
    let mut codes: Vec<char> = (0..=255_u8).map(byte_char).collect();
    assert_eq!(
        (codes[0], codes[31], codes[127], codes[255]),
        ('Ā', 'ğ', 'Ġ', '\u{1A6}')
    );
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), 256);
}

#[test]
fn byte_level_pieces_spell_any_text() {
    let symbols = byte_level_symbols();
    let symbols: Vec<&str> = symbols.iter().map(String::as_str).collect();
    let tokenizer = tokenizer(&symbols);
    let ids = tokenizer.encode("naïve 你好 ok").unwrap();
    let words = tokenizer.words(&hypothesis(&ids), 40, Millis(0));
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words, ["naïve", "你", "好", "ok"]);
}

#[test]
fn words_carry_times_and_confidence() {
    let tokenizer = tokenizer(PIECES);
    let token = |id, encoder_frame, log_prob| Token {
        id,
        encoder_frame,
        log_prob,
    };
    let tokens = vec![token(4, 2, -0.1), token(5, 5, -0.3), token(7, 5, -1.0)];
    let words = tokenizer.words(
        &Hypothesis {
            tokens,
            ..Hypothesis::default()
        },
        80,
        Millis(1000),
    );
    assert_eq!((words[0].start, words[0].end), (Millis(1160), Millis(1400)));
    assert_eq!((words[1].start, words[1].end), (Millis(1400), Millis(1480)));
    assert!((words[0].confidence - (-0.2_f32).exp()).abs() < 1e-6);
    assert!((words[1].confidence - (-1.0_f32).exp()).abs() < 1e-6);
}

#[test]
fn tables_tell_what_they_write() {
    let of = |symbols: &[&str]| {
        let tokenizer = tokenizer(symbols);
        (
            tokenizer.letter_case(),
            tokenizer.writes_case(),
            tokenizer.writes_punctuation(),
        )
    };
    assert_eq!(of(PIECES), (LetterCase::Upper, false, false));
    assert_eq!(of(&["<blk>", "a", "'"]), (LetterCase::Lower, false, false));
    assert_eq!(
        of(&["a", "B", ".", ",", "<blk>"]),
        (LetterCase::Mixed, true, true)
    );
    assert_eq!(
        of(&["<blk>", "你", "。", "，"]),
        (LetterCase::Caseless, false, true)
    );
    let symbols = byte_level_symbols();
    let symbols: Vec<&str> = symbols.iter().map(String::as_str).collect();
    assert_eq!(of(&symbols), (LetterCase::Caseless, false, false));
}

#[test]
fn phrases_are_spelled_as_in_training() {
    let spell = |symbols: &[&str], phrase: &str| {
        let ids = tokenizer(symbols)
            .encode(phrase)
            .map_err(|error| error.to_string())?;
        Ok::<_, String>(
            ids.iter()
                .map(|&id| symbols[id as usize])
                .collect::<Vec<_>>()
                .join(" "),
        )
    };
    // Byte-pair order: "lo" is merged first, so "▁hel" can never arise from "▁hello".
    let merges = &["<blk>", "lo", "▁h", "▁he", "▁hel", "▁", "h", "e", "l", "o"];
    assert_eq!(spell(merges, "hello").unwrap(), "▁hel lo");
    assert_eq!(spell(merges, "Helo").unwrap(), "▁he lo");
    assert_eq!(spell(merges, "ohe").unwrap(), "▁ o h e");
    let letters = &["<blk>", "▁", "A", "B"];
    assert_eq!(spell(letters, "ab  b").unwrap(), "A B ▁ B");
    assert_eq!(
        spell(letters, "ab c").unwrap_err(),
        "the phrase \"ab c\" cannot be spelled by this model: it has no token for \"C\""
    );
    assert_eq!(
        spell(letters, " ").unwrap_err(),
        "the phrase \" \" holds no word; remove it or write one"
    );
    let fallback = &["<blk>", "▁a", "<0xC3>", "<0xA9>", "▁", "a"];
    assert_eq!(spell(fallback, "aé a").unwrap(), "▁a <0xC3> <0xA9> ▁a");
    let chinese = &["<blk>", "你", "好", "▁RUST", "▁WE"];
    assert_eq!(spell(chinese, "你好rust").unwrap(), "你 好 ▁RUST");
}

#[test]
fn piece_scores_choose_the_spelling() {
    let symbols = &["<blk>", "▁ab", "c", "▁a", "bc"];
    let spell = |vocab: &str| {
        let tokenizer = tokenizer(symbols).with_piece_scores("bpe.vocab", vocab.as_bytes());
        tokenizer.map(|tokenizer| tokenizer.encode("abc").unwrap())
    };
    assert_eq!(spell("▁ab\t-1\nc\t-1\n▁a\t-2\nbc\t-2\n").unwrap(), [1, 2]);
    assert_eq!(spell("▁ab\t-3\nc\t-3\n▁a\t-2\nbc\t-2\n").unwrap(), [3, 4]);
    let error = |vocab: &str| spell(vocab).unwrap_err().to_string();
    assert_eq!(
        error("▁ab\n"),
        "bpe.vocab line 1 is not a piece, a tab and a number; export bpe.vocab again"
    );
    assert_eq!(
        error("xyz\t1\n"),
        "bpe.vocab shares no piece with the model's tokens: they belong to different models"
    );
}

#[test]
fn broken_tables_are_named() {
    #[track_caller]
    fn check(tokens: &[u8], vocab_size: Option<usize>, sentence: &str) {
        let error = Tokenizer::from_bytes("m/tokens.txt", tokens, vocab_size).unwrap_err();
        assert!(error.to_string().starts_with(sentence), "{error}");
    }
    check(b"", None, "m/tokens.txt is empty");
    check(b"\n\n", None, "m/tokens.txt is empty");
    check(
        b"<blk> 0\n\xFF 1\n",
        None,
        "m/tokens.txt line 2 is not UTF-8 text",
    );
    check(
        b"<blk> 0\na b\n",
        None,
        "m/tokens.txt line 2 does not end in a token id",
    );
    check(
        b"<blk> 0\na -1\n",
        None,
        "m/tokens.txt line 2 does not end in a token id",
    );
    check(
        b"<blk> 0\na 1 2\n",
        None,
        "m/tokens.txt line 2 has 3 fields",
    );
    check(
        b"<blk> 0\na 1\nb 1\n",
        None,
        "m/tokens.txt line 3 gives id 1, which line 2 has",
    );
    check(
        b"<blk> 0\na 2\n",
        None,
        "m/tokens.txt has 2 lines but none with id 1",
    );
    check(b"a 0\nb 1\n", None, "m/tokens.txt has no <blk> line");
    check(
        b"<blk> 0\na 1\n",
        Some(3),
        "m/tokens.txt has 2 tokens, the model has 3",
    );
}

#[test]
fn disambiguation_symbols_past_the_model_are_left_out() {
    let table = tokens_txt(&["<blk>", "a", "#0", "#1"]);
    assert_eq!(
        Tokenizer::from_bytes("t", &table, Some(2))
            .unwrap()
            .vocab_size(),
        2
    );
    assert_eq!(
        Tokenizer::from_bytes("t", &table, None)
            .unwrap()
            .vocab_size(),
        4
    );
}

proptest! {
    #[test]
    fn stable_words_only_grow(ids in prop::collection::vec(0_u32..12, 0..24)) {
        let symbols =
            ["<blk>", "▁", "▁a", "b", ".", "▁.", "你", "，", "<0xC3>", "<0xA9>", "▁c", "5"];
        let tokenizer = tokenizer(&symbols);
        let mut before = Vec::new();
        for n in 0..=ids.len() {
            let transcript = tokenizer.transcript(&hypothesis(&ids), n, 40, Millis(7));
            prop_assert!(transcript.stable.starts_with(&before));
            let whole = tokenizer.words(&hypothesis(&ids), 40, Millis(7));
            prop_assert!(transcript.words().eq(whole.iter()));
            for end in n..=ids.len() {
                let grown = tokenizer.words(&hypothesis(&ids[..end]), 40, Millis(7));
                prop_assert!(grown.starts_with(&transcript.stable));
            }
            before = transcript.stable;
        }
    }

    #[test]
    fn spelled_text_reads_back(words in prop::collection::vec("[a-d]{1,6}", 1..5)) {
        let symbols = ["<blk>", "▁a", "bc", "▁", "a", "b", "c", "d", "▁abc", "dd"];
        let phrase = words.join(" ");
        let tokenizer = tokenizer(&symbols);
        let ids = tokenizer.encode(&phrase).unwrap();
        let read = tokenizer.words(&hypothesis(&ids), 40, Millis(0));
        let read: Vec<String> = read.into_iter().map(|word| word.text).collect();
        prop_assert_eq!(read, words);
    }

    #[test]
    fn any_bytes_are_a_table_or_an_error(
        mut table in Just(tokens_txt(PIECES)),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
    ) {
        for (at, byte) in edits {
            let at = at.index(table.len());
            table[at] = byte;
        }
        table.truncate(cut.index(table.len() + 1));
        if let Ok(tokenizer) = Tokenizer::from_bytes("t", &table, None) {
            let n = u32::try_from(tokenizer.vocab_size()).unwrap();
            let _ = tokenizer.words(&hypothesis(&(0..=n).collect::<Vec<_>>()), 40, Millis(0));
            let _ = tokenizer.encode("HELLO WORLD");
        }
    }
}
