//! The connection to the session bus, which in a Flatpak goes through a proxy.
//!
//! xdg-dbus-proxy before 0.1.6 (Debian 12, Ubuntu 24.04) ends a connection whose client sends on before its
//! authentication is answered, which zbus does since version 6. In a sandbox, what follows the first line is held back
//! until the answer is there, and no file descriptors are negotiated: nothing that Sotto says on this bus has any.

use std::{
    env, io, mem,
    os::fd::{BorrowedFd, OwnedFd},
    path::Path,
    sync::Arc,
};

use async_trait::async_trait;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::Mutex,
};
use zbus::{
    Address, Connection,
    address::transport::{Transport, UnixSocket},
    connection::{
        Builder, Socket,
        socket::{ReadHalf, Split, WriteHalf},
    },
};

const LINE_END: &[u8] = b"\r\n";

/// Connects to the user's session bus, from wherever this process runs.
///
/// # Errors
///
/// Where there is no session bus, or it cannot be reached.
pub async fn session_bus() -> zbus::Result<Connection> {
    if is_sandboxed()
        && let Transport::Unix(unix) = Address::session()?.transport()
        && let UnixSocket::File(path) = unix.path()
    {
        let stream = UnixStream::connect(path).await?;
        return Builder::socket(InTurn(stream)).build().await;
    }
    Connection::session().await
}

fn is_sandboxed() -> bool {
    env::var_os("FLATPAK_ID").is_some() && Path::new("/.flatpak-info").exists()
}

/// A stream on which the commands of the handshake are sent one by one.
#[derive(Debug)]
struct InTurn(UnixStream);

impl Socket for InTurn {
    type ReadHalf = Reader;
    type WriteHalf = Writer;

    fn split(self) -> Split<Reader, Writer> {
        let (read, write) = self.0.into_split();
        let write = Arc::new(Mutex::new(Sending {
            stream: write,
            held: Held::Everything,
        }));
        let reader = Reader {
            stream: read,
            awaited: Some(Arc::clone(&write)),
        };
        Split::new(reader, Writer(write))
    }
}

/// What of the handshake is not sent yet.
#[derive(Debug)]
enum Held {
    /// Nothing was sent at all.
    Everything,
    /// What follows the first line, until that is answered.
    Rest(Vec<u8>),
    Nothing,
}

#[derive(Debug)]
struct Sending {
    stream: OwnedWriteHalf,
    held: Held,
}

#[derive(Debug)]
struct Reader {
    stream: OwnedReadHalf,
    /// What waits for the first answer.
    awaited: Option<Arc<Mutex<Sending>>>,
}

#[derive(Debug)]
struct Writer(Arc<Mutex<Sending>>);

#[async_trait]
impl ReadHalf for Reader {
    async fn recvmsg(&mut self, buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
        let n_read = self.stream.read(buffer).await?;
        if let Some(awaited) = self.awaited.take() {
            let mut sending = awaited.lock().await;
            if let Held::Rest(rest) = mem::replace(&mut sending.held, Held::Nothing) {
                sending.stream.write_all(&rest).await?;
            }
        }
        Ok((n_read, Vec::new()))
    }
}

#[async_trait]
impl WriteHalf for Writer {
    async fn sendmsg(&mut self, buffer: &[u8], _fds: &[BorrowedFd<'_>]) -> io::Result<usize> {
        let mut sending = self.0.lock().await;
        let mut lines = buffer.windows(LINE_END.len());
        match (&mut sending.held, lines.position(|end| end == LINE_END)) {
            (Held::Everything, Some(line)) => {
                let (first, rest) = buffer.split_at(line + LINE_END.len());
                sending.held = Held::Rest(rest.to_vec());
                sending.stream.write_all(first).await?;
                Ok(buffer.len())
            }
            (Held::Rest(rest), _) => {
                rest.extend_from_slice(buffer);
                Ok(buffer.len())
            }
            _ => sending.stream.write(buffer).await,
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.0.lock().await.stream.shutdown().await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn a_proxy_gets_one_command_at_a_time() {
        let (ours, mut proxy) = UnixStream::pair().unwrap();
        let connecting = tokio::spawn(Builder::socket(InTurn(ours)).build());
        let mut buffer = vec![0; 4096];

        let n_read = proxy.read(&mut buffer).await.unwrap();
        let first = String::from_utf8_lossy(&buffer[..n_read]).into_owned();
        assert!(first.starts_with("\0AUTH EXTERNAL "), "{first:?}");
        assert_eq!(first.matches("\r\n").count(), 1, "{first:?}");
        assert!(first.ends_with("\r\n"), "{first:?}");
        let early = tokio::time::timeout(Duration::from_millis(100), proxy.read(&mut buffer));
        assert!(early.await.is_err(), "more came before the answer");

        proxy
            .write_all(b"OK 1234deadbeef1234deadbeef1234dead\r\n")
            .await
            .unwrap();
        let n_read = proxy.read(&mut buffer).await.unwrap();
        assert!(buffer.starts_with(b"BEGIN\r\nl"), "{:?}", &buffer[..n_read]);
        drop(proxy);
        assert!(connecting.await.unwrap().is_err());
    }
}
