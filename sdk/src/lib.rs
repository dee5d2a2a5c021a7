//! Cloudflare SDK for Rust.
