//! Does independent pieces of work on several threads and takes the results in order.

use std::{
    collections::BTreeMap,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

/// Runs `work` on each item, at most `n_threads` at a time, and `take` on each result in the order
/// of the items, as soon as it and all before it are there.
pub(crate) fn in_order<T: Sync, R: Send>(
    items: &[T],
    n_threads: usize,
    work: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(&T, R),
) {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..n_threads.clamp(1, items.len().max(1)) {
            let sender = sender.clone();
            let (next, work) = (&next, &work);
            scope.spawn(move || {
                while let Some((item_idx, item)) = {
                    let item_idx = next.fetch_add(1, Ordering::Relaxed);
                    items.get(item_idx).map(|item| (item_idx, item))
                } {
                    if sender.send((item_idx, work(item))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut n_taken = 0;
        for (item_idx, result) in receiver {
            early.insert(item_idx, result);
            while let Some(result) = early.remove(&n_taken) {
                take(&items[n_taken], result);
                n_taken += 1;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn results_come_in_the_order_of_the_items(
            items in prop::collection::vec(0_u32..1000, 0..40),
            n_threads in 0_usize..6,
        ) {
            let mut taken = Vec::new();
            in_order(&items, n_threads, |item| item * 2, |item, result| taken.push((*item, result)));
            let expected: Vec<_> = items.iter().map(|item| (*item, item * 2)).collect();
            prop_assert_eq!(taken, expected);
        }
    }
}
