//! Phrases that the user expects, as a bonus for the tokens that spell them.
//!
//! An Aho-Corasick automaton over token ids. Every node has a potential, the part of the boost that
//! a partial match is lent; a step adds the difference of potentials, so a match that breaks off
//! gives it back. A completed phrase pays its whole boost and matching starts afresh, so along any
//! token sequence the sum is that of the completed phrases, plus the potential of the match under
//! way. What is lent grows with the square of the matched share: the first tokens of a phrase begin
//! many other words too, which would lose their place in the beam to what never becomes a phrase.
//!
//! A vocabulary of letters spells the beginning of a phrase inside of every other word. There the
//! mark of a word's start has to come first, as it does at the beginning of an utterance; it earns
//! nothing itself. Otherwise each such letter would be lent a boost, and the beam would lose what
//! was said to what is about to give back.
//!
//! Where several phrases end at once the longest counts. Source: Aho and Corasick 1975; the idea of
//! lending boosts follows icefall's context graph.

mod phrases;

use std::collections::VecDeque;

pub use phrases::{PhrasesError, read_phrases};

/// A phrase and what it is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Phrase {
    /// How the model spells it.
    pub tokens: Vec<u32>,
    /// Natural-log bonus for each of its tokens.
    pub boost_per_token: f32,
    /// The mark of a word's start, where it is a token of its own: it has to come first.
    pub word_start: Option<u32>,
}

/// How far a hypothesis is inside a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ContextState(u32);

/// The phrases of a session, compiled.
#[derive(Debug, Clone)]
pub struct ContextGraph {
    nodes: Vec<Node>,
    /// Children of all nodes: token and node, sorted by token within a node.
    edges: Vec<(u32, u32)>,
    start: ContextState,
    /// The tokens of every phrase.
    spellings: Vec<Box<[u32]>>,
}

#[derive(Debug, Clone)]
struct Node {
    edges_begin: u32,
    edges_end: u32,
    /// The longest proper suffix that is also in the graph.
    suffix: u32,
    potential: f32,
    /// Boost of the longest phrase that ends here, by itself or as a suffix.
    completes: Option<f32>,
}

/// A node of the trie before it is laid out.
#[derive(Default)]
struct Draft {
    children: Vec<(u32, usize)>,
    potential: Option<f32>,
    completes: Option<f32>,
}

impl ContextGraph {
    /// Compiles phrases; empty ones are ignored, of equal ones the highest boost counts.
    #[must_use]
    pub fn new(phrases: &[Phrase]) -> Self {
        let mut drafts = vec![Draft::default()];
        for phrase in phrases.iter().filter(|phrase| !phrase.tokens.is_empty()) {
            let mut at = 0;
            if let Some(word_start) = phrase.word_start {
                at = child_or_new(&mut drafts, at, word_start);
                lend(&mut drafts[at], 0.0);
            }
            let n_tokens = phrase.tokens.len() as f32;
            let boost = n_tokens * phrase.boost_per_token;
            for (n_before, &token) in phrase.tokens.iter().enumerate() {
                at = child_or_new(&mut drafts, at, token);
                let share = (n_before + 1) as f32 / n_tokens;
                lend(&mut drafts[at], boost * share * share);
            }
            let whole = drafts[at].completes.map_or(boost, |other| other.max(boost));
            drafts[at].completes = Some(whole);
        }
        let mut graph = Self::lay_out(drafts);
        let word_start = phrases.iter().find_map(|phrase| phrase.word_start);
        graph.start = ContextState(word_start.map_or(0, |token| graph.walk(0, token)));
        graph.spellings = phrases
            .iter()
            .filter(|phrase| phrase.boost_per_token > 0.0)
            .map(|phrase| phrase.tokens.as_slice().into())
            .collect();
        graph
    }

