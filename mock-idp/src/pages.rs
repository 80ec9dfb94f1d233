//! The pages that a person sees: plain HTML forms, without scripts and without anything from elsewhere. Everything that
//! came from outside is escaped.

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, PRAGMA, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};

use crate::reply::Reply;

/// The headers of every page: not to be framed (<https://www.rfc-editor.org/rfc/rfc9700#section-4.16>), stored or
/// named to other sites.
pub(crate) fn set_headers(reply: &mut Reply) {
    reply.set(
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    );
    reply.set(X_FRAME_OPTIONS, "DENY");
    reply.set(REFERRER_POLICY, "no-referrer");
    reply.set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    reply.set(CACHE_CONTROL, "no-store");
    reply.set(PRAGMA, "no-cache");
}

/// Asks for user name and password.
pub(crate) fn login(
    action: &str,
    hidden: &[(&str, &str)],
    username: Option<&str>,
    problem: Option<&str>,
) -> String {
    let problem = problem
        .map(|text| format!("<p role=\"alert\">{}</p>\n", escape(text)))
        .unwrap_or_default();
    let body = format!(
        "{problem}{}<p><label for=\"username\">User name</label>\n\
         <input id=\"username\" name=\"username\" type=\"text\" autocomplete=\"username\" value=\"{}\" required></p>\n\
         <p><label for=\"password\">Password</label>\n\
         <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required></p>\n\
         <p><button type=\"submit\" name=\"action\" value=\"login\">Log in</button>\n\
         <button type=\"submit\" name=\"action\" value=\"cancel\" formnovalidate>Cancel</button></p>\n</form>",
        form(action, hidden),
        escape(username.unwrap_or_default()),
    );
    document("Log in", &body)
}

/// Asks which account is to be used.
pub(crate) fn account(action: &str, hidden: &[(&str, &str)], username: &str) -> String {
    let body = format!(
        "{}<p><button type=\"submit\" name=\"action\" value=\"continue\">Continue as {}</button></p>\n\
         <p><button type=\"submit\" name=\"action\" value=\"other\">Use another account</button></p>\n</form>",
        form(action, hidden),
        escape(username),
    );
    document("Choose an account", &body)
}

/// Asks for consent.
pub(crate) fn consent(
    action: &str,
    hidden: &[(&str, &str)],
    client: &str,
    username: &str,
    scope: &[String],
) -> String {
    let scopes: String = scope
        .iter()
        .map(|value| format!("<li>{}</li>\n", escape(value)))
        .collect();
    let body = format!(
        "<p>{}, the application <strong>{}</strong> asks for:</p>\n<ul>\n{scopes}</ul>\n{}\
         <p><button type=\"submit\" name=\"action\" value=\"allow\">Allow</button>\n\
         <button type=\"submit\" name=\"action\" value=\"deny\">Deny</button></p>\n</form>",
        escape(username),
        escape(client),
        form(action, hidden),
    );
    document("Allow access", &body)
}

/// Asks whether to log out.
pub(crate) fn logout(action: &str, hidden: &[(&str, &str)], username: &str) -> String {
    let body = format!(
        "<p>{}, do you want to log out?</p>\n{}\
         <p><button type=\"submit\" name=\"action\" value=\"logout\">Log out</button>\n\
         <button type=\"submit\" name=\"action\" value=\"stay\">Stay logged in</button></p>\n</form>",
        escape(username),
        form(action, hidden),
    );
    document("Log out", &body)
}

/// Says something.
pub(crate) fn message(title: &str, text: &str) -> String {
    document(title, &format!("<p>{}</p>", escape(text)))
}

/// Says what is wrong.
pub(crate) fn error(problem: &str) -> String {
    document(
        "Error",
        &format!("<p role=\"alert\">{}</p>", escape(problem)),
    )
}

/// The form of `response_mode=form_post`, which sends itself
/// (<https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html#FormPostResponseMode>).
pub(crate) fn form_post(action: &str, params: &[(String, String)], nonce: &str) -> String {
    let fields: String = params
        .iter()
        .map(|(name, value)| {
            format!(
                "<input type=\"hidden\" name=\"{}\" value=\"{}\">\n",
                escape(name),
                escape(value)
            )
        })
        .collect();
    let body = format!(
        "<form method=\"post\" action=\"{}\">\n{fields}<noscript><button type=\"submit\">Continue</button></noscript>\n\
         </form>\n<script nonce=\"{nonce}\">document.forms[0].submit()</script>",
        escape(action),
    );
    document("Continue", &body)
}

fn form(action: &str, hidden: &[(&str, &str)]) -> String {
    let fields: String = hidden
        .iter()
        .map(|(name, value)| {
            format!(
                "<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n",
                escape(value)
            )
        })
        .collect();
    format!(
        "<form method=\"post\" action=\"{}\">\n{fields}",
        escape(action)
    )
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n</head>\n<body>\n\
         <h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )
}

/// Text as it stands in HTML, inside quotes too.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // A form would change line ends on the way.
            '\r' => out.push_str("&#13;"),
            '\n' => out.push_str("&#10;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_from_outside_is_escaped() {
        let evil = "\"><script>alert('x')</script>&";
        let pages = [
            login("/a", &[("csrf", evil)], Some(evil), Some(evil)),
            consent("/a", &[], evil, evil, &[evil.to_owned()]),
            logout("/a", &[], evil),
            error(evil),
            message("x", evil),
            form_post(evil, &[(evil.to_owned(), evil.to_owned())], "n"),
        ];
        for page in pages {
            assert!(!page.contains("<script>alert"), "{page}");
            assert!(
                page.contains("&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;"),
                "{page}"
            );
        }
    }
}
