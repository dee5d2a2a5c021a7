//! Whether floor and SDK send the same request, without which comparing them would say little.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener},
    thread,
};

use sdk_tests::BASE_PATH;

use crate::{
    callers,
    shared::{Caller, Outcome, one_thread},
};

/// Says what is the same.
pub fn compare() -> Outcome<String> {
    let (floor, sdk) = (sent(true)?, sent(false)?);
    if floor == sdk {
        return Ok(format!(
            "the same request, of {} lines; headers may stand in another order",
            floor.len()
        ));
    }
    let difference: Vec<&String> = floor.symmetric_difference(&sdk).collect();
    Ok(format!("requests that are not the same, in {difference:?}"))
}

/// The lines of a request, and its body; without the address, which is another one each time.
fn sent(by_floor: bool) -> Outcome<BTreeSet<String>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let base_url = format!("http://{}{BASE_PATH}", listener.local_addr()?);
    let server = thread::spawn(move || -> std::io::Result<BTreeSet<String>> {
        let (stream, _) = listener.accept()?;
        let mut reader = BufReader::new(&stream);
        let (mut lines, mut length) = (BTreeSet::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let line = line.trim_end().to_owned();
            match line.split_once(": ") {
                None if line.is_empty() => break,
                Some(("host", _)) => {}
                Some(("content-length", value)) => {
                    length = value.parse().unwrap_or(0);
                    lines.insert(line);
                }
                _ => {
                    lines.insert(line);
                }
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        lines.insert(String::from_utf8_lossy(&body).into_owned());
        // An answer that is not worth repeating the call for, since there is nobody to repeat it to.
        (&stream).write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")?;
        Ok(lines)
    });
    let (floor, sdk) = callers(&base_url)?;
    let runtime = one_thread()?;
    let refused = if by_floor {
        runtime.block_on(floor.call())
    } else {
        runtime.block_on(sdk.call())
    };
    match (refused, server.join()) {
        (Err(_), Ok(lines)) => Ok(lines?),
        (refused, _) => Err(format!("the request was not seen: {refused:?}").into()),
    }
}
