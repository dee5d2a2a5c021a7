//! Generates the typed half of the Cloudflare SDK from an OpenAPI 3.0 document.
