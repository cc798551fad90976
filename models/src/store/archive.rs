//! Unpacks tar archives, plain or compressed by gzip or bzip2, from people that one does not trust.
//!
//! Only directories and regular files are taken. A link, a device, a path that leads outside, too
//! many entries, too many bytes, or an archive that ends too early make the whole archive refused.
//! Entries are read raw, because the library would read a name of any length into memory.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Write as _},
    path::{Component, Path, PathBuf},
};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use tar::{Archive, Entry, EntryType};
use tr::tr;

use super::StoreError;

/// How much an archive may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArchiveLimits {
    /// Entries of any kind.
    pub max_entries: u64,
    /// Bytes of all files together.
    pub max_bytes: u64,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        Self {
            max_entries: 10_000,
            max_bytes: 8 << 30,
        }
    }
}

/// Longest name that an entry may have.
const MAX_NAME_BYTES: u64 = 4096;
/// Most bytes of names and times that precede one entry.
const MAX_EXTENSION_BYTES: u64 = 64 << 10;
/// Deepest folder.
const MAX_DEPTH: usize = 8;
/// Padding that may follow the last entry.
const MAX_TAIL_BYTES: u64 = 1 << 20;
/// Files may become this much longer before the disk is asked for space again.
const SPACE_CHECK_BYTES: u64 = 64 << 20;

/// Unpacks an archive into an empty folder that exists.
///
/// # Errors
/// If the archive is refused or the disk is; the folder then holds leftovers.
pub fn unpack(archive: &Path, into: &Path, limits: ArchiveLimits) -> Result<(), StoreError> {
    let refused = |reason: String| StoreError::Refused {
        path: archive.to_owned(),
        reason,
    };
    let file = File::open(archive).map_err(|error| StoreError::from_io(archive, error))?;
    let mut file = BufReader::with_capacity(1 << 16, file);
    let start = file
        .fill_buf()
        .map_err(|error| StoreError::from_io(archive, error))?;
    let mut reader: Box<dyn Read> = match start {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(file)),
        [b'B', b'Z', b'h', ..] => Box::new(MultiBzDecoder::new(file)),
        [b'P', b'K', 3, 4, ..] => {
            let reason = "it is a zip archive; unpack it, and import the folder";
            return Err(refused(reason.to_owned()));
        }
        start if start.get(257..262) == Some(b"ustar") => Box::new(file),
        _ => {
            let reason = "it is not a tar, tar.gz or tar.bz2 archive";
            return Err(refused(reason.to_owned()));
        }
    };
    let mut unpacking = Unpacking {
        into,
        limits,
        n_entries: 0,
        n_bytes: 0,
        unchecked_bytes: SPACE_CHECK_BYTES,
        files: BTreeSet::new(),
    };
    let failed = |fault| match fault {
        Fault::Refused(reason) => refused(reason),
        Fault::Disk(error) => error,
        Fault::Read(error) => refused(tr!("it is damaged or cut off ({})", error)),
    };
    unpacking.run(&mut reader).map_err(failed)?;
    let tail = io::copy(&mut reader.take(MAX_TAIL_BYTES + 1), &mut io::sink())
        .map_err(|error| failed(Fault::Read(error)))?;
    if tail > MAX_TAIL_BYTES {
        return Err(refused(tr!("something follows its end")));
    }
    if unpacking.files.is_empty() {
        return Err(refused(tr!("it holds no file")));
    }
    Ok(())
}

enum Fault {
    /// The archive holds what it must not.
    Refused(String),
    /// A file cannot be written.
    Disk(StoreError),
    /// The archive cannot be read on.
    Read(io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

fn refuse<T>(reason: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Refused(reason.into()))
}

struct Unpacking<'a> {
    into: &'a Path,
    limits: ArchiveLimits,
    n_entries: u64,
    n_bytes: u64,
    /// Bytes since the disk was asked for space.
    unchecked_bytes: u64,
    files: BTreeSet<PathBuf>,
}

