//! The rule that queues packets: the only one of its chain, which the caller has created.

use std::io::{Error, ErrorKind, Result};

use crate::netlink::{self, CREATE_APPEND, Writer};

const BATCH_BEGIN: u16 = 0x10;
const BATCH_END: u16 = 0x11;
const NFTABLES: u16 = 10;
const NEW_RULE: u16 = NFTABLES << 8 | 6;
const IPV4: u8 = libc::AF_INET as u8;

mod attribute {
    pub(crate) const RULE_TABLE: u16 = 1;
    pub(crate) const RULE_CHAIN: u16 = 2;
    pub(crate) const RULE_EXPRESSIONS: u16 = 4;
    pub(crate) const LIST_ELEMENT: u16 = 1;
    pub(crate) const EXPRESSION_NAME: u16 = 1;
    pub(crate) const EXPRESSION_DATA: u16 = 2;
    pub(crate) const TARGET_NAME: u16 = 1;
    pub(crate) const TARGET_REVISION: u16 = 2;
    pub(crate) const TARGET_INFO: u16 = 3;
    pub(crate) const QUEUE_NUMBER: u16 = 1;
    pub(crate) const QUEUE_TOTAL: u16 = 2;
    pub(crate) const QUEUE_FLAGS: u16 = 3;
}

/// Packets pass while no process listens on the queue.
const BYPASS: u16 = 1;

/// Uses the queue expression of nftables, which a kernel may lack (CONFIG_NFT_QUEUE), or the target
/// of iptables (xt_NFQUEUE through nft_compat).
pub(crate) fn add(table: &str, chain: &str, queue: u16) -> Result<()> {
    match add_expression(table, chain, "queue", |data| {
        data.attribute(attribute::QUEUE_NUMBER, &queue.to_be_bytes());
        data.attribute(attribute::QUEUE_TOTAL, &1u16.to_be_bytes());
        data.attribute(attribute::QUEUE_FLAGS, &BYPASS.to_be_bytes());
    }) {
        // No such expression, or no such table or chain: in that case the second attempt fails,
        // too.
        Err(error) if error.kind() == ErrorKind::NotFound => add_target(table, chain, queue),
        outcome => outcome,
    }
}

fn add_target(table: &str, chain: &str, queue: u16) -> Result<()> {
    // struct xt_NFQ_info_v3: number, how many, flags; aligned to 8 bytes.
    let info = [queue, 1, BYPASS, 0].map(u16::to_ne_bytes).concat();
    add_expression(table, chain, "target", |data| {
        data.text(attribute::TARGET_NAME, "NFQUEUE");
        data.attribute(attribute::TARGET_REVISION, &3u32.to_be_bytes());
        data.attribute(attribute::TARGET_INFO, &info);
    })
}

fn add_expression(
    table: &str,
    chain: &str,
    name: &str,
    data: impl FnOnce(&mut Writer),
) -> Result<()> {
    let mut writer = Writer::default();
    writer.message(BATCH_BEGIN, 0, 0, 0, NFTABLES, |_| {});
    writer.message(NEW_RULE, CREATE_APPEND, 1, IPV4, 0, |rule| {
        rule.text(attribute::RULE_TABLE, table);
        rule.text(attribute::RULE_CHAIN, chain);
        rule.nested(attribute::RULE_EXPRESSIONS, |list| {
            list.nested(attribute::LIST_ELEMENT, |expression| {
                expression.text(attribute::EXPRESSION_NAME, name);
                expression.nested(attribute::EXPRESSION_DATA, data);
            });
        });
    });
    writer.message(BATCH_END, 0, 0, 0, NFTABLES, |_| {});
    let socket = netlink::open()?;
    netlink::request(&socket, &writer, 1)
        .map_err(|error| Error::new(error.kind(), format!("{table} {chain}: {error}")))
}
