//! The lists of words, folded: lower case, without accents, words separated by one blank.

pub(super) const ELSEWHERE: &[&str] = &[
    "forgot", "forgotten", "reset", "register", "registration", "sign up", "signup", "create account",
    "create an account", "new account", "another account", "different account", "other account", "switch",
    "not you", "restart", "try another way", "passkey", "security key", "webauthn", "google", "facebook",
    "github", "gitlab", "microsoft", "apple", "twitter", "linkedin", "language", "help", "search", "resend",
    "print", "show password", "hide password", "vergessen", "registrieren", "konto erstellen",
    "anderes konto", "sprache", "suchen", "hilfe", "oublie", "inscription", "s inscrire", "creer un compte",
    "autre compte", "langue", "rechercher", "aide", "olvide", "olvidado", "registrarse", "crear cuenta",
    "otra cuenta", "idioma", "buscar", "ayuda", "registrati", "dimenticata", "registreren", "vergeten",
    "cerca", "zoeken", "忘", "登録", "注册", "註冊",
];

pub(super) const SIGN_OUT: &[&str] = &[
    "log out", "logout", "log off", "logoff", "sign out", "signout", "sign off", "sign me out", "log me out",
    "end session", "endsession", "abmelden", "ausloggen", "deconnexion", "deconnecter", "deconnectez",
    "se deconnecter", "cerrar sesion", "salir", "esci", "disconnetti", "disconnettersi", "uitloggen",
    "afmelden", "logga ut", "terminar sessao", "sair", "wyloguj", "выйти", "ログアウト", "登出", "退出", "注销",
];

pub(super) const REFUSE: &[&str] = &[
    "no", "not", "deny", "denied", "cancel", "cancelled", "canceled", "reject", "rejected", "decline",
    "declined", "refuse", "refused", "disagree", "disallow", "forbid", "abort", "back", "go back", "never",
    "dismiss", "don t", "dont", "leave", "nein", "nicht", "ablehnen", "abbrechen", "abbruch", "verweigern",
    "verbieten", "zuruck", "non", "refuser", "rejeter", "annuler", "interdire", "retour", "ne pas",
    "cancelar", "rechazar", "denegar", "negar", "volver", "rifiuta", "rifiutare", "nega", "annulla",
    "indietro", "nee", "weigeren", "annuleren", "afwijzen", "terug", "nao", "recusar", "voltar", "nej",
    "avbryt", "neka", "annuller", "afvis", "avvis", "peruuta", "nie", "anuluj", "odmow", "odrzuc", "zrusit",
    "odmitnout", "нет", "отмена", "отклонить", "отказать", "запретить", "拒否", "許可しない", "いいえ", "キャンセル", "取消",
    "取り消", "拒绝", "拒絕", "否", "취소", "거부", "아니요",
];

/// Refusals of a logout: elsewhere "stay signed in" is a checkbox or an offer.
pub(super) const STAY: &[&str] = &[
    "stay", "keep me", "remain", "bleiben", "rester", "permanecer", "seguir conectado", "rimani",
];

pub(super) const AGREE: &[&str] = &[
    "accept", "accepted", "accept all", "allow", "allowed", "agree", "approve", "approved", "authorize",
    "authorise", "authorized", "confirm", "confirmed", "consent", "grant", "granted", "permit", "yes",
    "akzeptieren", "annehmen", "erlauben", "zulassen", "genehmigen", "zustimmen", "zugriff gewahren",
    "gewahren", "gestatten", "autorisieren", "bestatigen", "einverstanden", "einwilligen", "freigeben", "ja",
    "accepter", "accepte", "autoriser", "approuver", "confirmer", "consentir", "permettre", "oui", "aceptar",
    "acepto", "autorizar", "permitir", "conceder", "confirmar", "aprobar", "si", "accetta", "accetto",
    "accettare", "autorizza", "consenti", "conferma", "approva", "accepteren", "toestaan", "goedkeuren",
    "akkoord", "bevestigen", "machtigen", "aceitar", "aprovar", "sim", "godkann", "tillat", "acceptera",
    "godkend", "tillad", "godta", "hyvaksy", "salli", "akceptuj", "zezwol", "zezwalaj", "zgadzam",
    "potwierdz", "tak", "povolit", "prijmout", "souhlasim", "ano", "да", "разрешить", "принять",
    "подтвердить", "согласен", "許可", "同意", "承認", "はい", "允许", "允許", "授权", "授權", "确认", "確認", "接受", "허용", "동의",
    "수락", "확인",
];

pub(super) const GO_ON: &[&str] = &[
    "continue", "proceed", "next", "ok", "okay", "submit", "go", "send", "done", "weiter", "fortfahren",
    "fortsetzen", "absenden", "senden", "continuer", "suivant", "poursuivre", "valider", "envoyer",
    "continuar", "siguiente", "enviar", "continua", "avanti", "prosegui", "invia", "doorgaan", "verder",
    "volgende", "seguinte", "prosseguir", "fortsatt", "nasta", "fortsaet", "jatka", "dalej", "kontynuuj",
    "pokracovat", "продолжить", "далее", "続行", "続ける", "次へ", "继续", "繼續", "下一步", "계속", "다음",
];

