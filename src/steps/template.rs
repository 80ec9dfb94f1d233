//! Values in the tables of steps: words in braces stand for what only the run knows.

use super::{World, hints};
use crate::flow::{Halt, now};
use crate::protocol::{Parameters, Pkce};
use crate::provider::Metadata;

/// What may stand in braces in a value, and what it stands for.
pub const WORDS: &[(&str, &str)] = &[
    ("{absent}", "the parameter is left out"),
    ("{empty}", "the parameter is sent without a value"),
    ("{nul}", "the character U+0000"),
    ("{redirect_uri}", "the redirect URI of the client"),
    (
        "{redirect_uri HOW}",
        "the redirect URI of the client, changed: cut short, at another port, at a subdomain, at a longer host, \
         as userinfo, as encoded userinfo, with an escaped letter, with dot segments, with an escaped slash, with \
         its path in capitals, with its scheme in capitals, with another scheme",
    ),
    (
        "{other redirect_uri}",
        "another redirect URI that is registered for the client",
    ),
    ("{client_id}", "the client's id"),
    ("{other client_id}", "the id of another client"),
    ("{scope}", "the scope that is asked for by default"),
    ("{state}", "the state that is sent by default"),
    ("{nonce}", "the nonce that is sent by default"),
    ("{code}", "the code of the last authorization response"),
    ("{code_verifier}", "the right verifier"),
    ("{code_challenge}", "the right challenge"),
    ("{access_token}", "the access token that the client holds"),
    ("{refresh_token}", "the refresh token that the client holds"),
    (
        "{old refresh_token}",
        "the refresh token that the client held before the last one",
    ),
    (
        "{first refresh_token}",
        "the refresh token that came for the code",
    ),
    (
        "{altered access_token}",
        "the access token that the client holds, with another character in its middle",
    ),
    (
        "{altered refresh_token}",
        "the refresh token that the client holds, with another character in its middle",
    ),
    (
        "{altered code}",
        "the code of the last authorization response, with another character in its middle",
    ),
    (
        "{first code_verifier}",
        "the verifier of the first journey of the scenario",
    ),
    ("{id_token}", "the ID Token that the client holds"),
    (
        "{other user's id_token}",
        "an ID Token of the second user for the same client",
    ),
    (
        "{other user's sub}",
        "sub in an ID Token of the second user for the same client",
    ),
    (
        "{id_token with another signature}",
        "the ID Token that the client holds, with one character of its signature changed",
    ),
    (
        "{id_token without signature}",
        "the claims of the ID Token that the client holds, with alg none",
    ),
    (
        "{id_token of another issuer}",
        "the claims of the ID Token that the client holds but for iss, signed with a key of ours",
    ),
    (
        "{post_logout_redirect_uri}",
        "the post-logout redirect URI of the client",
    ),
    (
        "{other client's post_logout_redirect_uri}",
        "a post-logout redirect URI that is another client's and not the client's own",
    ),
    (
        "{registered redirect_uri}",
        "the redirect URI of the client that was registered last",
    ),
    (
        "{unregistered response_type}",
        "a response_type that the client that was registered last may not use",
    ),
    (
        "{acr values}",
        "acr_values_supported of the metadata, as JSON",
    ),
    (
        "{request object}",
        "an unsigned request object with the parameters of the request",
    ),
    ("{issuer}", "the issuer"),
    (
        "{unlisted grant_type}",
        "a grant type that exists and that the metadata do not list",
    ),
    ("{token_endpoint}", "the URL of the token endpoint"),
    (
        "{audience}",
        "the audience that the provider takes in client assertions: its token endpoint, or its issuer",
    ),
    ("{username}", "the name of the user"),
    ("{password}", "the password of the user"),
    (
        "{now N}",
        "the time now in seconds since 1970, N seconds later (or earlier)",
    ),
    ("{random N}", "N random letters and digits"),
    (
        "{unreserved N}",
        "N random characters of all that URIs leave unreserved",
    ),
    (
        "{printable N}",
        "N random characters of all that ASCII has, the space included",
    ),
];