    fn lay_out(mut drafts: Vec<Draft>) -> Self {
        let mut graph = Self {
            nodes: Vec::with_capacity(drafts.len()),
            edges: Vec::new(),
            start: ContextState::default(),
            spellings: Vec::new(),
        };
        for draft in &mut drafts {
            draft.children.sort_unstable();
            let edges_begin = index(graph.edges.len());
            graph.edges.extend(
                draft
                    .children
                    .iter()
                    .map(|&(token, node)| (token, index(node))),
            );
            graph.nodes.push(Node {
                edges_begin,
                edges_end: index(graph.edges.len()),
                suffix: 0,
                potential: draft.potential.unwrap_or(0.0),
                completes: draft.completes,
            });
        }
        let mut queue = VecDeque::from([0_u32]);
        while let Some(node) = queue.pop_front() {
            let edges = graph.edges_of(node).to_vec();
            for (token, child) in edges {
                let suffix = if node == 0 {
                    0
                } else {
                    graph.walk(graph.nodes[node as usize].suffix, token)
                };
                let inherited = graph.nodes[suffix as usize].completes;
                let child_node = &mut graph.nodes[child as usize];
                child_node.suffix = suffix;
                child_node.completes = child_node.completes.or(inherited);
                queue.push_back(child);
            }
        }
        graph
    }

    /// Whether there is no phrase.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// The tokens of the phrases that are wanted, one phrase after the other.
    pub fn spellings(&self) -> impl Iterator<Item = &[u32]> {
        self.spellings.iter().map(AsRef::as_ref)
    }

    /// Where an utterance begins: at the start of a word.
    #[must_use]
    pub const fn start(&self) -> ContextState {
        self.start
    }

    /// What one more token adds to the score, in natural log, and where it leads.
    #[must_use]
    pub fn step(&self, state: ContextState, token: u32) -> (f32, ContextState) {
        let before = self.node(state.0).potential;
        let next = self.walk(state.0, token);
        match self.node(next).completes {
            Some(boost) => (boost - before, ContextState::default()),
            None => (self.node(next).potential - before, ContextState(next)),
        }
    }

    /// What the end of the utterance adds, in natural log: the unfinished match gives back what it was lent.
    #[must_use]
    pub fn finish(&self, state: ContextState) -> f32 {
        -self.node(state.0).potential
    }

    /// Follows a token, over shorter and shorter suffixes.
    fn walk(&self, mut node: u32, token: u32) -> u32 {
        loop {
            let edges = self.edges_of(node);
            if let Ok(at) = edges.binary_search_by_key(&token, |&(token, _)| token) {
                return edges[at].1;
            }
            if node == 0 {
                return 0;
            }
            node = self.node(node).suffix;
        }
    }

    fn node(&self, node: u32) -> &Node {
        &self.nodes[node as usize]
    }

    fn edges_of(&self, node: u32) -> &[(u32, u32)] {
        let node = self.node(node);
        &self.edges[node.edges_begin as usize..node.edges_end as usize]
    }
}

/// Of phrases that begin alike the one that is worth most counts.
fn lend(draft: &mut Draft, potential: f32) {
    draft.potential = Some(
        draft
            .potential
            .map_or(potential, |other| other.max(potential)),
    );
}

fn child_or_new(drafts: &mut Vec<Draft>, parent: usize, token: u32) -> usize {
    let found = drafts[parent]
        .children
        .iter()
        .find(|&&(own, _)| own == token);
    if let Some(&(_, child)) = found {
        return child;
    }
    let child = drafts.len();
    drafts.push(Draft::default());
    drafts[parent].children.push((token, child));
    child
}

