//! A worker of keymill's benchmarks (bench/worker.go has the protocol) for the
//! system that keymill starts from: "trueno", its batch hash; "trueno-db", its
//! store in memory; and "DashMap and Fx", the map that the store is made of, with
//! the hash that trueno has, which the store itself does not use.

use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::ops::Range;
use std::thread;
use std::time::{Duration, Instant};

use dashmap::DashMap;
use rustc_hash::FxBuildHasher;
use trueno_db::kv::{KvStore, MemoryKvStore};

type Answer = Result<String, String>;

const BATCH: usize = 1024; // rows of a call of a batch, as in bench/subject.go
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// The column of keys or values of a file of rows.
struct Column {
    offsets: Vec<u32>,
    data: Vec<u8>,
}

impl Column {
    fn bytes(&self, i: usize) -> &[u8] {
        &self.data[self.offsets[i] as usize..self.offsets[i + 1] as usize]
    }

    /// Keys were seen to be UTF-8 when the file was read.
    fn text(&self, i: usize) -> &str {
        unsafe { std::str::from_utf8_unchecked(self.bytes(i)) }
    }
}

struct Rows {
    keys: Column,
    values: Column,
    missing: Column,
    order: Vec<u32>,
}

/// Reads the file of rows that bench/storework.go describes.
fn read_rows(name: &str) -> Result<Rows, String> {
    let file = std::fs::read(name).map_err(|e| format!("{name}: {e}"))?;
    let bad = || format!("{name} is no file of rows");
    let mut rest = file.strip_prefix(b"kmrows01").ok_or_else(bad)?;
    let mut take = |n: usize| -> Result<&[u8], String> {
        let (head, tail) = rest.split_at_checked(n).ok_or_else(bad)?;
        rest = tail;
        Ok(head)
    };
    let n = u64::from_le_bytes(take(8)?.try_into().unwrap()) as usize;
    let numbers = |bytes: &[u8]| -> Vec<u32> {
        bytes.chunks_exact(4).map(|b| u32::from_le_bytes(b.try_into().unwrap())).collect()
    };
    let mut column = || -> Result<Column, String> {
        let offsets = numbers(take(4 * (n + 1))?);
        let data = take(offsets[n] as usize)?.to_vec();
        if !offsets.is_sorted() {
            return Err(bad());
        }
        Ok(Column { offsets, data })
    };
    let (keys, values, missing) = (column()?, column()?, column()?);
    let order = numbers(take(4 * n)?);
    for i in 0..n {
        if std::str::from_utf8(keys.bytes(i)).is_err() || std::str::from_utf8(missing.bytes(i)).is_err() {
            return Err(format!("row {i}: the key is not UTF-8, which trueno's keys are"));
        }
    }
    Ok(Rows { keys, values, missing, order })
}

/// What is measured.
enum Subject {
    Hash,
    Store(MemoryKvStore),
    Map(DashMap<String, Vec<u8>, FxBuildHasher>),
}

impl Subject {
    fn new(name: &str, hint: usize) -> Result<Subject, String> {
        match name {
            "trueno" => Ok(Subject::Hash),
            "trueno-db" => Ok(Subject::Store(MemoryKvStore::with_capacity(hint))),
            "DashMap_and_Fx" => Ok(Subject::Map(DashMap::with_capacity_and_hasher(hint, FxBuildHasher))),
            _ => Err(format!("no store is called {name}")),
        }
    }

    fn set(&self, key: &str, value: &[u8]) -> Result<(), String> {
        match self {
            Subject::Hash => return Err("trueno stores nothing".into()),
            Subject::Store(s) => return pollster::block_on(s.set(key, value.to_vec())).map_err(|e| e.to_string()),
            Subject::Map(m) => m.insert(key.to_string(), value.to_vec()),
        };
        Ok(())
    }

    /// Returns the part of the value in a digest.
    fn get(&self, key: &str) -> u64 {
        match self {
            Subject::Hash => 0,
            Subject::Store(s) => seen(pollster::block_on(s.get(key)).ok().flatten().as_deref()),
            Subject::Map(m) => seen(m.get(key).as_deref().map(Vec::as_slice)),
        }
    }

    fn set_batch(&self, pairs: Vec<(&str, Vec<u8>)>) -> Result<(), String> {
        match self {
            Subject::Store(s) => pollster::block_on(s.batch_set(pairs)).map_err(|e| e.to_string()),
            _ => Err("it takes no batches".into()),
        }
    }

    fn get_batch(&self, keys: &[&str]) -> Result<u64, String> {
        match self {
            Subject::Store(s) => {
                let values = pollster::block_on(s.batch_get(keys)).map_err(|e| e.to_string())?;
                Ok(values.iter().fold(0, |sum: u64, v| sum.wrapping_add(seen(v.as_deref()))))
            }
            _ => Err("it takes no batches".into()),
        }
    }
}

/// As in bench/subject.go.
fn seen(value: Option<&[u8]>) -> u64 {
    match value {
        Some(v) if !v.is_empty() => {
            ((v.len() as u64) << 16 | u64::from(v[0]) << 8 | u64::from(v[v.len() - 1])).wrapping_mul(MIX)
        }
        _ => 1,
    }
}

struct Worker {
    name: String,
    rows: Rows,
    load: Rows, // in the order of loading, for batches
    subject: Subject,
}

impl Worker {
    fn open(name: &str, file: &str) -> Result<Worker, String> {
        let rows = read_rows(file)?;
        let ordered = |c: &Column| {
            let mut o = Column { offsets: vec![0], data: Vec::with_capacity(c.data.len()) };
            for &row in &rows.order {
                o.data.extend_from_slice(c.bytes(row as usize));
                o.offsets.push(o.data.len() as u32);
            }
            o
        };
        let empty = || Column { offsets: vec![0], data: vec![] };
        let load = Rows { keys: ordered(&rows.keys), values: ordered(&rows.values), missing: empty(), order: vec![] };
        Ok(Worker { name: name.into(), rows, load, subject: Subject::new(name, 0)? })
    }

