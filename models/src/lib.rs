//! Model catalogue, manifests, and the verified on-disk store.
