//! The cookies of a browser.

use http::header::SET_COOKIE;

use crate::context::Context;
use crate::reply::Reply;
use crate::store::Session;

/// Names the login session.
const SESSION_COOKIE: &str = "mock_idp_session";
/// Names the browser, so that only the browser that began an interaction can end it.
const BROWSER_COOKIE: &str = "mock_idp_browser";

/// What the cookies of a request say.
#[derive(Clone)]
pub(super) struct Browser {
    /// The value that names this browser.
    pub(super) id: String,
    /// The login session, with the value of its cookie.
    pub(super) session: Option<(String, Session)>,
    is_new: bool,
    sets_session: bool,
}

impl Browser {
    /// The browser of a request.
    pub(super) fn of(ctx: &Context<'_>) -> Self {
        let known = ctx.cookies(BROWSER_COOKIE).next().map(str::to_owned);
        let store = ctx.issuer.store();
        let session = ctx.cookies(SESSION_COOKIE).find_map(|value| {
            let key = value.to_owned();
            let session = store.sessions.get(&key, ctx.now)?.clone();
            Some((key, session))
        });
        drop(store);
        let is_new = known.is_none();
        Self {
            id: known.unwrap_or_else(|| ctx.random()),
            session,
            is_new,
            sets_session: false,
        }
    }

    /// Whether the request comes from the browser of this id.
    pub(super) fn is(ctx: &Context<'_>, id: &str) -> bool {
        ctx.cookies(BROWSER_COOKIE).any(|own| own == id)
    }

    /// Logs in: the session gets a new name, so that nobody can have planted it.
    pub(super) fn log_in(&mut self, ctx: &Context<'_>, sub: &str, acr: &'static str) {
        const LIFETIME: u64 = 8 * 3_600;
        let before = self.session.take();
        let sid = match &before {
            Some((_, session)) if session.sub == sub => session.sid.clone(),
            _ => ctx.random(),
        };
        let session = Session {
            sub: sub.to_owned(),
            auth_time: ctx.now,
            acr,
            sid,
        };
        let key = ctx.random();
        let mut store = ctx.issuer.store();
        if let Some((old, _)) = before {
            store.sessions.remove(&old);
        }
        store
            .sessions
            .insert(key.clone(), session.clone(), ctx.now + LIFETIME, ctx.now);
        drop(store);
        self.session = Some((key, session));
        self.sets_session = true;
    }

    /// Logs out.
    pub(super) fn log_out(&mut self, ctx: &Context<'_>) {
        if let Some((key, _)) = self.session.take() {
            ctx.issuer.store().sessions.remove(&key);
            self.sets_session = true;
        }
    }

    /// Writes the cookies that have changed.
    pub(super) fn set_cookies(&self, ctx: &Context<'_>, reply: &mut Reply) {
        let secure = if ctx.issuer.url.starts_with("https:") {
            "; Secure"
        } else {
            ""
        };
        let attributes = format!(
            "Path={}; HttpOnly; SameSite=Lax{secure}",
            ctx.issuer.cookie_path()
        );
        if self.is_new {
            reply.add(
                SET_COOKIE,
                &format!("{BROWSER_COOKIE}={}; {attributes}", self.id),
            );
        }
        if self.sets_session {
            let cookie = match &self.session {
                Some((key, _)) => format!("{SESSION_COOKIE}={key}; {attributes}"),
                None => format!("{SESSION_COOKIE}=; {attributes}; Max-Age=0"),
            };
            reply.add(SET_COOKIE, &cookie);
        }
    }
}