    fn run(&mut self, op: &str, batches: bool, range: Range<usize>, threads: usize) -> Answer {
        if let Subject::Hash = self.subject {
            return self.hash(range);
        }
        if op == "load" {
            self.subject = Subject::new(&self.name, 0)?; // the old one is freed first
            self.subject = Subject::new(&self.name, self.rows.order.len())?;
        }
        let part = |t: usize| {
            let at = |t: usize| range.start + range.len() * t / threads;
            at(t)..at(t + 1)
        };
        let work = |r: Range<usize>| if batches { self.batches(op, r) } else { self.calls(op, r) };
        let start = Instant::now();
        let results: Vec<Result<u64, String>> = if threads == 1 {
            vec![work(part(0))]
        } else {
            thread::scope(|scope| {
                let running: Vec<_> = (0..threads).map(|t| scope.spawn(move || work(part(t)))).collect();
                running.into_iter().map(|r| r.join().unwrap_or_else(|_| Err("a thread panicked".into()))).collect()
            })
        };
        let took = start.elapsed();
        let mut digest = 0u64;
        for r in results {
            digest = digest.wrapping_add(r?);
        }
        if op == "load" || op == "update" {
            digest = self.calls("hit", range)?; // whether it is there is not part of the time
        }
        Ok(timed(took, digest))
    }

    /// Hashes the keys by the batch call, which takes and gives vectors.
    fn hash(&self, range: Range<usize>) -> Answer {
        let keys: Vec<&str> = range.map(|i| self.rows.keys.text(i)).collect();
        let start = Instant::now();
        let hashes = black_box(trueno::hash::hash_keys_batch(black_box(&keys)));
        let took = start.elapsed();
        let digest = hashes.iter().fold(0u64, |sum, h| {
            let sum = (sum ^ h).wrapping_mul(MIX);
            sum ^ sum >> 32
        });
        Ok(timed(took, digest))
    }

    fn calls(&self, op: &str, range: Range<usize>) -> Result<u64, String> {
        let (s, rows) = (&self.subject, if op == "load" { &self.load } else { &self.rows });
        let mut digest = 0u64;
        for i in range {
            match op {
                "load" | "update" => s.set(rows.keys.text(i), rows.values.bytes(i))?,
                "mixed" if i % 20 == 0 => s.set(rows.keys.text(i), rows.values.bytes(i))?,
                "hit" | "mixed" => digest = digest.wrapping_add(s.get(rows.keys.text(i))),
                "miss" => digest = digest.wrapping_add(s.get(rows.missing.text(i))),
                _ => return Err(format!("operation {op:?} is unknown")),
            }
        }
        Ok(digest)
    }

    fn batches(&self, op: &str, range: Range<usize>) -> Result<u64, String> {
        let (s, rows) = (&self.subject, if op == "load" { &self.load } else { &self.rows });
        let mut digest = 0u64;
        for lo in range.clone().step_by(BATCH) {
            let batch = lo..range.end.min(lo + BATCH);
            match op {
                "load" | "update" => {
                    s.set_batch(batch.map(|i| (rows.keys.text(i), rows.values.bytes(i).to_vec())).collect())?;
                }
                "hit" | "miss" => {
                    let from = if op == "hit" { &rows.keys } else { &rows.missing };
                    let keys: Vec<&str> = batch.map(|i| from.text(i)).collect();
                    digest = digest.wrapping_add(s.get_batch(&keys)?);
                }
                _ => return Err(format!("operation {op:?} has no form in batches")),
            }
        }
        Ok(digest)
    }
}

fn timed(took: Duration, digest: u64) -> String {
    format!("ok {} {digest}", took.as_nanos())
}

/// How much memory the process has.
fn resident() -> i64 {
    unsafe { libc::malloc_trim(0) };
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: i64 = statm.split_whitespace().nth(1).and_then(|p| p.parse().ok()).unwrap_or(0);
    pages * unsafe { libc::sysconf(libc::_SC_PAGESIZE) }
}

fn answer(worker: &mut Option<Worker>, request: &str) -> Answer {
    let number = |text: &str| text.parse::<usize>().map_err(|e| format!("{text}: {e}"));
    match (request.split_whitespace().collect::<Vec<_>>().as_slice(), worker) {
        (["open", name, file], worker) => {
            let w = worker.insert(Worker::open(name, file)?);
            let before = resident();
            if !matches!(w.subject, Subject::Hash) {
                let rows = w.rows.order.len();
                w.run("load", false, 0..rows, 1)?;
            }
            Ok(format!("ok {}", (resident() - before).max(0)))
        }
        (["run", op, form, lo, hi, threads], Some(w)) => {
            let (range, threads) = (number(lo)?..number(hi)?, number(threads)?);
            if range.start > range.end || range.end > w.rows.keys.offsets.len() - 1 || threads == 0 {
                return Err(format!("rows {range:?} on {threads} threads"));
            }
            w.run(op, *form == "batches", range, threads)
        }
        _ => Err(format!("request {request:?} is unknown, or comes before open")),
    }
}

fn main() -> io::Result<()> {
    let mut worker = None;
    for request in io::stdin().lock().lines() {
        let answer = answer(&mut worker, &request?).unwrap_or_else(|e| format!("error {}", e.replace('\n', "; ")));
        writeln!(io::stdout(), "{answer}")?;
    }
    Ok(())
}
