//! The program as a user meets it: the binary, its exit codes, its files and what it prints.

mod bad_input;
mod bad_provider;
mod doctor;
mod exit_codes;
mod interrupted;
mod load;
mod mock;
mod program;
mod reports;
mod secrets;
mod selection;