fn index(len: usize) -> u32 {
    u32::try_from(len).expect("phrases have fewer than 2^32 tokens")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn graph(phrases: &[(&[u32], f32)]) -> ContextGraph {
        let phrases: Vec<Phrase> = phrases
            .iter()
            .map(|&(tokens, boost_per_token)| Phrase {
                tokens: tokens.to_vec(),
                boost_per_token,
                word_start: None,
            })
            .collect();
        ContextGraph::new(&phrases)
    }

    /// What each token of `sequence` adds, then what the end adds.
    #[track_caller]
    fn check(phrases: &[(&[u32], f32)], sequence: &[u32], expected: &[f32]) {
        let graph = graph(phrases);
        let mut state = ContextState::default();
        let mut added = Vec::new();
        for &token in sequence {
            let (boost, next) = graph.step(state, token);
            added.push(boost);
            state = next;
        }
        added.push(graph.finish(state));
        let added: Vec<f32> = added.into_iter().map(|boost| boost + 0.0).collect();
        assert_eq!(added, expected);
    }

    #[test]
    fn matches_earn_and_give_back() {
        let one: &[(&[u32], f32)] = &[(&[1, 2, 3], 1.5)];
        check(&[], &[1, 2], &[0.0, 0.0, 0.0]);
        check(one, &[1, 2, 3, 4], &[0.5, 1.5, 2.5, 0.0, 0.0]);
        check(one, &[1, 2, 4], &[0.5, 1.5, -2.0, 0.0]);
        check(one, &[1, 2], &[0.5, 1.5, -2.0]);
        check(one, &[1, 1, 2, 3], &[0.5, 0.0, 1.5, 2.5, 0.0]);
    }

    #[test]
    fn phrases_share_prefixes_and_keep_their_own_boosts() {
        let two: &[(&[u32], f32)] = &[(&[1, 2, 3], 2.25), (&[1, 4], 1.0)];
        check(two, &[1, 4, 1], &[0.75, 1.25, 0.75, -0.75]);
        check(two, &[1, 2, 3], &[0.75, 2.25, 3.75, 0.0]);
    }

    #[test]
    fn a_broken_match_falls_back_to_its_longest_suffix() {
        let two: &[(&[u32], f32)] = &[(&[1, 2, 3], 1.5), (&[2, 4], 2.0)];
        check(two, &[1, 2, 4], &[0.5, 1.5, 2.0, 0.0]);
        let inner: &[(&[u32], f32)] = &[(&[1, 2, 3, 4], 1.0), (&[2, 3], 1.0)];
        check(inner, &[1, 2, 3, 4], &[0.25, 0.75, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn negative_boosts_discourage() {
        check(&[(&[1, 2], -1.0)], &[1, 2], &[-0.5, -1.5, 0.0]);
    }

    #[test]
    fn letters_count_only_at_the_start_of_a_word() {
        let phrase = Phrase {
            tokens: vec![1, 2],
            boost_per_token: 1.5,
            word_start: Some(9),
        };
        let graph = ContextGraph::new(&[phrase]);
        let added = |sequence: &[u32]| {
            let mut state = graph.start();
            let mut added = Vec::new();
            for &token in sequence {
                let (boost, next) = graph.step(state, token);
                added.push(boost + 0.0);
                state = next;
            }
            added.push(graph.finish(state) + 0.0);
            added
        };
        assert_eq!(added(&[1, 2, 9]), [0.75, 2.25, 0.0, 0.0]);
        assert_eq!(added(&[3, 1, 2]), [0.0; 4]);
        assert_eq!(
            added(&[3, 9, 1, 2, 9, 1]),
            [0.0, 0.0, 0.75, 2.25, 0.0, 0.75, -0.75]
        );
        assert_eq!(added(&[1, 9, 1, 2]), [0.75, -0.75, 0.75, 2.25, 0.0]);
    }

    proptest! {
        #[test]
        fn sums_are_those_of_completed_phrases(
            phrases in prop::collection::vec((prop::collection::vec(0_u32..4, 1..5), 0.0_f32..3.0), 0..6),
            sequence in prop::collection::vec(0_u32..4, 0..40),
        ) {
            let phrases: Vec<Phrase> = phrases
                .into_iter()
                .map(|(tokens, boost_per_token)| Phrase { tokens, boost_per_token, word_start: None })
                .collect();
            let graph = ContextGraph::new(&phrases);
            let mut total = 0.0;
            let mut state = ContextState::default();
            let mut expected = 0.0;
            let mut unmatched: Vec<u32> = Vec::new();
            for &token in &sequence {
                let (boost, next) = graph.step(state, token);
                total += boost;
                state = next;
                unmatched.push(token);
                let completed = phrases
                    .iter()
                    .filter(|phrase| unmatched.ends_with(&phrase.tokens))
                    .map(|phrase| (phrase.tokens.len(), phrase.boost_per_token))
                    .max_by(|a, b| a.partial_cmp(b).unwrap());
                if let Some((n_tokens, boost)) = completed {
                    expected += f32::from(u8::try_from(n_tokens).unwrap()) * boost;
                    unmatched.clear();
                }
            }
            total += graph.finish(state);
            prop_assert!((total - expected).abs() < 1e-3, "{total} {expected}");
        }
    }
}