impl Unpacking<'_> {
    fn run(&mut self, reader: &mut dyn Read) -> Result<(), Fault> {
        let mut archive = Archive::new(reader);
        // The name that entries of their own give to the entry after them.
        let mut long_name: Option<Vec<u8>> = None;
        for entry in archive.entries()?.raw(true) {
            let mut entry = entry?;
            self.n_entries += 1;
            if self.n_entries > self.limits.max_entries {
                let max = self.limits.max_entries;
                return refuse(tr!("it has more than {} entries", max));
            }
            match entry.header().entry_type() {
                EntryType::XGlobalHeader => {
                    read_short(&mut entry, MAX_EXTENSION_BYTES)?;
                }
                EntryType::GNULongName => {
                    let mut name = read_short(&mut entry, MAX_NAME_BYTES)?;
                    name.truncate(
                        name.iter()
                            .position(|byte| *byte == 0)
                            .unwrap_or(name.len()),
                    );
                    long_name = Some(name);
                }
                EntryType::XHeader => {
                    if let Some(name) =
                        name_in_extension(&read_short(&mut entry, MAX_EXTENSION_BYTES)?)?
                    {
                        long_name = Some(name);
                    }
                }
                EntryType::Directory => {
                    let path = self.path(&entry, long_name.take())?;
                    let dir = self.into.join(path);
                    fs::create_dir_all(&dir).map_err(|error| disk(&dir, error))?;
                }
                EntryType::Regular | EntryType::Continuous => {
                    let path = self.path(&entry, long_name.take())?;
                    self.file(&mut entry, path)?;
                }
                kind => {
                    let path = self.path(&entry, long_name.take()).unwrap_or_default();
                    let what = match kind {
                        EntryType::Symlink | EntryType::Link | EntryType::GNULongLink => "a link",
                        _ => "neither a file nor a folder",
                    };
                    return refuse(format!("\"{}\" in it is {what}", path.display()));
                }
            }
        }
        Ok(())
    }

    /// Where an entry belongs, below the folder.
    fn path(
        &self,
        entry: &Entry<'_, &mut dyn Read>,
        long_name: Option<Vec<u8>>,
    ) -> Result<PathBuf, Fault> {
        let bytes = long_name.unwrap_or_else(|| entry.path_bytes().into_owned());
        let Ok(text) = String::from_utf8(bytes) else {
            return refuse("the name of a file in it is not UTF-8");
        };
        let mut path = PathBuf::new();
        for component in Path::new(&text).components() {
            match component {
                Component::Normal(part) => path.push(part),
                Component::CurDir => {}
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                    return refuse(format!("\"{}\" leads out of it", text.escape_debug()));
                }
            }
        }
        if text.chars().any(char::is_control) {
            return refuse(format!("\"{}\" is not a name", text.escape_debug()));
        }
        if path.components().count() > MAX_DEPTH {
            return refuse(format!("\"{text}\" lies too deep"));
        }
        Ok(path)
    }

    fn file(&mut self, entry: &mut Entry<'_, &mut dyn Read>, path: PathBuf) -> Result<(), Fault> {
        let size = entry.header().entry_size()?;
        self.n_bytes = self.n_bytes.saturating_add(size);
        if self.n_bytes > self.limits.max_bytes {
            let max = self.limits.max_bytes / 1_000_000;
            return refuse(tr!("it holds more than {} MB", max));
        }
        if path.as_os_str().is_empty() || !self.files.insert(path.clone()) {
            return refuse(format!("\"{}\" is in it twice", path.display()));
        }
        let target = self.into.join(path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(|error| disk(parent, error))?;
        }
        // A folder of the same name, made by another entry, is an error here.
        let mut file = File::create_new(&target).map_err(|error| disk(&target, error))?;
        let mut bytes = vec![0; 1 << 16];
        let mut left = size;
        while left > 0 {
            let n_read = entry.read(&mut bytes)?;
            if n_read == 0 {
                return Err(Fault::Read(io::ErrorKind::UnexpectedEof.into()));
            }
            let n_bytes = n_read as u64;
            self.unchecked_bytes += n_bytes;
            if self.unchecked_bytes >= SPACE_CHECK_BYTES {
                super::check_free_space(self.into, left.min(2 * SPACE_CHECK_BYTES))
                    .map_err(Fault::Disk)?;
                self.unchecked_bytes = 0;
            }
            file.write_all(&bytes[..n_read])
                .map_err(|error| disk(&target, error))?;
            left = left.saturating_sub(n_bytes);
        }
        Ok(())
    }
}

fn disk(path: &Path, error: io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::AlreadyExists
        | io::ErrorKind::NotADirectory
        | io::ErrorKind::IsADirectory => {
            Fault::Refused(tr!("a file and a folder in it have the same name"))
        }
        io::ErrorKind::InvalidFilename => {
            Fault::Refused(tr!("the name of a file in it is too long"))
        }
        _ => Fault::Disk(StoreError::from_io(path, error)),
    }
}

fn read_short(entry: &mut Entry<'_, &mut dyn Read>, max_bytes: u64) -> Result<Vec<u8>, Fault> {
    let size = entry.header().entry_size()?;
    if size > max_bytes {
        return refuse("the name of a file in it is too long");
    }
    let mut bytes = Vec::new();
    entry.take(max_bytes).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != size {
        return Err(Fault::Read(io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(bytes)
}

/// The path that an extended header of POSIX gives: records of `length key=value` and a line feed.
fn name_in_extension(mut records: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
    const MALFORMED: &str = "an extended header in it is malformed";
    let mut name = None;
    while !records.is_empty() {
        let Some(space) = records.iter().take(8).position(|byte| *byte == b' ') else {
            return refuse(MALFORMED);
        };
        let length = str::from_utf8(&records[..space])
            .ok()
            .and_then(|digits| digits.parse::<usize>().ok())
            .filter(|length| (space + 2..=records.len()).contains(length));
        let Some(length) = length else {
            return refuse(MALFORMED);
        };
        let record = &records[space + 1..length - 1];
        let Some(equals) = record.iter().position(|byte| *byte == b'=') else {
            return refuse(MALFORMED);
        };
        match &record[..equals] {
            b"path" => name = Some(record[equals + 1..].to_vec()),
            b"size" => return refuse("a file in it is too large"),
            b"linkpath" => return refuse("it holds a link"),
            key if key.starts_with(b"GNU.sparse.") => return refuse("it holds a sparse file"),
            _ => {}
        }
        records = &records[length..];
    }
    Ok(name)
}
