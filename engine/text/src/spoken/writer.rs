//! Walks over the words of an utterance and writes pieces.

use super::{Action, Form, SpokenForms};
use crate::piece::{Piece, Role, Side, push_automatic, push_spoken, written_mark};
use crate::word::{Case, Mark, MarkedWord, capitalize};

/// Case that spoken commands have switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SpokenCase {
    AsIs,
    Title,
    Upper,
    Lower,
}

/// Pieces under construction, with what spoken commands have switched on.
pub(crate) struct Writer<'a> {
    forms: &'a SpokenForms,
    pieces: Vec<Piece>,
    /// Until switched off.
    case: SpokenCase,
    /// For the next word only.
    next_case: Option<SpokenCase>,
    is_unspaced: bool,
    is_quoted: bool,
}

impl<'a> Writer<'a> {
    pub(crate) const fn new(forms: &'a SpokenForms) -> Self {
        Self {
            forms,
            pieces: Vec::new(),
            case: SpokenCase::AsIs,
            next_case: None,
            is_unspaced: false,
            is_quoted: false,
        }
    }

    /// Writes words, with the forms among them.
    pub(crate) fn words(&mut self, words: &[MarkedWord]) {
        let mut at = 0;
        while at < words.len() {
            at = self.step(words, at);
        }
    }

    /// Writes a piece in which no form is looked for, and the automatic mark after it.
    pub(crate) fn fixed(&mut self, piece: Piece, mark: Option<Mark>) {
        self.pieces.push(piece);
        if let Some(mark) = mark {
            push_automatic(&mut self.pieces, mark, self.forms.language);
        }
    }

    pub(crate) fn finish(self) -> Vec<Piece> {
        self.pieces
    }

    /// Writes what starts at `words[at]`; returns where to go on.
    fn step(&mut self, words: &[MarkedWord], at: usize) -> usize {
        let form = self
            .forms
            .form_at(words, at)
            .filter(|form| !self.forms.is_ordinary(form, words, at));
        let Some(form) = form else {
            self.word(&words[at]);
            return at + 1;
        };
        let next = at + form.words.len();
        match form.action {
            Action::Literal => return self.literal(words, at, next),
            Action::Spell => return self.spell(words, at, next),
            Action::UpperNext | Action::CapitalNext | Action::LowerNext if next == words.len() => {
                self.word(&words[at]);
                return at + 1;
            }
            _ => self.act(form),
        }
        let mark = words[next - 1].mark;
        if let (Action::Close | Action::Free, Some(mark)) = (form.action, mark) {
            push_automatic(&mut self.pieces, mark, self.forms.language);
        }
        next
    }

    fn act(&mut self, form: &Form) {
        let text = form.text.as_str();
        match form.action {
            Action::Mark => {
                let mark = written_mark(text, self.forms.language);
                self.spoken(&mark, Role::SpokenMark, Side::Tight, Side::Spaced);
            }
            Action::Dash => self.spoken(text, Role::SpokenMark, Side::Spaced, Side::Spaced),
            Action::Open => self.spoken(text, Role::Opening, Side::Spaced, Side::Tight),
            Action::Close => self.spoken(text, Role::Closing, Side::Tight, Side::Spaced),
            Action::Toggle => self.toggle(text),
            Action::Join => self.spoken(text, Role::Sign, Side::Tight, Side::Tight),
            Action::Free => self.spoken(text, Role::Sign, Side::Spaced, Side::Spaced),
            Action::Line => self.spoken(text, Role::Layout, Side::Tight, Side::Tight),
            Action::BreakAfter => {
                let (mark, layout) = text.split_at(text.find('\n').unwrap_or(text.len()));
                self.spoken(mark, Role::SpokenMark, Side::Tight, Side::Spaced);
                self.spoken(layout, Role::Layout, Side::Tight, Side::Tight);
            }
            Action::Space => self.spoken(" ", Role::Sign, Side::Tight, Side::Tight),
            Action::NoSpace => self.glue(),
            Action::NoSpaceOn => self.is_unspaced = true,
            Action::NoSpaceOff => self.is_unspaced = false,
            Action::TitleOn => self.case = SpokenCase::Title,
            Action::UpperOn => self.case = SpokenCase::Upper,
            Action::TitleOff | Action::UpperOff => self.case = SpokenCase::AsIs,
            Action::UpperNext => self.next_case = Some(SpokenCase::Upper),
            Action::CapitalNext => self.next_case = Some(SpokenCase::Title),
            Action::LowerNext => self.next_case = Some(SpokenCase::Lower),
            Action::Literal | Action::Spell | Action::EndSpell => {}
        }
    }

