//! What the words on a page mean: pure functions over lists of words in several languages.
//!
//! All lists are written folded: lower case, without accents (`ä` is `a`, `ß` is `ss`), words separated by
//! one blank. Scripts without blanks between words are looked for anywhere.

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

const ELSEWHERE: &[&str] = &[
    "forgot",
    "forgotten",
    "reset",
    "register",
    "registration",
    "sign up",
    "signup",
    "create account",
    "create an account",
    "new account",
    "another account",
    "different account",
    "other account",
    "switch",
    "not you",
    "restart",
    "try another way",
    "passkey",
    "security key",
    "webauthn",
    "google",
    "facebook",
    "github",
    "gitlab",
    "microsoft",
    "apple",
    "twitter",
    "linkedin",
    "language",
    "help",
    "search",
    "resend",
    "print",
    "show password",
    "hide password",
    "vergessen",
    "registrieren",
    "konto erstellen",
    "anderes konto",
    "sprache",
    "suchen",
    "hilfe",
    "oublie",
    "inscription",
    "s inscrire",
    "creer un compte",
    "autre compte",
    "langue",
    "rechercher",
    "aide",
    "olvide",
    "olvidado",
    "registrarse",
    "crear cuenta",
    "otra cuenta",
    "idioma",
    "buscar",
    "ayuda",
    "registrati",
    "dimenticata",
    "registreren",
    "vergeten",
    "cerca",
    "zoeken",
    "忘",
    "登録",
    "注册",
    "註冊",
];

const SIGN_OUT: &[&str] = &[
    "log out",
    "logout",
    "log off",
    "logoff",
    "sign out",
    "signout",
    "sign off",
    "sign me out",
    "log me out",
    "end session",
    "endsession",
    "abmelden",
    "ausloggen",
    "deconnexion",
    "deconnecter",
    "deconnectez",
    "se deconnecter",
    "cerrar sesion",
    "salir",
    "esci",
    "disconnetti",
    "disconnettersi",
    "uitloggen",
    "afmelden",
    "logga ut",
    "terminar sessao",
    "sair",
    "wyloguj",
    "выйти",
    "ログアウト",
    "登出",
    "退出",
    "注销",
];

const REFUSE: &[&str] = &[
    "no",
    "not",
    "deny",
    "denied",
    "cancel",
    "cancelled",
    "canceled",
    "reject",
    "rejected",
    "decline",
    "declined",
    "refuse",
    "refused",
    "disagree",
    "disallow",
    "forbid",
    "abort",
    "back",
    "go back",
    "never",
    "dismiss",
    "don t",
    "dont",
    "leave",
    "nein",
    "nicht",
    "ablehnen",
    "abbrechen",
    "abbruch",
    "verweigern",
    "verbieten",
    "zuruck",
    "non",
    "refuser",
    "rejeter",
    "annuler",
    "interdire",
    "retour",
    "ne pas",
    "cancelar",
    "rechazar",
    "denegar",
    "negar",
    "volver",
    "rifiuta",
    "rifiutare",
    "nega",
    "annulla",
    "indietro",
    "nee",
    "weigeren",
    "annuleren",
    "afwijzen",
    "terug",
    "nao",
    "recusar",
    "voltar",
    "nej",
    "avbryt",
    "neka",
    "annuller",
    "afvis",
    "avvis",
    "peruuta",
    "nie",
    "anuluj",
    "odmow",
    "odrzuc",
    "zrusit",
    "odmitnout",
    "нет",
    "отмена",
    "отклонить",
    "отказать",
    "запретить",
    "拒否",
    "許可しない",
    "いいえ",
    "キャンセル",
    "取消",
    "取り消",
    "拒绝",
    "拒絕",
    "否",
    "취소",
    "거부",
    "아니요",
];

/// Refusals of a logout: elsewhere "stay signed in" is a checkbox or an offer.
const STAY: &[&str] = &[
    "stay",
    "keep me",
    "remain",
    "bleiben",
    "rester",
    "permanecer",
    "seguir conectado",
    "rimani",
];

