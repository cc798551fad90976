//! Who reads a value of a graph, and what nobody reads any more.

use std::collections::HashSet;

use tract_onnx::pb::{GraphProto, NodeProto};

/// Removes what made weights and scales that nobody reads any more.
pub(super) fn drop_unread(graph: &mut GraphProto) {
    for op_type in ["Mul", "Cast", "DynamicQuantizeLinear"] {
        let mut read: HashSet<&str> = graph.output.iter().map(|output| &*output.name).collect();
        for node in &graph.node {
            visit_inputs(node, &mut |name| {
                read.insert(name);
            });
        }
        let is_read: Vec<bool> = graph
            .node
            .iter()
            .map(|node| {
                node.op_type != op_type || node.output.iter().any(|name| read.contains(&**name))
            })
            .collect();
        let mut is_read = is_read.into_iter();
        graph.node.retain(|_| is_read.next().unwrap_or(true));
    }
}

/// Every name that a node reads, and those that its branches do.
fn visit_inputs<'a>(node: &'a NodeProto, visit: &mut impl FnMut(&'a str)) {
    node.input.iter().for_each(|name| visit(name));
    visit_captured(node, &mut |name| visit(name));
}

/// Every name that the branches of a node read.
pub(super) fn visit_captured<'a>(node: &'a NodeProto, visit: &mut dyn FnMut(&'a str)) {
    for attribute in &node.attribute {
        for branch in attribute.g.iter().chain(&attribute.graphs) {
            branch.output.iter().for_each(|output| visit(&output.name));
            for inner in &branch.node {
                inner.input.iter().for_each(|name| visit(name));
                visit_captured(inner, visit);
            }
        }
    }
}