    fn spoken(&mut self, text: &str, role: Role, left: Side, right: Side) {
        push_spoken(&mut self.pieces, Piece::new(text, role, left, right));
    }

    /// One name for both quotes: the first opens, the next closes.
    fn toggle(&mut self, pair: &str) {
        let mut signs = pair.chars();
        let (open, close) = (signs.next(), signs.next());
        let sign = if self.is_quoted { close } else { open };
        let text = sign.or(open).map(String::from).unwrap_or_default();
        if self.is_quoted {
            self.spoken(&text, Role::Closing, Side::Tight, Side::Spaced);
        } else {
            self.spoken(&text, Role::Opening, Side::Spaced, Side::Tight);
        }
        self.is_quoted = !self.is_quoted;
    }

    /// The next piece follows without a space.
    fn glue(&mut self) {
        if let Some(last) = self.pieces.last_mut() {
            last.right = Side::Tight;
        }
    }

    fn word(&mut self, word: &MarkedWord) {
        let case = self.next_case.take().unwrap_or(self.case);
        let mut piece = match case {
            SpokenCase::AsIs => Piece::word(word.case.apply(&word.text)),
            SpokenCase::Title => Piece::verbatim(capitalize(&word.text)),
            SpokenCase::Upper => Piece::verbatim(Case::Upper.apply(&word.text)),
            SpokenCase::Lower => Piece::verbatim(word.text.to_lowercase()),
        };
        if self.is_unspaced
            && self
                .pieces
                .last()
                .is_some_and(|last| last.role != Role::AutomaticMark)
        {
            piece.left = Side::Tight;
        }
        self.pieces.push(piece);
        if let Some(mark) = word.mark {
            push_automatic(&mut self.pieces, mark, self.forms.language);
        }
    }

    /// "literal comma": the name of the form as words.
    fn literal(&mut self, words: &[MarkedWord], at: usize, next: usize) -> usize {
        let Some(form) = self.forms.form_at(words, next) else {
            self.word(&words[at]);
            return at + 1;
        };
        let end = next + form.words.len();
        for word in &words[next..end] {
            self.word(word);
        }
        end
    }

    /// "spell a b c": letters, digits and signs up to the first word that is none.
    fn spell(&mut self, words: &[MarkedWord], at: usize, start: usize) -> usize {
        let mut spelled = String::new();
        let mut end = start;
        let mut is_capital = false;
        let mut n_letters = 0_usize;
        while let Some(word) = words.get(end) {
            let spoken = word.text.to_lowercase();
            if matches!(
                spoken.as_str(),
                "capital" | "groß" | "majuscule" | "mayúscula"
            ) {
                is_capital = true;
                end += 1;
                continue;
            }
            let Some(letter) = self.letter(&spoken) else {
                break;
            };
            if std::mem::take(&mut is_capital) {
                spelled.push_str(&letter.to_uppercase());
            } else {
                spelled.push_str(&letter);
            }
            n_letters += 1;
            end += 1;
            if word.mark.is_some_and(|mark| mark.as_char() != ',') {
                break;
            }
        }
        if n_letters < 2 {
            self.word(&words[at]);
            return at + 1;
        }
        self.pieces.push(Piece::verbatim(spelled));
        if let Some(mark) = words[end - 1].mark {
            push_automatic(&mut self.pieces, mark, self.forms.language);
        }
        end
    }

    /// The letter, digit or joining sign that a word names while spelling.
    fn letter(&self, spoken: &str) -> Option<String> {
        if let Some(letter) = self.forms.letters.get(spoken) {
            return Some(letter.clone());
        }
        let mut chars = spoken.chars();
        if let (Some(only), None) = (chars.next(), chars.next()) {
            return only.is_alphanumeric().then(|| only.to_string());
        }
        if spoken.chars().all(|c| c.is_ascii_digit()) && !spoken.is_empty() {
            return Some(spoken.to_owned());
        }
        self.forms
            .forms
            .get(spoken)?
            .iter()
            .find(|form| form.words.len() == 1 && form.action == Action::Join)
            .map(|form| form.text.clone())
    }
}
