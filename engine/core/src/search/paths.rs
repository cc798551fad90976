//! The token sequences of a beam as a tree, every hypothesis a node with its way back to the root.

use super::guide::Guide;
use crate::hypothesis::{Hypothesis, Token};

/// No node.
const NONE: u32 = u32::MAX;

/// The node of the empty sequence.
pub(super) const ROOT: u32 = 0;

/// Nodes kept before dead ones are first looked for.
const MIN_NODES: usize = 2048;

#[derive(Clone)]
struct Node<S> {
    parent: u32,
    first_child: u32,
    next_sibling: u32,
    depth: u32,
    token: Token,
    guided: S,
    /// Whether a longer sequence was in the beam: then the time of the last token is settled.
    is_settled: bool,
    /// The frame that this node was in the beam for.
    live_at: u64,
    /// Where it is in the beam that is being made for the next frame.
    slot: u32,
    slot_of: u64,
}

/// A growing tree of token sequences.
#[derive(Clone)]
pub(super) struct Paths<G: Guide> {
    nodes: Vec<Node<G::State>>,
    guide: G,
    compact_at: usize,
}

impl<G: Guide> Paths<G> {
    pub(super) fn new(guide: G) -> Self {
        let mut paths = Self {
            nodes: Vec::new(),
            guide,
            compact_at: MIN_NODES,
        };
        paths.reset();
        paths
    }

    pub(super) fn reset(&mut self) {
        self.nodes.clear();
        self.compact_at = MIN_NODES;
        self.nodes.push(Node {
            parent: NONE,
            first_child: NONE,
            next_sibling: NONE,
            depth: 0,
            token: Token {
                id: NONE,
                encoder_frame: 0,
                log_prob: 0.0,
            },
            guided: self.guide.start(),
            is_settled: true,
            live_at: 0,
            slot: 0,
            slot_of: NO_FRAME,
        });
    }

    /// The sequence of `parent` and one more token, emitted on `token.encoder_frame`; `None` where no
    /// text goes on so.
    ///
    /// A sequence that is not in the beam takes the new time.
    pub(super) fn child(&mut self, parent: u32, token: Token) -> Option<u32> {
        let mut child = self.node(parent).first_child;
        while child != NONE {
            let node = self.node(child);
            if node.token.id == token.id {
                let frame = token.encoder_frame;
                if node.live_at != frame && node.token.encoder_frame != frame {
                    self.retime(child, token);
                }
                return Some(child);
            }
            child = node.next_sibling;
        }
        let child = u32::try_from(self.nodes.len()).expect("dead nodes are removed in time");
        let node = self.node(parent);
        let guided = self.guide.extend(&node.guided, token.id)?;
        let fresh = Node {
            parent,
            first_child: NONE,
            next_sibling: node.first_child,
            depth: node.depth + 1,
            token,
            guided,
            is_settled: false,
            live_at: NO_FRAME,
            slot: 0,
            slot_of: NO_FRAME,
        };
        self.nodes[parent as usize].first_child = child;
        self.nodes.push(fresh);
        Some(child)
    }

    /// What decides about all that may follow a sequence, as [`Guide::future`] says.
    pub(super) fn future(&self, node: u32) -> Option<(G::Future, u32)> {
        let future = G::future(&self.node(node).guided)?;
        Some((future, self.last_token(node)))
    }

    /// Adds the silent symbols that may follow to `symbols`.
    pub(super) fn silent(&self, node: u32, symbols: &mut Vec<u32>) {
        self.guide.silent(&self.node(node).guided, symbols);
    }

    /// Moves the last token of a sequence to another frame, unless others have followed it.
    pub(super) fn retime(&mut self, node: u32, token: Token) {
        let node = &mut self.nodes[node as usize];
        if !node.is_settled {
            node.token = token;
        }
    }

    /// The last token that was heard, `u32::MAX` at the root.
    pub(super) fn last_token(&self, mut node: u32) -> u32 {
        while G::is_silent(self.node(node).token.id) {
            node = self.node(node).parent;
        }
        self.node(node).token.id
    }

    /// Number of tokens.
    pub(super) fn depth(&self, node: u32) -> u32 {
        self.node(node).depth
    }

    /// What phrases, language model and lexicon add.
    pub(super) fn bias_score(&self, node: u32) -> f64 {
        G::score(&self.node(node).guided).into()
    }

    /// What they add if no token follows.
    pub(super) fn final_bias_score(&self, node: u32) -> f64 {
        self.guide.finish(&self.node(node).guided).into()
    }

