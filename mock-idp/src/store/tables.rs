//! The tables of an issuer.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::bounded::Bounded;
use super::{Client, Code, Grant, GrantId, Interaction, LogoutRequest, Rotation, Session};
use crate::accounts::CLIENTS;

/// The tables of an issuer. Secrets are the keys; a lookup needs the time.
pub(crate) struct Store {
    /// The clients that are there without registration.
    clients: &'static BTreeMap<String, Arc<Client>>,
    registered: Bounded<String, Arc<Client>>,
    // The clients of permissive mode, once they were asked for.
    opened: Bounded<String, Arc<Client>>,
    pub(crate) sessions: Bounded<String, Session>,
    pub(crate) interactions: Bounded<String, Interaction>,
    pub(crate) logouts: Bounded<String, LogoutRequest>,
    pub(crate) codes: Bounded<String, Code>,
    /// The tokens that were taken back one by one, by their ids, until they would have expired.
    pub(crate) revoked: Bounded<String, ()>,
    /// What a user has consented to, by client and subject.
    pub(crate) consents: Bounded<(String, String), Vec<String>>,
    /// The `jti` of client assertions, by client.
    pub(crate) assertions: Bounded<(String, String), ()>,
    /// Wrong client secrets one after another, by client.
    pub(crate) failures: Bounded<String, u32>,
    /// What only a careless server would keep: filled when a fault asks for it.
    careless: Bounded<String, String>,
    grants: BTreeMap<GrantId, Kept>,
    last_grant: GrantId,
}

/// A grant, and what has become of it: one that was revoked is remembered until it would have expired.
struct Kept {
    grant: Arc<Grant>,
    is_revoked: bool,
    rotation: Rotation,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({} grants)", self.grants.len())
    }
}

impl Store {
    /// So many logins are kept at most: enough for a pool of refresh tokens, and soon reached under load, so that memory
    /// grows no more.
    const MOST: usize = 25_000;

    /// A store that knows the static clients.
    pub(crate) fn with_static_clients() -> Self {
        // There may be many issuers: they share what never changes.
        static CLIENTS_BY_ID: OnceLock<BTreeMap<String, Arc<Client>>> = OnceLock::new();
        let client = |account| Arc::new(Client::of_account(account));
        let clients = CLIENTS_BY_ID.get_or_init(|| {
            CLIENTS
                .iter()
                .map(|account| (account.id.to_owned(), client(account)))
                .collect()
        });
        Self {
            clients,
            registered: Bounded::new(Self::MOST / 5),
            opened: Bounded::new(Self::MOST / 25),
            sessions: Bounded::new(Self::MOST),
            interactions: Bounded::new(Self::MOST / 5),
            logouts: Bounded::new(Self::MOST / 5),
            codes: Bounded::new(Self::MOST),
            revoked: Bounded::new(8 * Self::MOST),
            consents: Bounded::new(Self::MOST),
            assertions: Bounded::new(4 * Self::MOST),
            failures: Bounded::new(1_000),
            careless: Bounded::new(10_000),
            grants: BTreeMap::new(),
            last_grant: 0,
        }
    }

    /// A client, registered or not.
    pub(crate) fn client(&self, id: &str) -> Option<Arc<Client>> {
        self.clients
            .get(id)
            .cloned()
            .or_else(|| self.registered(id))
    }

    /// The client with this id, which may do anything: there is one for every id.
    pub(crate) fn open_client(&mut self, id: &str) -> Arc<Client> {
        const LONGEST_KEPT: usize = 256;
        if let Some(client) = self.opened.get_expired(id) {
            return Arc::clone(client);
        }
        let client = Arc::new(match self.client(id) {
            Some(known) => Client {
                open: true,
                ..Client::clone(&known)
            },
            None => Client::open(id),
        });
        if id.len() <= LONGEST_KEPT {
            self.opened
                .insert(id.to_owned(), Arc::clone(&client), u64::MAX, 0);
        }
        client
    }

    /// All clients.
    pub(crate) fn clients(&self) -> impl Iterator<Item = &Arc<Client>> {
        self.clients.values().chain(self.registered.values())
    }