const AGREE: &[&str] = &[
    "accept",
    "accepted",
    "accept all",
    "allow",
    "allowed",
    "agree",
    "approve",
    "approved",
    "authorize",
    "authorise",
    "authorized",
    "confirm",
    "confirmed",
    "consent",
    "grant",
    "granted",
    "permit",
    "yes",
    "akzeptieren",
    "annehmen",
    "erlauben",
    "zulassen",
    "genehmigen",
    "zustimmen",
    "zugriff gewahren",
    "gewahren",
    "gestatten",
    "autorisieren",
    "bestatigen",
    "einverstanden",
    "einwilligen",
    "freigeben",
    "ja",
    "accepter",
    "accepte",
    "autoriser",
    "approuver",
    "confirmer",
    "consentir",
    "permettre",
    "oui",
    "aceptar",
    "acepto",
    "autorizar",
    "permitir",
    "conceder",
    "confirmar",
    "aprobar",
    "si",
    "accetta",
    "accetto",
    "accettare",
    "autorizza",
    "consenti",
    "conferma",
    "approva",
    "accepteren",
    "toestaan",
    "goedkeuren",
    "akkoord",
    "bevestigen",
    "machtigen",
    "aceitar",
    "aprovar",
    "sim",
    "godkann",
    "tillat",
    "acceptera",
    "godkend",
    "tillad",
    "godta",
    "hyvaksy",
    "salli",
    "akceptuj",
    "zezwol",
    "zezwalaj",
    "zgadzam",
    "potwierdz",
    "tak",
    "povolit",
    "prijmout",
    "souhlasim",
    "ano",
    "да",
    "разрешить",
    "принять",
    "подтвердить",
    "согласен",
    "許可",
    "同意",
    "承認",
    "はい",
    "允许",
    "允許",
    "授权",
    "授權",
    "确认",
    "確認",
    "接受",
    "허용",
    "동의",
    "수락",
    "확인",
];

const GO_ON: &[&str] = &[
    "continue",
    "proceed",
    "next",
    "ok",
    "okay",
    "submit",
    "go",
    "send",
    "done",
    "weiter",
    "fortfahren",
    "fortsetzen",
    "absenden",
    "senden",
    "continuer",
    "suivant",
    "poursuivre",
    "valider",
    "envoyer",
    "continuar",
    "siguiente",
    "enviar",
    "continua",
    "avanti",
    "prosegui",
    "invia",
    "doorgaan",
    "verder",
    "volgende",
    "seguinte",
    "prosseguir",
    "fortsatt",
    "nasta",
    "fortsaet",
    "jatka",
    "dalej",
    "kontynuuj",
    "pokracovat",
    "продолжить",
    "далее",
    "続行",
    "続ける",
    "次へ",
    "继续",
    "繼續",
    "下一步",
    "계속",
    "다음",
];

const SIGN_IN: &[&str] = &[
    "log in",
    "login",
    "log on",
    "logon",
    "sign in",
    "signin",
    "sign on",
    "authenticate",
    "anmelden",
    "einloggen",
    "anmeldung",
    "connexion",
    "se connecter",
    "connectez",
    "identifier",
    "s identifier",
    "iniciar sesion",
    "entrar",
    "acceder",
    "ingresar",
    "accedi",
    "entra",
    "inloggen",
    "aanmelden",
    "iniciar sessao",
    "logga in",
    "log ind",
    "logg inn",
    "kirjaudu",
    "zaloguj",
    "prihlasit",
    "войти",
    "вход",
    "ログイン",
    "サインイン",
    "登录",
    "登入",
    "로그인",
];

const USERNAME: &[&str] = &[
    "username",
    "user name",
    "user",
    "userid",
    "user id",
    "login",
    "loginid",
    "login id",
    "loginname",
    "login name",
    "email",
    "e mail",
    "mail",
    "account",
    "account name",
    "identifier",
    "identity",
    "uid",
    "handle",
    "j username",
    "benutzername",
    "benutzer",
    "nutzername",
    "anmeldename",
    "benutzerkennung",
    "kennung",
    "kontoname",
    "identifiant",
    "utilisateur",
    "nom d utilisateur",
    "courriel",
    "usuario",
    "correo",
    "nombre de usuario",
    "utente",
    "nome utente",
    "gebruikersnaam",
    "gebruiker",
    "nome de usuario",
    "utilizador",
    "anvandarnamn",
    "brugernavn",
    "brukernavn",
    "kayttajatunnus",
    "uzytkownik",
    "nazwa uzytkownika",
    "uzivatelske jmeno",
    "логин",
    "имя пользователя",
    "почта",
    "ユーザー",
    "メール",
    "用户名",
    "用戶名",
    "使用者",
    "账号",
    "帳號",
    "邮箱",
    "아이디",
    "이메일",
];

