//! A small, complete call centre in one program.

#[cfg(test)]
mod phone;

fn main() {}
