//! What the words on a page mean: pure functions over lists of words in several languages.
//!
//! All lists are written folded: lower case, without accents (`ä` is `a`, `ß` is `ss`), words separated by
//! one blank. Scripts without blanks between words are looked for anywhere.

// One word per line would be a thousand lines.
#[rustfmt::skip]
mod lists;

use lists::*;

/// What pressing a button says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Agrees, in a word that means just that.
    Agree,
    /// Goes on, in a word that stands on all sorts of buttons.
    GoOn,
    /// Refuses or goes back.
    Refuse,
    /// Ends the session.
    SignOut,
    /// Leads elsewhere: register, forgotten password, another account, a social login.
    Elsewhere,
}

/// `text` folded: lower case, accents gone, anything but letters and digits a blank, `camelCase` two words;
/// one blank at each end.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(' ');
    let mut was_lower = false;
    for c in text.chars() {
        if c.is_uppercase() && was_lower {
            out.push(' ');
        }
        was_lower = c.is_lowercase();
        for lower in c.to_lowercase() {
            match plain(lower) {
                Some(plain) => out.push_str(plain),
                None if lower.is_alphanumeric() || lower == 'ー' => out.push(lower),
                // An accent that stands by itself.
                None if ('\u{300}'..='\u{36f}').contains(&lower) => {}
                None => {
                    if !out.ends_with(' ') {
                        out.push(' ');
                    }
                }
            }
        }
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => "o",
        'ř' => "r",
        'ś' | 'š' => "s",
        'ß' => "ss",
        'ť' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ů' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'æ' => "ae",
        'œ' => "oe",
        _ => return None,
    })
}

/// Whether one of `words` stands in `folded`.
fn any(folded: &str, words: &[&str]) -> bool {
    words.iter().any(|word| holds(folded, word))
}

fn holds(folded: &str, word: &str) -> bool {
    let blanks_between_words = word.chars().next().is_some_and(|c| c < '\u{2e80}');
    if !blanks_between_words {
        return !folded.is_ascii() && folded.contains(word);
    }
    // Hundreds of words are looked for in a short text: no search is prepared for each, and only what stands
    // after a blank is compared.
    let starts = folded.match_indices(' ').map(|(blank, _)| blank + 1);
    let mut rests = starts.filter_map(|start| folded[start..].strip_prefix(word));
    rests.any(|rest| rest.starts_with(' '))
}

/// What a button with this text (or name, value, id) means. On a logout page (`ends_session`) signing out is
/// what the page asks for.
pub(super) fn meaning(text: &str, ends_session: bool) -> Option<Meaning> {
    let text = &fold(text);
    if any(text, ELSEWHERE) {
        Some(Meaning::Elsewhere)
    } else if any(text, REFUSE) || (ends_session && any(text, STAY)) {
        Some(Meaning::Refuse)
    } else if any(text, SIGN_OUT) {
        Some(if ends_session {
            Meaning::Agree
        } else {
            Meaning::SignOut
        })
    } else if any(text, AGREE) {
        Some(Meaning::Agree)
    } else if any(text, GO_ON) || any(text, SIGN_IN) {
        Some(Meaning::GoOn)
    } else {
        None
    }
}

macro_rules! tests_for {
    ($($(#[$doc:meta])* $name:ident: $words:ident;)*) => {
        $($(#[$doc])* pub(super) fn $name(text: &str) -> bool { any(&fold(text), $words) })*
    };
}

tests_for! {
    /// A button that logs in.
    is_sign_in: SIGN_IN;
    /// A field for the user's name.
    is_username: USERNAME;
    /// A field for a password.
    is_password: PASSWORD;
    /// A search field or form.
    is_search: SEARCH;
    /// A choice of language.
    is_language: LANGUAGE;
    /// An offer that has nothing to do with the journey.
    is_newsletter: NEWSLETTER;
    /// A checkbox that is about later, not about the consent.
    is_remember: REMEMBER;
    /// A page about what a client may do.
    is_consent: CONSENT;
    /// A page that asks who goes on.
    is_account_choice: ACCOUNT_CHOICE;
    /// A page that reports something bad.
    is_trouble: TROUBLE;
}

/// Whether an error code of the protocols stands in `text`.
pub(super) fn names_error(text: &str) -> bool {
    ERROR_CODES.iter().any(|code| text.contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_have_a_meaning() {
        use Meaning::*;
        for (text, expected) in [
            ("Allow", Some(Agree)),
            ("Yes", Some(Agree)),
            ("Zugriff erlauben", Some(Agree)),
            ("Bestätigen", Some(Agree)),
            ("Autoriser l'accès", Some(Agree)),
            ("Sí", Some(Agree)),
            ("同意する", Some(Agree)),
            ("I agree", Some(Agree)),
            ("grantAccess", Some(Agree)),
            ("Continue", Some(GoOn)),
            ("Weiter", Some(GoOn)),
            ("Do not allow", Some(Refuse)),
            ("Don't allow", Some(Refuse)),
            ("Don’t allow", Some(Refuse)),
            ("Nicht zulassen", Some(Refuse)),
            ("Ne pas autoriser", Some(Refuse)),
            ("許可しない", Some(Refuse)),
            ("Disagree", Some(Refuse)),
            ("[ Cancel ]", Some(Refuse)),
            ("Zurück", Some(Refuse)),
            ("No, thanks", Some(Refuse)),
            ("Log out", Some(SignOut)),
            ("Not you?", Some(Elsewhere)),
            ("Sign in with Google", Some(Elsewhere)),
            ("Forgot password?", Some(Elsewhere)),
            ("Notion", None),
            ("Knowledge", None),
            ("", None),
        ] {
            assert_eq!(meaning(text, false), expected, "{text}");
        }
        assert_eq!(meaning("Logout", true), Some(Agree));
        assert_eq!(meaning("Stay signed in", true), Some(Refuse));
    }

    #[test]
    fn fields_are_known_in_several_languages() {
        for text in [
            "Username",
            "E-Mail",
            "Benutzername",
            "nom d’utilisateur",
            "Usuario",
            "loginName",
            "用户名",
        ] {
            assert!(is_username(text), "{text}");
        }
        for text in [
            "Password",
            "Passwort",
            "Mot de passe",
            "Contraseña",
            "j_password",
            "パスワード",
        ] {
            assert!(is_password(text), "{text}");
        }
        for text in ["First name", "Telephone", "Postleitzahl"] {
            assert!(!is_username(text) && !is_password(text), "{text}");
        }
    }

    #[test]
    fn error_codes_are_seen() {
        assert!(names_error("error: invalid_request"));
        assert!(!names_error("all is well"));
    }
}
