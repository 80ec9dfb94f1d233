//! The form driver: pages in plain HTML, with or without rules of the user.

mod answer;
mod choose;
mod driver;
mod fill;
pub mod page;
mod rules;
mod words;

pub use answer::answer_as_user;
pub use driver::FormDriver;
pub(in crate::login) use driver::travel;
pub use fill::{Edits, Filled, fill};
pub use rules::{Css, PageRule, Pattern};
