//! The whole way from a document to Rust.

use crate::{
    Change, Error, document::Document, error::Fault, facts::Facts, header, messages, mock, passes, progenitor,
    report::Report, retarget, rules,
};

/// The document of the SDK, in its folder `openapi`.
const SDK_DOCUMENT: &str = "cloudflare.json";

/// Generates Rust from an OpenAPI 3.0 document.
///
/// # Examples
///
/// See the [crate's documentation](crate).
#[derive(Clone, Debug)]
pub struct Generator {
    name: String,
    runtime: String,
    mock: String,
    schemars_feature: Option<String>,
    client: Option<String>,
}

/// What the generated code is to refer to.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) runtime: syn::Path,
    /// The SDK's module for mocks.
    pub(crate) mock: syn::Path,
    pub(crate) schemars_feature: Option<String>,
    /// The path of the client from outside, for examples.
    pub(crate) client: Option<String>,
}

impl Generator {
    /// A generator for the document called `name`.
    ///
    /// The name stands in the header of the generated code and in errors. Give the file's name alone, without its
    /// folder, so that the output is the same wherever the project lies.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            runtime: "cloudflare_sdk::runtime".to_owned(),
            mock: "cloudflare_sdk::mock".to_owned(),
            schemars_feature: None,
            client: None,
        }
    }

    /// The generator as the SDK itself is generated, the same for `cargo xtask codegen` and for its build script.
    #[must_use]
    pub fn of_sdk() -> Self {
        Self::new(SDK_DOCUMENT)
            .runtime("crate::runtime")
            .mock("crate::mock")
            .schemars_feature("schemars")
            .client("cloudflare_sdk::Client")
    }

    /// The path of the SDK's runtime as the generated code is to name it.
    ///
    /// The default is `cloudflare_sdk::runtime`, which is right in every crate but the SDK itself.
    #[must_use]
    pub fn runtime(mut self, path: impl Into<String>) -> Self {
        self.runtime = path.into();
        self
    }

    /// The path of the SDK's module for mocks as what [`generate_mock`](Self::generate_mock) gives is to name it.
    ///
    /// The default is `cloudflare_sdk::mock`, which is right in every crate but the SDK itself.
    #[must_use]
    pub fn mock(mut self, path: impl Into<String>) -> Self {
        self.mock = path.into();
        self
    }

    /// The feature of the crate under which the models derive `schemars::JsonSchema`; none by default.
    ///
    /// The crate then needs an optional dependency on `schemars` 1 with its feature `chrono04`.
    #[must_use]
    pub fn schemars_feature(mut self, feature: impl Into<String>) -> Self {
        self.schemars_feature = Some(feature.into());
        self
    }

    /// The path under which users of the crate know the generated client, for instance `my_crate::Client`.
    ///
    /// With it, the operations are documented with examples, which are doc tests; beside the client the crate must
    /// have `Error`. Without it, which is the default, there are none.
    #[must_use]
    pub fn client(mut self, path: impl Into<String>) -> Self {
        self.client = Some(path.into());
        self
    }

    /// Generates formatted Rust, with a header that says how it was made.
    ///
    /// The code is the content of a module, to be included or saved as a file. It needs `cloudflare-sdk`, `serde`,
    /// `serde_json` and `chrono` (for dates) as dependencies.
    ///
    /// # Errors
    ///
    /// [`Error`] when the text is not JSON or not OpenAPI 3.0, when a `$ref` leads nowhere, when names would collide in
    /// Rust, or when there is no code for a construct.
    pub fn generate(&self, document: &str) -> Result<String, Error> {
        self.finish(document, |_, _, file, _| Ok(file))
    }

    /// Generates mocks of the operations, for tests: an extension of `cloudflare_sdk::mock::MockServer`, and the
    /// documented examples as values.
    ///
    /// The code is the content of a module whose parent has what [`generate`](Self::generate) gives for the same
    /// document. It needs `cloudflare-sdk` with its feature `mock`.
    ///
    /// # Errors
    ///
    /// Those of [`generate`](Self::generate), and an [`Error`] when an example does not fit its schema.
    pub fn generate_mock(&self, document: &str) -> Result<String, Error> {
        self.finish(document, |original, facts, file, target| {
            mock::generate(original, facts, &file, target)
        })
    }

    /// Tells what is changed in a document, in memory, before code is generated from it, and what is lost by that.
    ///
    /// # Errors
    ///
    /// Those of [`generate`](Self::generate) about what is no document that code can be generated from.
    pub fn explain(&self, document: &str) -> Result<Vec<Change>, Error> {
        let mut report = Report::default();
        let mut document = Self::read(document).map_err(|fault| Error::new(&self.name, fault))?;
        messages::ids(&mut document, &mut report);
        messages::run(&mut document, &mut report);
        passes::run(&mut document, &mut report);
        Ok(report.into_changes())
    }

    fn read(text: &str) -> Result<Document, Fault> {
        let document = Document::parse(text)?;
        rules::check(&document)?;
        Ok(document)
    }

    /// Generates the client and makes the file of it that is wanted.
    fn finish(
        &self,
        text: &str,
        make: impl FnOnce(&Document, &Facts, syn::File, &Target) -> Result<syn::File, Fault>,
    ) -> Result<String, Error> {
        let code = || {
            let target = self.target()?;
            let mut report = Report::default();
            let mut original = Self::read(text)?;
            messages::ids(&mut original, &mut report);
            let mut document = original.clone();
            messages::run(&mut document, &mut report);
            let facts = Facts::read(&document);
            passes::run(&mut document, &mut report);
            let finish = |part: &Document, file: &mut syn::File| retarget::run(file, &facts.of_part(part), &target);
            let client = progenitor::generate(&document, &finish)?;
            let file = make(&original, &facts, client, &target)?;
            Ok(prettyplease::unparse(&file))
        };
        code()
            .map(|code| header::with_header(&self.name, text, &code))
            .map_err(|fault| Error::new(&self.name, fault))
    }

    fn target(&self) -> Result<Target, Fault> {
        let path = |what: &str, path: &str| {
            syn::parse_str(path).map_err(|_| Fault::new("", format!("the {what} `{path}` is not a path of Rust")))
        };
        Ok(Target {
            runtime: path("runtime", &self.runtime)?,
            mock: path("module for mocks", &self.mock)?,
            schemars_feature: self.schemars_feature.clone(),
            client: self.client.clone(),
        })
    }
}
