//! Requests over HTTPS: proxies of the environment, time-outs, redirects that stay protected.

use std::{io::Read, time::Duration};

use sotto_models::SourceUrl;
use ureq::{
    Agent,
    http::{HeaderMap, header},
    tls::{RootCerts, TlsConfig},
};

use crate::FetchError;

/// How patient a download is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkOptions {
    /// For a connection, names and encryption included.
    pub connect_timeout: Duration,
    /// For the head of an answer.
    pub answer_timeout: Duration,
    /// For the next bytes of a body.
    pub read_timeout: Duration,
    /// A connection that brings less than [`NetworkOptions::min_bytes`] in this time is given up.
    pub stall_period: Duration,
    /// See [`NetworkOptions::stall_period`].
    pub min_bytes: u64,
    /// Addresses that a file may be passed on to, one after the other.
    pub max_redirects: u32,
    /// Attempts in a row that may bring next to nothing.
    pub max_fruitless_attempts: u32,
    /// Wait before the second of them; it doubles each time.
    pub first_wait: Duration,
    /// Longest wait.
    pub max_wait: Duration,
}

impl Default for NetworkOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(20),
            answer_timeout: Duration::from_secs(30),
            read_timeout: Duration::from_secs(30),
            stall_period: Duration::from_secs(30),
            min_bytes: 32 << 10,
            max_redirects: 5,
            max_fruitless_attempts: 8,
            first_wait: Duration::from_secs(1),
            max_wait: Duration::from_secs(60),
        }
    }
}

/// Asks servers for files.
#[derive(Debug, Clone)]
pub struct Client {
    /// HTTPS, by the proxy of the environment.
    protected: Agent,
    /// Plain HTTP to this computer.
    local: Agent,
    options: NetworkOptions,
}

/// Where to go on, and which version of the file the part before is of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resume<'a> {
    pub(crate) start: u64,
    pub(crate) etag: Option<&'a str>,
}

/// The head of an answer, and its body still to be read.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Box<dyn Read + Send>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Length of the body, if the server tells.
    pub(crate) fn content_length(&self) -> Option<u64> {
        self.header("content-length")?.trim().parse().ok()
    }
}

/// A request that brought nothing.
#[derive(Debug)]
pub(crate) enum RequestFault {
    /// Worth another attempt.
    Transient(String),
    Fatal(FetchError),
}

impl<E: Into<FetchError>> From<E> for RequestFault {
    fn from(error: E) -> Self {
        Self::Fatal(error.into())
    }
}

impl Client {
    /// A client; it connects when it is asked for something.
    #[must_use]
    pub fn new(options: NetworkOptions) -> Self {
        let config = || {
            let tls = TlsConfig::builder()
                .root_certs(RootCerts::PlatformVerifier)
                .build();
            Agent::config_builder()
                .tls_config(tls)
                .http_status_as_error(false)
                .max_redirects(0)
                .user_agent(concat!("sotto-fetch/", env!("CARGO_PKG_VERSION")))
                .timeout_resolve(Some(options.connect_timeout))
                .timeout_connect(Some(options.connect_timeout))
                .timeout_send_request(Some(options.answer_timeout))
                .timeout_recv_response(Some(options.answer_timeout))
                .timeout_per_read(Some(options.read_timeout))
        };
        Self {
            protected: config().https_only(true).build().new_agent(),
            local: config().proxy(None).build().new_agent(),
            options,
        }
    }

    /// How patient it is.
    #[must_use]
    pub const fn options(&self) -> &NetworkOptions {
        &self.options
    }

    /// Asks for a file, or the rest of it, and follows redirects.
    pub(crate) fn get(
        &self,
        url: &SourceUrl,
        resume: Option<Resume<'_>>,
    ) -> Result<Answer, RequestFault> {
        let mut target = url.clone();
        for _ in 0..=self.options.max_redirects {
            let agent = if target.is_plain() {
                &self.local
            } else {
                &self.protected
            };
            let mut request = agent
                .get(target.as_str())
                .header(header::ACCEPT_ENCODING, "identity");
            if let Some(Resume { start, etag }) = resume {
                request = request.header(header::RANGE, format!("bytes={start}-"));
                if let Some(etag) = etag {
                    request = request.header(header::IF_RANGE, etag);
                }
            }
            let response = request.call().map_err(|error| fault(&target, error))?;
            let (parts, body) = response.into_parts();
            let answer = Answer {
                status: parts.status.as_u16(),
                headers: parts.headers,
                body: Box::new(body.into_reader()),
            };
            if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            let location = answer.header("location").unwrap_or("");
            target = target.redirect(location)?;
        }
        Err(FetchError::Redirects(url.clone()).into())
    }
}

/// Whether another attempt may help.
fn fault(url: &SourceUrl, error: ureq::Error) -> RequestFault {
    use ureq::Error;
    match error {
        Error::BadUri(_) | Error::Http(_) | Error::RequireHttpsOnly(_) => {
            FetchError::Url(sotto_models::SourceUrlError::Malformed(url.to_string())).into()
        }
        Error::Tls(_) | Error::Rustls(_) | Error::TlsRequired => FetchError::Network {
            url: url.clone(),
            reason: format!("the connection cannot be protected: {error}"),
        }
        .into(),
        error => RequestFault::Transient(error.to_string()),
    }
}
