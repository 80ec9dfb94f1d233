//! What an issuer remembers. All of it is in memory, bounded, and gone when it has expired.

mod bounded;
mod client;
mod grant;
mod session;
mod tables;

pub(crate) use client::{ApplicationType, Client, ClientAuth, Registration};
pub(crate) use grant::{
    Authentication, Challenge, ChallengeMethod, Code, Grant, GrantId, Rotation,
};
pub(crate) use session::{Interaction, LogoutRequest, Session};
pub(crate) use tables::Store;