impl World {
    /// Replaces the words in braces; `defaults` are the parameters as they would be sent otherwise.
    pub(super) fn fill(&self, value: &str, defaults: &Parameters) -> Result<String, Halt> {
        let mut out = String::new();
        let mut rest = value;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            // No word begins with a quotation mark, a brace or nothing: this is JSON.
            if after.starts_with(['"', '{', '}']) {
                out.push('{');
                rest = after;
                continue;
            }
            let Some((word, after)) = after.split_once('}') else {
                rest = &rest[before.len()..];
                break;
            };
            out.push_str(&self.word(word, defaults)?);
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn word(&self, word: &str, defaults: &Parameters) -> Result<String, Halt> {
        let rp = self.rp()?;
        let client = self.client()?;
        let held = |token: &Option<String>, what: &str| {
            token
                .clone()
                .ok_or_else(|| Halt::missing(format!("the provider issued no {what}")))
        };
        if let Some(seconds) = word.strip_prefix("now ")
            && let Ok(seconds) = seconds.parse::<i64>()
        {
            return Ok((now() + seconds).to_string());
        }
        if let Some((kind, length)) = word.split_once(' ')
            && let Ok(length) = length.parse::<usize>()
        {
            match kind {
                "random" => return Ok(crate::flow::random_text(length)),
                "printable" => return Ok(crate::flow::printable_text(length)),
                "unreserved" => return Ok(Pkce::fresh(length).verifier),
                _ => {}
            }
        }
        match word {
            "empty" => Ok(String::new()),
            "nul" => Ok("\0".to_owned()),
            "redirect_uri" => client.redirect_uris.first().cloned().ok_or_else(|| {
                Halt::missing(format!("client `{}` has no redirect_uris", client.id))
            }),
            "other redirect_uri" => client.redirect_uris.get(1).cloned().ok_or_else(|| {
                Halt::missing(format!(
                    "client `{}` has no second entry in redirect_uris",
                    client.id
                ))
            }),
            "client_id" => Ok(client.id),
            "other client_id" => Ok(rp.other_client(&client)?.id.clone()),
            "access_token" => held(&self.tokens.access_token, "access token"),
            "refresh_token" => held(&self.tokens.refresh_token, "refresh token"),
            "old refresh_token" => held(&self.old_tokens.refresh_token, "refresh token"),
            "first refresh_token" => held(&self.flow()?.tokens.refresh_token, "refresh token"),
            "altered access_token" => held(&self.tokens.access_token, "access token").map(altered),
            "altered refresh_token" => {
                held(&self.tokens.refresh_token, "refresh token").map(altered)
            }
            "altered code" => RelyingPartyCode::of(self).map(altered),
            "first code_verifier" => self
                .flows
                .first()
                .map(|flow| flow.attempt.plan.pkce.verifier.clone())
                .ok_or_else(|| Halt::unjudged("the scenario has no completed flow")),
            "audience" => Ok(rp.audience().to_owned()),
            "token_endpoint" => Ok(rp.endpoint("token_endpoint")?.to_string()),
            "username" => Ok(self.user()?.username),
            "password" => Ok(self.user()?.password),
            "id_token" => held(&self.tokens.id_token, "ID Token"),
            "id_token with another signature" => {
                held(&self.tokens.id_token, "ID Token").map(|t| hints::with_another_signature(&t))
            }
            "id_token without signature" => {
                held(&self.tokens.id_token, "ID Token").map(|t| hints::without_signature(&t))
            }
            "id_token of another issuer" => held(&self.tokens.id_token, "ID Token")
                .and_then(|token| hints::of_another_issuer(&token)),
            "other client's post_logout_redirect_uri" => {
                super::logout::uri_of_another(&rp, &client)
            }
            "other user's id_token" => held(&self.other_user_token, "ID Token"),
            "other user's sub" => {
                held(&self.other_user_token, "ID Token").and_then(|token| hints::sub_of(&token))
            }
            "registered redirect_uri" => self
                .registration()?
                .redirect_uris()
                .into_iter()
                .next()
                .ok_or_else(|| Halt::unjudged("the registration has no redirect_uris")),
            "unregistered response_type" => self
                .registration()?
                .unregistered_response_type()
                .map(str::to_owned)
                .ok_or_else(|| Halt::missing("the registered client may use every response_type")),
            "acr values" => Ok(rp
                .provider
                .metadata
                .document
                .get("acr_values_supported")
                .ok_or_else(|| Halt::missing("the metadata have no acr_values_supported"))?
                .to_string()),
            "request object" => Ok(hints::request_object(&rp.config().issuer, defaults)),
            "issuer" => Ok(rp.config().issuer.clone()),
            "unlisted grant_type" => unlisted_grant_type(&rp.provider.metadata),
            "code" => Ok(RelyingPartyCode::of(self)?),
            "code_challenge" if defaults.get(word).is_none() => self
                .attempt()?
                .plan
                .parameters
                .get(word)
                .map(str::to_owned)
                .ok_or_else(|| Halt::unjudged("the last request had no code_challenge")),
            "code_verifier" => Ok(self.attempt()?.plan.pkce.verifier.clone()),
            name if name.starts_with("redirect_uri ") => {
                super::redirect_uri::spoiled(&client, name)
            }
            name => defaults
                .get(name)
                .map(str::to_owned)
                .ok_or_else(|| Halt::unjudged(format!("nothing is known by the name {{{name}}}"))),
        }
    }

    /// Changes parameters as a step's table says: the first row of a name replaces the value, further rows
    /// repeat the parameter.
    pub(super) fn change(
        &self,
        parameters: &mut Parameters,
        table: Option<&cucumber::gherkin::Table>,
    ) -> Result<(), Halt> {
        let defaults = parameters.clone();
        let mut seen: Vec<&str> = Vec::new();
        for row in table.map(|table| table.rows.as_slice()).unwrap_or_default() {
            let [name, value] = row.as_slice() else {
                return Err(Halt::unjudged("a table of parameters has two columns"));
            };
            if value == "{absent}" {
                parameters.remove(name);
                continue;
            }
            let value = self.fill(value, &defaults)?;
            if seen.contains(&name.as_str()) {
                parameters.add(name, value);
            } else {
                parameters.set(name, value);
                seen.push(name);
            }
        }
        Ok(())
    }
}

fn unlisted_grant_type(metadata: &Metadata) -> Result<String, Halt> {
    let listed = metadata
        .list("grant_types_supported")
        .ok_or_else(|| Halt::missing("the metadata have no grant_types_supported"))?;
    [
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:saml2-bearer",
    ]
    .into_iter()
    .find(|grant| !listed.contains(grant))
    .map(str::to_owned)
    .ok_or_else(|| Halt::missing("the metadata list every grant type that we know"))
}

/// A token with another character in its middle.
fn altered(mut token: String) -> String {
    let middle = token.len() / 2;
    let at = (middle..token.len()).find(|at| {
        token.is_char_boundary(*at) && token[*at..].starts_with(|c: char| c.is_ascii_alphanumeric())
    });
    if let Some(at) = at {
        let other = if token[at..].starts_with('A') {
            "B"
        } else {
            "A"
        };
        token.replace_range(at..=at, other);
    }
    token
}

struct RelyingPartyCode;

impl RelyingPartyCode {
    fn of(world: &World) -> Result<String, Halt> {
        crate::flow::RelyingParty::code_of(world.attempt()?).map(str::to_owned)
    }
}
