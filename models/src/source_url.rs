//! Where files may come from: HTTPS, or plain HTTP on this computer.
//!
//! Only what downloads need is understood: scheme, host, port, path. Names with a user in them,
//! other schemes and anything that is not printable ASCII are refused.

use std::fmt;

use serde::{Serialize, Serializer};

/// An address that may be downloaded from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SourceUrl {
    text: String,
    /// Where the host begins and ends in `text`; the port belongs to neither.
    host: (usize, usize),
    /// Where the path begins.
    path_start: usize,
}

/// Why an address is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceUrlError {
    /// It is not protected.
    #[error("{}", tr::tr!("\"{}\" is not an https address: only protected connections are made", .0))]
    NotHttps(String),
    /// It is no address.
    #[error("{}", tr::tr!("\"{}\" is not an address that can be downloaded from", .0))]
    Malformed(String),
}

impl SourceUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// If it is malformed, or neither HTTPS nor on this computer.
    pub fn parse(text: &str) -> Result<Self, SourceUrlError> {
        let malformed = || SourceUrlError::Malformed(shortened(text));
        if text.len() > 4096 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(malformed());
        }
        let (scheme, rest) = text.split_once("://").ok_or_else(malformed)?;
        let scheme = scheme.to_ascii_lowercase();
        let host_start = text.len() - rest.len();
        let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
        let path_start = host_start + authority.len();
        let (host, port) = match authority.strip_prefix('[') {
            Some(bracketed) => {
                let (inner, after) = bracketed.split_once(']').ok_or_else(malformed)?;
                (&authority[..inner.len() + 2], after)
            }
            None => {
                let end = authority.find(':').unwrap_or(authority.len());
                authority.split_at(end)
            }
        };
        if !is_host(host) || !is_port(port) || text.contains('\\') {
            return Err(malformed());
        }
        let url = Self {
            host: (host_start, host_start + host.len()),
            path_start,
            text: text.split('#').next().unwrap_or(text).to_owned(),
        };
        match scheme.as_str() {
            "https" => Ok(url),
            "http" if url.is_loopback() => Ok(url),
            "http" => Err(SourceUrlError::NotHttps(shortened(text))),
            _ => Err(malformed()),
        }
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host, without a port.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.text[self.host.0..self.host.1]
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.text[..self.path_start]
    }

    /// From the first slash after the host on; may be empty.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.text[self.path_start..]
    }

    /// Whether it is plain HTTP, which only this computer is asked by.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.text[..self.host.0].eq_ignore_ascii_case("http://")
    }

    /// Whether the host is this computer.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        matches!(self.host(), "127.0.0.1" | "[::1]" | "localhost")
    }

    /// The address with more path behind it; each part is escaped, slashes in it are kept.
    #[must_use]
    pub fn below(&self, parts: &[&str]) -> Self {
        let mut text = self.text.trim_end_matches('/').to_owned();
        for part in parts {
            text.push('/');
            for byte in part.bytes() {
                if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
                    text.push(char::from(byte));
                } else {
                    text.push_str(&format!("%{byte:02X}"));
                }
            }
        }
        Self {
            text,
            ..self.clone()
        }
    }

    /// Where a redirect from here leads. Nothing protected leads to anything plain.
    ///
    /// # Errors
    /// If that is malformed, or plain HTTP while this is not.
    pub fn redirect(&self, location: &str) -> Result<Self, SourceUrlError> {
        let target = if location.contains("://") {
            Self::parse(location)?
        } else if let Some(rest) = location.strip_prefix("//") {
            let scheme = if self.is_plain() { "http" } else { "https" };
            Self::parse(&format!("{scheme}://{rest}"))?
        } else if location.starts_with('/') {
            Self::parse(&format!("{}{location}", self.origin()))?
        } else {
            let path = self.path().split('?').next().unwrap_or("");
            let folder = path.rfind('/').map_or("/", |slash| &path[..=slash]);
            Self::parse(&format!("{}{folder}{location}", self.origin()))?
        };
        if target.is_plain() && !self.is_plain() {
            return Err(SourceUrlError::NotHttps(shortened(location)));
        }
        Ok(target)
    }
}

impl fmt::Display for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for SourceUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

fn is_host(host: &str) -> bool {
    match host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
        }
    }
}

fn is_port(port: &str) -> bool {
    match port.strip_prefix(':') {
        Some(number) => {
            number.bytes().all(|byte| byte.is_ascii_digit()) && number.parse::<u16>().is_ok()
        }
        None => port.is_empty(),
    }
}

/// An address for a message: what a server sends may be long and may hold anything.
fn shortened(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(120)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if shown.len() < text.len() && text.chars().count() > 120 {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn protected_addresses_and_this_computer_are_taken() {
        for good in [
            "https://huggingface.co/a/b",
            "HTTPS://example.org:8443",
            "https://[2001:db8::1]/x?y=z",
            "http://127.0.0.1:8080/x",
            "http://[::1]:1/x",
            "http://localhost/",
        ] {
            assert_eq!(SourceUrl::parse(good).unwrap().as_str(), good);
        }
        for plain in [
            "http://huggingface.co/a",
            "http://127.0.0.1.example.org/",
            "http://127.0.0.2/",
        ] {
            assert!(
                matches!(SourceUrl::parse(plain), Err(SourceUrlError::NotHttps(_))),
                "{plain}"
            );
        }
        for bad in [
            "",
            "huggingface.co",
            "file:///etc/passwd",
            "ftp://a/b",
            "https://",
            "https://user@host/",
            "http://127.0.0.1@evil.org/",
            "http://127.0.0.1:80@evil.org/",
            "http://127.0.0.1\\@evil.org/",
            "https://a b/",
            "https://a\n/",
            "https://h:99999/",
            "https://h:+1/",
            "https://[::1/",
            "https://é.org/",
        ] {
            assert!(
                matches!(SourceUrl::parse(bad), Err(SourceUrlError::Malformed(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_redirect_never_leaves_protection() {
        let hub = SourceUrl::parse("https://hub.org/a/resolve/c/f?x=/y").unwrap();
        let to = |location| hub.redirect(location).map(|url| url.to_string());
        assert_eq!(to("https://cdn.org/z").unwrap(), "https://cdn.org/z");
        assert_eq!(to("//cdn.org/z").unwrap(), "https://cdn.org/z");
        assert_eq!(to("/z").unwrap(), "https://hub.org/z");
        assert_eq!(to("z").unwrap(), "https://hub.org/a/resolve/c/z");
        to("http://cdn.org/z").unwrap_err();
        to("http://127.0.0.1/z").unwrap_err();
        to("file:///z").unwrap_err();
        let local = SourceUrl::parse("http://127.0.0.1:9/a").unwrap();
        assert_eq!(
            local.redirect("b").unwrap().as_str(),
            "http://127.0.0.1:9/b"
        );
        local.redirect("http://cdn.org/").unwrap_err();
    }

    #[test]
    fn path_parts_are_escaped() {
        let url = SourceUrl::parse("https://hub.org/a/").unwrap();
        assert_eq!(
            url.below(&["resolve", "exp/32", "a b#?.onnx"]).as_str(),
            "https://hub.org/a/resolve/exp/32/a%20b%23%3F.onnx"
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}", location in "\\PC{0,60}") {
            let _ = SourceUrl::parse(&text);
            let url = SourceUrl::parse(&format!("https://h/{text}"));
            let target = url.and_then(|url| url.redirect(&location));
            prop_assert!(!target.is_ok_and(|target| target.is_plain()));
        }
    }
}