pub(super) const SIGN_IN: &[&str] = &[
    "log in", "login", "log on", "logon", "sign in", "signin", "sign on", "authenticate", "anmelden",
    "einloggen", "anmeldung", "connexion", "se connecter", "connectez", "identifier", "s identifier",
    "iniciar sesion", "entrar", "acceder", "ingresar", "accedi", "entra", "inloggen", "aanmelden",
    "iniciar sessao", "logga in", "log ind", "logg inn", "kirjaudu", "zaloguj", "prihlasit", "войти", "вход",
    "ログイン", "サインイン", "登录", "登入", "로그인",
];

pub(super) const USERNAME: &[&str] = &[
    "username", "user name", "user", "userid", "user id", "login", "loginid", "login id", "loginname",
    "login name", "email", "e mail", "mail", "account", "account name", "identifier", "identity", "uid",
    "handle", "j username", "benutzername", "benutzer", "nutzername", "anmeldename", "benutzerkennung",
    "kennung", "kontoname", "identifiant", "utilisateur", "nom d utilisateur", "courriel", "usuario",
    "correo", "nombre de usuario", "utente", "nome utente", "gebruikersnaam", "gebruiker", "nome de usuario",
    "utilizador", "anvandarnamn", "brugernavn", "brukernavn", "kayttajatunnus", "uzytkownik",
    "nazwa uzytkownika", "uzivatelske jmeno", "логин", "имя пользователя", "почта", "ユーザー", "メール", "用户名",
    "用戶名", "使用者", "账号", "帳號", "邮箱", "아이디", "이메일",
];

pub(super) const PASSWORD: &[&str] = &[
    "password", "passwd", "pwd", "pass", "passphrase", "passcode", "userpassword", "j password", "kennwort",
    "passwort", "mot de passe", "motdepasse", "contrasena", "clave", "senha", "palavra passe", "wachtwoord",
    "losenord", "adgangskode", "passord", "salasana", "haslo", "heslo", "пароль", "パスワード", "密码", "密碼", "비밀번호",
];

pub(super) const SEARCH: &[&str] = &[
    "search", "q", "query", "suche", "suchen", "recherche", "rechercher", "buscar", "busqueda", "cerca",
    "zoeken", "sok", "поиск", "検索", "搜索",
];

pub(super) const LANGUAGE: &[&str] = &[
    "language", "lang", "locale", "ui locales", "kc locale", "sprache", "langue", "idioma", "lingua", "taal",
    "i18n", "theme",
];

pub(super) const NEWSLETTER: &[&str] = &[
    "newsletter", "subscribe", "subscription", "abonnieren", "s abonner", "suscribirse", "feedback",
];

pub(super) const REMEMBER: &[&str] = &[
    "remember", "remember me", "rememberme", "stay", "keep me", "persistent", "don t ask", "do not ask",
    "not ask", "trust this", "newsletter", "marketing", "merken", "angemeldet bleiben", "eingeloggt bleiben",
    "nicht mehr fragen", "nicht erneut", "souvenir", "rester connecte", "ne plus demander", "recordar",
    "recordarme", "no volver a", "ricorda", "ricordami", "onthoud", "lembrar", "запомнить", "記憶", "记住",
];

pub(super) const CONSENT: &[&str] = &[
    "consent", "authorize", "authorise", "authorization", "authorisation", "scope", "scopes", "permission",
    "permissions", "access", "allow", "grant", "privileges", "share", "would like to", "wants to", "requests",
    "requesting", "requested", "terms", "privacy", "einwilligung", "zugriff", "berechtigung",
    "berechtigungen", "zustimmung", "erlauben", "nutzungsbedingungen", "autorisation", "autoriser", "acces",
    "consentement", "permisos", "acceso", "consentimiento", "autorizar", "consenso", "accesso",
    "autorizzazione", "permessi", "toestemming", "toegang", "permissoes", "acesso", "доступ", "разрешения",
    "アクセス", "許可", "授权", "授權", "权限",
];

pub(super) const ACCOUNT_CHOICE: &[&str] = &[
    "continue as", "signed in as", "logged in as", "choose an account", "select account", "select an account",
    "pick an account", "konto auswahlen", "angemeldet als", "fortfahren als", "connecte en tant que",
    "choisir un compte", "elige una cuenta", "continuar como",
];

pub(super) const TROUBLE: &[&str] = &[
    "error", "errors", "oops", "sorry", "went wrong", "something wrong", "failed", "failure", "not found",
    "forbidden", "bad request", "unauthorized", "invalid", "unknown client", "expired", "fehler",
    "fehlgeschlagen", "ungultig", "abgelaufen", "erreur", "invalide", "expire", "lo sentimos", "no valido",
    "errore", "fout", "erro", "ошибка", "エラー", "错误", "錯誤",
];

/// The error codes of OAuth and OpenID Connect: whatever the language, a page that shows one reports it.
pub(super) const ERROR_CODES: &[&str] = &[
    "invalid_request", "invalid_client", "unauthorized_client", "access_denied", "unsupported_response_type",
    "unsupported_response_mode", "invalid_scope", "server_error", "temporarily_unavailable",
    "invalid_redirect_uri", "redirect_uri_mismatch", "invalid_request_object", "invalid_request_uri",
    "request_not_supported", "request_uri_not_supported", "registration_not_supported",
    "interaction_required", "login_required", "consent_required", "account_selection_required",
    "invalid_token", "invalid_grant",
];
