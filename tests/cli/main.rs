//! The program as a user meets it: the binary, its exit codes, its files and what it prints.

mod bad_input;
mod bad_provider;
mod doctor;
mod exit_codes;
mod interrupted;
mod load;
#[cfg(feature = "load")]
mod load_report;
#[cfg(feature = "distributed")]
mod locust_master;
mod mock;
mod program;
mod reports;
mod secrets;
mod selection;
#[cfg(feature = "distributed")]
mod worker;