    /// A registered client.
    pub(crate) fn registered(&self, id: &str) -> Option<Arc<Client>> {
        self.registered.get_expired(id).cloned()
    }

    /// Puts a client in the place of the one with its id; says whether there still is one.
    pub(crate) fn replace(&mut self, client: Client, now: u64) -> bool {
        let is_there = self.registered(&client.id).is_some();
        if is_there {
            self.register(client, now);
        }
        is_there
    }

    /// Registers a client, or replaces it.
    pub(crate) fn register(&mut self, client: Client, now: u64) {
        self.opened.remove(&client.id);
        self.registered
            .insert(client.id.clone(), Arc::new(client), u64::MAX, now);
    }

    /// Takes a registration back.
    pub(crate) fn deregister(&mut self, id: &str) {
        self.opened.remove(id);
        self.registered.remove(id);
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
        let kept = Kept {
            grant: Arc::new(grant),
            is_revoked: false,
            rotation: Rotation::default(),
        };
        self.grants.insert(self.last_grant, kept);
        while let Some(oldest) = self.grants.first_entry()
            && (oldest.get().grant.expires <= now
                || *oldest.key() + Self::MOST as u64 <= self.last_grant)
        {
            oldest.remove();
        }
        self.last_grant
    }

    /// A grant that is not revoked.
    pub(crate) fn grant(&self, id: GrantId) -> Option<Arc<Grant>> {
        let kept = self.grants.get(&id).filter(|kept| !kept.is_revoked);
        kept.map(|kept| Arc::clone(&kept.grant))
    }

    /// A grant, revoked or not.
    pub(crate) fn grant_even_revoked(&self, id: GrantId) -> Option<Arc<Grant>> {
        self.grants.get(&id).map(|kept| Arc::clone(&kept.grant))
    }

    /// How far the refresh tokens of a grant have come.
    pub(crate) fn rotation(&self, id: GrantId) -> Rotation {
        self.grants
            .get(&id)
            .map(|kept| kept.rotation)
            .unwrap_or_default()
    }

    /// A refresh token of a grant is used: those that are there become old. Gives the generation of the next.
    pub(crate) fn rotate(&mut self, id: GrantId, at: Duration) -> u32 {
        let Some(kept) = self.grants.get_mut(&id) else {
            return 0;
        };
        let generation = kept.rotation.generation.saturating_add(1);
        kept.rotation = Rotation { generation, at };
        generation
    }

    /// What a careless server does: the old refresh tokens of a grant are good again.
    pub(crate) fn rotate_back(&mut self, id: GrantId) {
        if let Some(kept) = self.grants.get_mut(&id) {
            kept.rotation = Rotation::default();
        }
    }

    /// Takes a grant back: all its tokens are dead from now on.
    pub(crate) fn revoke_grant(&mut self, id: GrantId) {
        if let Some(kept) = self.grants.get_mut(&id) {
            kept.is_revoked = true;
        }
    }

    /// Takes back all that a client was granted.
    pub(crate) fn revoke_grants_of(&mut self, client_id: &str) {
        for kept in self.grants.values_mut() {
            kept.is_revoked |= kept.grant.client_id == client_id;
        }
    }

    /// Keeps what a fault needs.
    pub(crate) fn keep_for_fault(&mut self, key: String, value: String, now: u64) {
        self.careless.insert(key, value, u64::MAX, now);
    }

    /// What was kept for a fault.
    pub(crate) fn kept_for_fault(&self, key: &str) -> Option<String> {
        self.careless.get_expired(key).cloned()
    }

    /// What was kept for a fault, once.
    pub(crate) fn recall(&mut self, key: &str) -> Option<String> {
        self.careless.remove(key)
    }

    /// How many entries there are that come and go.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.sessions.len()
            + self.interactions.len()
            + self.codes.len()
            + self.revoked.len()
            + self.assertions.len()
            + self.grants.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_was_deleted_does_not_come_back() {
        let mut store = Store::with_static_clients();
        let client = || Client::open("one");
        assert!(!store.replace(client(), 0));
        store.register(client(), 0);
        assert!(store.replace(client(), 0));
        store.deregister("one");
        assert!(!store.replace(client(), 0));
        assert!(store.registered("one").is_none());
    }
}
