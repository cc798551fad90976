//! Edit distance between two sequences, with the kinds of edits counted.

use std::ops::{Add, AddAssign};

/// How a hypothesis differs from its reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Edits {
    /// Items of the reference.
    pub(crate) n_reference: u64,
    pub(crate) substitutions: u64,
    pub(crate) insertions: u64,
    pub(crate) deletions: u64,
}

impl Edits {
    /// All edits.
    pub(crate) const fn total(self) -> u64 {
        self.substitutions + self.insertions + self.deletions
    }

    /// Edits for each item of the reference; none without a reference.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub(crate) fn rate(self) -> Option<f64> {
        (self.n_reference > 0).then(|| self.total() as f64 / self.n_reference as f64)
    }
}

impl Add for Edits {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            n_reference: self.n_reference + other.n_reference,
            substitutions: self.substitutions + other.substitutions,
            insertions: self.insertions + other.insertions,
            deletions: self.deletions + other.deletions,
        }
    }
}

impl AddAssign for Edits {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// The fewest edits that turn `reference` into `hypothesis`.
///
/// Among alignments of equal cost a substitution is preferred to a deletion with an insertion.
/// Two rows are kept: memory grows with the hypothesis, not with the product.
pub(crate) fn align<T: PartialEq>(reference: &[T], hypothesis: &[T]) -> Edits {
    let mut above: Vec<Edits> = (0..=hypothesis.len() as u64)
        .map(|insertions| Edits {
            insertions,
            ..Edits::default()
        })
        .collect();
    let mut row = above.clone();
    for wanted in reference {
        row[0] = Edits {
            deletions: above[0].deletions + 1,
            ..above[0]
        };
        for (hyp_idx, got) in hypothesis.iter().enumerate() {
            let diagonal = above[hyp_idx];
            row[hyp_idx + 1] = if wanted == got {
                diagonal
            } else {
                let substituted = Edits {
                    substitutions: diagonal.substitutions + 1,
                    ..diagonal
                };
                let deleted = Edits {
                    deletions: above[hyp_idx + 1].deletions + 1,
                    ..above[hyp_idx + 1]
                };
                let inserted = Edits {
                    insertions: row[hyp_idx].insertions + 1,
                    ..row[hyp_idx]
                };
                let mut best = substituted;
                for other in [deleted, inserted] {
                    if other.total() < best.total() {
                        best = other;
                    }
                }
                best
            };
        }
        std::mem::swap(&mut row, &mut above);
    }
    Edits {
        n_reference: reference.len() as u64,
        ..above[hypothesis.len()]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(reference: &str, hypothesis: &str, expected: (u64, u64, u64)) {
        let reference: Vec<_> = reference.split_whitespace().collect();
        let hypothesis: Vec<_> = hypothesis.split_whitespace().collect();
        let edits = align(&reference, &hypothesis);
        assert_eq!(
            (edits.substitutions, edits.insertions, edits.deletions),
            expected
        );
        assert_eq!(edits.n_reference, reference.len() as u64);
    }

    #[test]
    fn edits_are_counted_by_kind() {
        check("", "", (0, 0, 0));
        check("a b c", "a b c", (0, 0, 0));
        check("a b c", "", (0, 0, 3));
        check("", "a b", (0, 2, 0));
        check("a b c", "a x c", (1, 0, 0));
        check("a b c", "a c", (0, 0, 1));
        check("a b c", "a b b c", (0, 1, 0));
        check("the cat sat on the mat", "the cat sit on mat", (1, 0, 1));
        check("a b c d", "b c d e", (0, 1, 1));
    }

    fn naive(reference: &[u8], hypothesis: &[u8]) -> u64 {
        match (reference, hypothesis) {
            (rest, []) | ([], rest) => rest.len() as u64,
            ([a, reference @ ..], [b, hypothesis @ ..]) if a == b => naive(reference, hypothesis),
            ([_, less_reference @ ..], [_, less_hypothesis @ ..]) => {
                1 + naive(less_reference, less_hypothesis)
                    .min(naive(less_reference, hypothesis))
                    .min(naive(reference, less_hypothesis))
            }
        }
    }

    proptest! {
        #[test]
        fn the_total_is_the_edit_distance(
            a in prop::collection::vec(0_u8..3, 0..7),
            b in prop::collection::vec(0_u8..3, 0..7),
        ) {
            prop_assert_eq!(align(&a, &b).total(), naive(&a, &b));
        }

        #[test]
        fn distance_is_a_metric(
            a in prop::collection::vec(0_u8..4, 0..20),
            b in prop::collection::vec(0_u8..4, 0..20),
            c in prop::collection::vec(0_u8..4, 0..20),
        ) {
            let (there, back) = (align(&a, &b), align(&b, &a));
            prop_assert_eq!(there.total(), back.total());
            prop_assert_eq!(there.total() == 0, a == b);
            prop_assert!(align(&a, &c).total() <= there.total() + align(&b, &c).total());
        }

        #[test]
        fn counts_fit_the_lengths(
            a in prop::collection::vec(0_u8..4, 0..20),
            b in prop::collection::vec(0_u8..4, 0..20),
        ) {
            let edits = align(&a, &b);
            prop_assert_eq!(
                a.len() as u64 + edits.insertions,
                b.len() as u64 + edits.deletions
            );
            prop_assert!(edits.total() <= a.len().max(b.len()) as u64);
        }
    }
}
