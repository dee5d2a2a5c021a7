//! What is asked of the program.

use std::path::PathBuf;

use clap::{
    Parser,
    builder::{PossibleValuesParser, TypedValueParser},
};
use cloudflare_sdk::types::AutomaticMode;

const AFTER: &str = "\
Exit status:
  0  all zones are done
  1  some zones failed, in this run or by the journal in an earlier one; the others are done
  2  the run could not be made, or not to its end: wrong usage, a journal that cannot be used or written, credentials
     that are refused, a list of zones that cannot be read
  3  stopped before the end, by Ctrl-C; what was under way is done
  130  stopped at once, by Ctrl-C a second time; the zones under way are named

Environment:
  CLOUDFLARE_API_TOKEN  an API token with the permission `Zone Settings Write` or `SSL and Certificates Write`, and
                        `Zone Read` for --all
  CLOUDFLARE_EMAIL, CLOUDFLARE_API_KEY
                        the previous scheme, instead of a token: an e-mail address and a Global API key
  CLOUDFLARE_BASE_URL   another place than https://api.cloudflare.com/client/v4

If none of them is set, a made-up fleet on this machine is worked on, behind a rate limit.";

/// Enrolls a fleet of zones in Cloudflare's Automatic SSL/TLS, or takes it out.
#[derive(Debug, Parser)]
#[command(name = "fleet", after_help = AFTER)]
pub struct Options {
    /// The zones, by their identifiers
    #[arg(value_name = "ZONE", conflicts_with_all = ["file", "all"])]
    pub zones: Vec<String>,
    /// `auto` enrolls the zones, `custom` takes them out
    #[arg(
        long,
        default_value = "auto",
        value_parser = PossibleValuesParser::new(["auto", "custom"]).map(AutomaticMode::from),
    )]
    pub mode: AutomaticMode,
    /// Read the zones from a file, one identifier a line; `-` is the standard input
    #[arg(long, value_name = "PATH", conflicts_with = "all")]
    pub file: Option<PathBuf>,
    /// All zones that the credentials can list; of them those for which the next three options hold
    #[arg(long)]
    pub all: bool,
    /// Only zones of this account
    #[arg(long, value_name = "ID", requires = "all")]
    pub account: Option<String>,
    /// Only zones with this status, such as `active`
    #[arg(long, requires = "all")]
    pub status: Option<String>,
    /// Only zones with this name
    #[arg(long, requires = "all")]
    pub name: Option<String>,
    /// Read only, and say what would change
    #[arg(long, conflicts_with = "journal")]
    pub dry_run: bool,
    /// How many zones are worked on at once
    #[arg(long, value_name = "ZONES", default_value_t = 100)]
    pub concurrency: usize,
    /// How many zones are worked on in all, at most
    #[arg(long, value_name = "ZONES")]
    pub limit: Option<u64>,
    /// Keep the outcomes in a file, and do only what is missing in it
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Try zones again that failed in an earlier run for a reason that was to stay
    #[arg(long, requires = "journal")]
    pub retry_failed: bool,
    /// Print each outcome, and the summary at the end, as a line of JSON
    #[arg(long)]
    pub json: bool,
}
