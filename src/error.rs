//! The errors that are nobody's finding: what the user must mend.
//!
//! A provider's behaviour is never an error here; it is a [`crate::finding::Finding`]. What could not be
//! judged (network, login, a defect of ours) becomes the outcome `error` with a reason.

use std::ops::Range;

use thiserror::Error;

/// The configuration or the command line is wrong; found without the network (exit code 2).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}{message}", place = place(self.file.as_deref(), self.line))]
pub struct ConfigError {
    /// The file, as the user named it.
    pub file: Option<String>,
    /// The line, counted from 1.
    pub line: Option<usize>,
    /// What is wrong and, where it can be said, what to write instead.
    pub message: String,
}

fn place(file: Option<&str>, line: Option<usize>) -> String {
    match (file, line) {
        (Some(file), Some(line)) => format!("{file}:{line}: "),
        (Some(file), None) => format!("{file}: "),
        _ => String::new(),
    }
}

impl ConfigError {
    /// An error that no file is to blame for, such as a wrong option.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            file: None,
            line: None,
            message: message.into(),
        }
    }

    /// An error about a file as a whole.
    pub fn file(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            file: Some(file.into()),
            line: None,
            message: message.into(),
        }
    }

    /// An error on one line of a file.
    pub fn line(file: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self {
            file: Some(file.into()),
            line: Some(line),
            message: message.into(),
        }
    }

    /// An error at a byte range of `text`, the content of `file`.
    pub fn at(file: &str, text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        Self::line(file, before.matches('\n').count() + 1, message)
    }

    /// What the TOML reader says, with the line of `file` that it means.
    pub fn toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        match error.span() {
            Some(span) => Self::at(file, text, span, error.message()),
            None => Self::file(file, error.message()),
        }
    }
}