const PASSWORD: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "pass",
    "passphrase",
    "passcode",
    "userpassword",
    "j password",
    "kennwort",
    "passwort",
    "mot de passe",
    "motdepasse",
    "contrasena",
    "clave",
    "senha",
    "palavra passe",
    "wachtwoord",
    "losenord",
    "adgangskode",
    "passord",
    "salasana",
    "haslo",
    "heslo",
    "пароль",
    "パスワード",
    "密码",
    "密碼",
    "비밀번호",
];

const SEARCH: &[&str] = &[
    "search",
    "q",
    "query",
    "suche",
    "suchen",
    "recherche",
    "rechercher",
    "buscar",
    "busqueda",
    "cerca",
    "zoeken",
    "sok",
    "поиск",
    "検索",
    "搜索",
];

const LANGUAGE: &[&str] = &[
    "language",
    "lang",
    "locale",
    "ui locales",
    "kc locale",
    "sprache",
    "langue",
    "idioma",
    "lingua",
    "taal",
    "i18n",
    "theme",
];

const NEWSLETTER: &[&str] = &[
    "newsletter",
    "subscribe",
    "subscription",
    "abonnieren",
    "s abonner",
    "suscribirse",
    "feedback",
];

const REMEMBER: &[&str] = &[
    "remember",
    "remember me",
    "rememberme",
    "stay",
    "keep me",
    "persistent",
    "don t ask",
    "do not ask",
    "not ask",
    "trust this",
    "newsletter",
    "marketing",
    "merken",
    "angemeldet bleiben",
    "eingeloggt bleiben",
    "nicht mehr fragen",
    "nicht erneut",
    "souvenir",
    "rester connecte",
    "ne plus demander",
    "recordar",
    "recordarme",
    "no volver a",
    "ricorda",
    "ricordami",
    "onthoud",
    "lembrar",
    "запомнить",
    "記憶",
    "记住",
];

const CONSENT: &[&str] = &[
    "consent",
    "authorize",
    "authorise",
    "authorization",
    "authorisation",
    "scope",
    "scopes",
    "permission",
    "permissions",
    "access",
    "allow",
    "grant",
    "privileges",
    "share",
    "would like to",
    "wants to",
    "requests",
    "requesting",
    "requested",
    "terms",
    "privacy",
    "einwilligung",
    "zugriff",
    "berechtigung",
    "berechtigungen",
    "zustimmung",
    "erlauben",
    "nutzungsbedingungen",
    "autorisation",
    "autoriser",
    "acces",
    "consentement",
    "permisos",
    "acceso",
    "consentimiento",
    "autorizar",
    "consenso",
    "accesso",
    "autorizzazione",
    "permessi",
    "toestemming",
    "toegang",
    "permissoes",
    "acesso",
    "доступ",
    "разрешения",
    "アクセス",
    "許可",
    "授权",
    "授權",
    "权限",
];

const ACCOUNT_CHOICE: &[&str] = &[
    "continue as",
    "signed in as",
    "logged in as",
    "choose an account",
    "select account",
    "select an account",
    "pick an account",
    "konto auswahlen",
    "angemeldet als",
    "fortfahren als",
    "connecte en tant que",
    "choisir un compte",
    "elige una cuenta",
    "continuar como",
];

const TROUBLE: &[&str] = &[
    "error",
    "errors",
    "oops",
    "sorry",
    "went wrong",
    "something wrong",
    "failed",
    "failure",
    "not found",
    "forbidden",
    "bad request",
    "unauthorized",
    "invalid",
    "unknown client",
    "expired",
    "fehler",
    "fehlgeschlagen",
    "ungultig",
    "abgelaufen",
    "erreur",
    "invalide",
    "expire",
    "lo sentimos",
    "no valido",
    "errore",
    "fout",
    "erro",
    "ошибка",
    "エラー",
    "错误",
    "錯誤",
];

/// The error codes of OAuth and OpenID Connect: whatever the language, a page that shows one reports it.
const ERROR_CODES: &[&str] = &[
    "invalid_request",
    "invalid_client",
    "unauthorized_client",
    "access_denied",
    "unsupported_response_type",
    "unsupported_response_mode",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
    "invalid_redirect_uri",
    "redirect_uri_mismatch",
    "invalid_request_object",
    "invalid_request_uri",
    "request_not_supported",
    "request_uri_not_supported",
    "registration_not_supported",
    "interaction_required",
    "login_required",
    "consent_required",
    "account_selection_required",
    "invalid_token",
    "invalid_grant",
];

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
    folded.match_indices(word).any(|(at, _)| {
        !blanks_between_words
            || (folded[..at].ends_with(' ') && folded[at + word.len()..].starts_with(' '))
    })
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
