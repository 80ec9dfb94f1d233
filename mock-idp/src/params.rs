//! Form-encoded parameters, of a query or a body.

/// The parameters of a request in the order in which they came. A parameter without a value counts as omitted
/// (<https://www.rfc-editor.org/rfc/rfc6749#section-3.1>).
#[derive(Debug, Clone, Default)]
pub(crate) struct Params(Vec<(String, String)>);

/// What is no form encoding: a bad percent escape, or octets that are not UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadEncoding;

impl Params {
    pub(crate) fn parse(text: &[u8]) -> Result<Self, BadEncoding> {
        text.split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let mut halves = pair.splitn(2, |byte| *byte == b'=');
                let name = decode(halves.next().unwrap_or_default())?;
                let value = decode(halves.next().unwrap_or_default())?;
                Ok((name, value))
            })
            .filter(|pair| !matches!(pair, Ok((_, value)) if value.is_empty()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// All values of this name.
    pub(crate) fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.iter()
            .filter(move |(own, _)| *own == name)
            .map(|(_, value)| value)
    }

    /// Name and value, in the order in which they came.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Changes each value of this name.
    pub(crate) fn change(&mut self, name: &str, change: impl Fn(&str) -> String) {
        for (own, value) in &mut self.0 {
            if own == name {
                *value = change(value);
            }
        }
    }

    /// Adds a parameter.
    pub(crate) fn add(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    /// Drops all parameters but these.
    pub(crate) fn retain(&mut self, names: &[&str]) {
        self.0.retain(|(own, _)| names.contains(&own.as_str()));
    }

    /// Drops a parameter.
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(own, _)| own != name);
    }

    /// Whether another name than these came.
    pub(crate) fn beside(&self, names: &[&str]) -> bool {
        self.0.iter().any(|(own, _)| !names.contains(&own.as_str()))
    }

    /// The first of these names that came more than once.
    pub(crate) fn repeated<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names
            .iter()
            .copied()
            .find(|name| self.0.iter().filter(|(own, _)| own == name).count() > 1)
    }
}

impl FromIterator<(String, String)> for Params {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(
            pairs
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        )
    }
}

/// Decodes one name or value of `application/x-www-form-urlencoded`.
pub(crate) fn decode(text: &[u8]) -> Result<String, BadEncoding> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || {
                    rest.next()
                        .and_then(|byte| (*byte as char).to_digit(16))
                        .ok_or(BadEncoding)
                };
                (digit()? * 16 + digit()?) as u8
            }
            other => *other,
        });
    }
    String::from_utf8(out).map_err(|_| BadEncoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_empty_ones_left_out() {
        let params = Params::parse(b"a=1+2%2B&b=&c&d=%C3%A9&&a=").unwrap();
        assert_eq!(params.get("a"), Some("1 2+"));
        assert_eq!(params.get("b"), None);
        assert_eq!(params.get("c"), None);
        assert_eq!(params.get("d"), Some("é"));
        assert_eq!(params.repeated(&["a", "d"]), None);
        assert_eq!(
            Params::parse(b"x=1&x=1").unwrap().repeated(&["a", "x"]),
            Some("x")
        );
    }

    #[test]
    fn what_is_no_form_encoding_is_refused() {
        for text in ["a=%", "a=%4", "a=%zz", "a=%ff", "%ff=1"] {
            assert_eq!(
                Params::parse(text.as_bytes()).unwrap_err(),
                BadEncoding,
                "{text}"
            );
        }
    }
}
