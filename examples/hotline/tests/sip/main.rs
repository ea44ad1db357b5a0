//! `hotline serve` called by an independent user agent, sipp, and by datagrams no user agent sends.
//!
//! Every test starts the real program on loopback ports of its own, calls it, and requires that
//! afterwards not one call, SIP leg, port, file or task is left. sipp plays its captures through a
//! raw socket, so the tests run as root or with `cap_net_raw` on sipp (`make test` says how).

mod agents;
mod attended;
mod bounds;
mod callbacks;
mod calls;
mod campaigns;
mod ear;
mod g711;
mod garbage;
mod hangups;
mod keys;
mod load;
mod machines;
mod pace;
mod pcap;
mod raw;
mod recordings;
mod refusals;
mod scenario;
mod server;
mod sipp;
mod storms;
mod tcp;
mod transfers;