    /// Where the node is in the beam made on `frame`, or `free`, which it takes.
    pub(super) fn slot(&mut self, node: u32, frame: u64, free: usize) -> usize {
        let node = &mut self.nodes[node as usize];
        if node.slot_of != frame {
            node.slot_of = frame;
            node.slot = u32::try_from(free).expect("a beam is small");
        }
        node.slot as usize
    }

    /// Whether the node was in the beam for `frame`.
    pub(super) fn is_live(&self, node: u32, frame: u64) -> bool {
        self.node(node).live_at == frame
    }

    /// Marks the node as in the beam for `frame`.
    pub(super) fn keep(&mut self, node: u32, frame: u64) {
        let node = &mut self.nodes[node as usize];
        node.live_at = frame;
        let mut ancestor = node.parent;
        while ancestor != NONE && !self.node(ancestor).is_settled {
            self.nodes[ancestor as usize].is_settled = true;
            ancestor = self.node(ancestor).parent;
        }
    }

    /// The longest beginning of a sequence whose tokens all came before `frame`.
    pub(super) fn beginning(&self, mut node: u32, frame: u64) -> u32 {
        while node != ROOT && self.node(node).token.encoder_frame >= frame {
            node = self.node(node).parent;
        }
        node
    }

    /// Whether a sequence begins with another.
    pub(super) fn begins_with(&self, mut node: u32, beginning: u32) -> bool {
        while self.depth(node) > self.depth(beginning) {
            node = self.node(node).parent;
        }
        node == beginning
    }

    /// Symbols that all of some nodes share.
    fn shared_depth(&self, mut nodes: impl Iterator<Item = u32>) -> usize {
        let first = nodes.next().unwrap_or(ROOT);
        let shared = nodes.fold(first, |mut shared, mut other| {
            while shared != other {
                if self.depth(shared) >= self.depth(other) {
                    shared = self.node(shared).parent;
                } else {
                    other = self.node(other).parent;
                }
            }
            shared
        });
        self.depth(shared) as usize
    }

    /// Text tokens of the first `depth` symbols of a sequence.
    fn written(&self, node: u32, depth: usize) -> Vec<Token> {
        let mut tokens = Vec::with_capacity(self.depth(node) as usize);
        let mut at = node;
        while at != ROOT {
            tokens.push(self.node(at).token);
            at = self.node(at).parent;
        }
        tokens.reverse();
        tokens.truncate(depth);
        self.guide.write(tokens)
    }

    /// How many text tokens all of some nodes share.
    pub(super) fn shared_len(&self, nodes: impl Iterator<Item = u32> + Clone) -> usize {
        let depth = self.shared_depth(nodes.clone());
        nodes
            .take(1)
            .map(|node| self.written(node, depth).len())
            .sum()
    }

    pub(super) fn hypothesis(&self, node: u32, score: f64, trailing_blanks: u64) -> Hypothesis {
        Hypothesis {
            last_sound: (node != ROOT).then(|| self.node(node).token.encoder_frame),
            tokens: self.written(node, usize::MAX),
            score,
            trailing_blanks,
        }
    }

    /// Forgets sequences that lead to no live node, once there are many.
    pub(super) fn compact<'a>(&mut self, live: impl Iterator<Item = &'a mut u32>) {
        if self.nodes.len() < self.compact_at {
            return;
        }
        let live: Vec<&mut u32> = live.collect();
        let mut moved = vec![NONE; self.nodes.len()];
        moved[ROOT as usize] = ROOT;
        for node in &live {
            let mut at = **node;
            while moved[at as usize] == NONE {
                moved[at as usize] = ROOT;
                at = self.node(at).parent;
            }
        }
        let mut kept = 0;
        for (old, new) in moved.iter_mut().enumerate() {
            if *new == NONE {
                continue;
            }
            *new = u32::try_from(kept).expect("fewer nodes than before");
            self.nodes.swap(kept, old);
            kept += 1;
        }
        self.nodes.truncate(kept);
        for node in &mut self.nodes {
            node.first_child = NONE;
        }
        for at in 1..kept {
            let parent = moved[self.nodes[at].parent as usize];
            let sibling = self.nodes[parent as usize].first_child;
            self.nodes[at].parent = parent;
            self.nodes[at].next_sibling = sibling;
            self.nodes[parent as usize].first_child = u32::try_from(at).expect("kept");
        }
        for node in live {
            *node = moved[*node as usize];
        }
        self.compact_at = MIN_NODES.max(kept * 2);
    }

    fn node(&self, node: u32) -> &Node<G::State> {
        &self.nodes[node as usize]
    }
}

/// Never a frame.
const NO_FRAME: u64 = u64::MAX;
