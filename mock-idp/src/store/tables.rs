//! The tables of an issuer.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bounded::Bounded;
use super::{
    AccessToken, Client, Code, Grant, GrantId, Interaction, LogoutRequest, RefreshToken, Session,
};
use crate::accounts::CLIENTS;

/// The tables of an issuer. Secrets are the keys; a lookup needs the time.
pub(crate) struct Store {
    /// The clients that are there without registration.
    clients: BTreeMap<String, Arc<Client>>,
    registered: Bounded<String, Arc<Client>>,
    pub(crate) sessions: Bounded<String, Session>,
    pub(crate) interactions: Bounded<String, Interaction>,
    pub(crate) logouts: Bounded<String, LogoutRequest>,
    pub(crate) codes: Bounded<String, Code>,
    pub(crate) access_tokens: Bounded<String, AccessToken>,
    pub(crate) refresh_tokens: Bounded<String, RefreshToken>,
    /// What a user has consented to, by client and subject.
    pub(crate) consents: Bounded<(String, String), Vec<String>>,
    /// The `jti` of client assertions, by client.
    pub(crate) assertions: Bounded<(String, String), ()>,
    /// Wrong client secrets one after another, by client.
    pub(crate) failures: Bounded<String, u32>,
    // Whether each is revoked stands beside it: what was revoked is remembered until it would have expired.
    grants: BTreeMap<GrantId, (Arc<Grant>, bool)>,
    last_grant: GrantId,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({} grants)", self.grants.len())
    }
}

impl Store {
    /// So many of each are kept at most.
    const MOST: usize = 100_000;

    /// A store with these clients.
    pub(crate) fn new(clients: BTreeMap<String, Arc<Client>>) -> Self {
        Self {
            clients,
            registered: Bounded::new(Self::MOST / 10),
            sessions: Bounded::new(Self::MOST),
            interactions: Bounded::new(Self::MOST / 10),
            logouts: Bounded::new(Self::MOST / 10),
            codes: Bounded::new(Self::MOST),
            access_tokens: Bounded::new(2 * Self::MOST),
            refresh_tokens: Bounded::new(2 * Self::MOST),
            consents: Bounded::new(Self::MOST),
            assertions: Bounded::new(Self::MOST),
            failures: Bounded::new(1_000),
            grants: BTreeMap::new(),
            last_grant: 0,
        }
    }

    /// A store that knows the static clients.
    pub(crate) fn with_static_clients() -> Self {
        let client = |account| Arc::new(Client::of_account(account));
        Self::new(
            CLIENTS
                .iter()
                .map(|account| (account.id.to_owned(), client(account)))
                .collect(),
        )
    }

    /// A client, registered or not.
    pub(crate) fn client(&self, id: &str) -> Option<Arc<Client>> {
        self.clients
            .get(id)
            .cloned()
            .or_else(|| self.registered(id))
    }

    /// All clients.
    pub(crate) fn clients(&self) -> impl Iterator<Item = &Arc<Client>> {
        self.clients.values().chain(self.registered.values())
    }

    /// A registered client.
    pub(crate) fn registered(&self, id: &str) -> Option<Arc<Client>> {
        self.registered.get_expired(&id.to_owned()).cloned()
    }

    /// Registers a client, or replaces it.
    pub(crate) fn register(&mut self, client: Client, now: u64) {
        self.registered
            .insert(client.id.clone(), Arc::new(client), u64::MAX, now);
    }

    /// Takes a registration back.
    pub(crate) fn deregister(&mut self, id: &str) {
        self.registered.remove(&id.to_owned());
    }

    /// Takes a registration access token back, whosever it is.
    pub(crate) fn revoke_registration_token(&mut self, token: &str, now: u64) {
        let owns = |client: &&Arc<Client>| {
            client
                .registration
                .as_ref()
                .is_some_and(|own| own.access_token.as_deref() == Some(token))
        };
        let Some(owner) = self.registered.values().find(owns).cloned() else {
            return;
        };
        let mut owner = Client::clone(&owner);
        if let Some(registration) = &mut owner.registration {
            registration.access_token = None;
        }
        self.register(owner, now);
    }

    /// Keeps a grant; drops the oldest that have expired, or are too many.
    pub(crate) fn add_grant(&mut self, grant: Grant) -> GrantId {
        let now = grant.issued_at;
        self.last_grant += 1;
        self.grants
            .insert(self.last_grant, (Arc::new(grant), false));
        while let Some(oldest) = self.grants.first_entry()
            && (oldest.get().0.expires <= now
                || *oldest.key() + Self::MOST as u64 <= self.last_grant)
        {
            oldest.remove();
        }
        self.last_grant
    }

    /// A grant that is not revoked.
    pub(crate) fn grant(&self, id: GrantId) -> Option<Arc<Grant>> {
        self.grants
            .get(&id)
            .filter(|(_, is_revoked)| !is_revoked)
            .map(|(grant, _)| Arc::clone(grant))
    }

    /// A grant, revoked or not.
    pub(crate) fn grant_even_revoked(&self, id: GrantId) -> Option<Arc<Grant>> {
        self.grants.get(&id).map(|(grant, _)| Arc::clone(grant))
    }

    /// Takes a grant back: all its tokens are dead from now on.
    pub(crate) fn revoke_grant(&mut self, id: GrantId) {
        if let Some((_, is_revoked)) = self.grants.get_mut(&id) {
            *is_revoked = true;
        }
    }

    /// Takes back all that a client was granted.
    pub(crate) fn revoke_grants_of(&mut self, client_id: &str) {
        for (grant, is_revoked) in self.grants.values_mut() {
            *is_revoked |= grant.client_id == client_id;
        }
    }

    /// How many entries there are that come and go.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.sessions.len()
            + self.interactions.len()
            + self.codes.len()
            + self.access_tokens.len()
            + self.refresh_tokens.len()
            + self.assertions.len()
            + self.grants.len()
    }
}
