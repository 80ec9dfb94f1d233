//! The mock IdP as a program.

fn main() {}
