//! The whole way from a document to Rust.

use crate::{
    Change, Error, Modules, Outline, document::Document, error::Fault, facts::Facts, header, messages, mock, modules,
    outline, passes, progenitor, report::Report, retarget, rules, select,
};

/// The document of the SDK, in its folder `openapi`.
const SDK_DOCUMENT: &str = "cloudflare.json";

/// The SDK's runtime for any other crate.
const RUNTIME: &str = "cloudflare_sdk::runtime";

/// Generates Rust from an OpenAPI 3.0 document.
///
/// # Examples
///
/// See the [crate's documentation](crate).
#[derive(Clone, Debug)]
pub struct Generator {
    name: String,
    operations: Vec<String>,
    runtime: String,
    mock: String,
    schemars_feature: Option<String>,
    client: Option<String>,
    module_features: bool,
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
            operations: Vec::new(),
            runtime: RUNTIME.to_owned(),
            mock: "cloudflare_sdk::mock".to_owned(),
            schemars_feature: None,
            client: None,
            module_features: false,
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

    /// The operations that are wanted; all of the document by default.
    ///
    /// Each pattern is an operation's id, `METHOD /path` with the path as the document writes it, or a tag; `*` in it
    /// stands for any characters, and `?` for one. What the other operations need is not looked at.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudflare_sdk_codegen::Generator;
    ///
    /// let generator = Generator::new("cloudflare.json").operations(["zones-0-get", "GET /zones/{zone_id}/dns_records*", "Page Rules"]);
    /// ```
    #[must_use]
    pub fn operations<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.operations = patterns.into_iter().map(Into::into).collect();
        self
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

    /// Whether each of the [`modules`](Self::modules) is compiled with the feature of its name alone; not by default.
    ///
    /// The crate then declares a feature for each module that it wants to have.
    #[must_use]
    pub fn module_features(mut self, on: bool) -> Self {
        self.module_features = on;
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

    /// Generates a module for each tag, for documents of many operations.
    ///
    /// Each module has a client, builders and models of its own, so that a crate compiles what it uses, and the generator
    /// holds no more than a few of them at once. An operation with several tags belongs to the first. Where
    /// [`module_features`](Self::module_features) is set, each module is compiled with the feature of its name alone.
    ///
    /// # Errors
    ///
    /// Those of [`generate`](Self::generate).
    ///
    /// # Examples
    ///
    /// In a build script:
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let document = std::fs::read_to_string("cloudflare.json")?;
    /// let folder = std::path::PathBuf::from(std::env::var("OUT_DIR")?).join("cloudflare");
    /// std::fs::create_dir_all(&folder)?;
    /// let generator = cloudflare_sdk_codegen::Generator::new("cloudflare.json");
    /// for (name, code) in generator.modules(&document)?.files() {
    ///     std::fs::write(folder.join(name), code)?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// and in the crate:
    ///
    /// ```text
    /// mod cloudflare {
    ///     include!(concat!(env!("OUT_DIR"), "/cloudflare/mod.rs"));
    /// }
    ///
    /// let cloudflare = cloudflare::Client::from_runtime(client.runtime().clone());
    /// let settings = cloudflare.zone_settings().zone_settings_get_all_zone_settings().zone_id(zone).send().await?;
    /// ```
    pub fn modules(&self, document: &str) -> Result<Modules, Error> {
        let fault = |fault| Error::new(&self.name, fault);
        let part = self.part(document).map_err(fault)?;
        modules::generate(self, document, &part, self.module_features)
    }

    /// Generates mocks of the operations, for tests: an extension of `cloudflare_sdk::mock::MockServer`, and the
    /// documented examples as values.
    ///
    /// The code is the content of a module whose parent has what [`generate`](Self::generate) gives for the same
    /// document. It needs `cloudflare-sdk` with its feature `mock`.
    ///
    /// # Errors
    ///
    /// Those of [`generate`](Self::generate). An example that does not fit its schema is no error: it is left out, and the
    /// documentation of the code names it with its place.
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
        let explain = || {
            let adapted = adapted(&self.part(document)?)?;
            Ok(adapted.report.into_changes())
        };
        explain().map_err(|fault| Error::new(&self.name, fault))
    }

    /// Generates what [`generate`](Self::generate) does, and tells what there is in it.
    ///
    /// # Errors
    ///
    /// Those of [`generate`](Self::generate).
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudflare_sdk_codegen::Generator;
    ///
    /// # fn main() -> Result<(), cloudflare_sdk_codegen::Error> {
    /// let document = r#"{
    ///     "openapi": "3.0.3",
    ///     "info": { "title": "Zones", "version": "1" },
    ///     "paths": { "/zones": { "get": { "operationId": "zones_list", "responses": { "204": { "description": "" } } } } }
    /// }"#;
    /// let outline = Generator::new("zones.json").outline(document)?;
    /// assert_eq!(outline.operations[0].function, "zones_list");
    /// assert_eq!(outline.operations[0].value, "()");
    /// # Ok(())
    /// # }
    /// ```
    pub fn outline(&self, document: &str) -> Result<Outline, Error> {
        let code = |(mut outline, code): (Outline, String)| {
            outline.code = header::with_header(&self.name, document, &code);
            outline
        };
        let outlined = || {
            let target = self.target()?;
            let original = self.part(document)?;
            let (made, client) = client(&original, &target)?;
            let mut outline = outline::of_client(&client, &made.facts, &made.shaped)?;
            outline.changes = made.report.into_changes();
            Ok((outline, prettyplease::unparse(&client)))
        };
        outlined().map(code).map_err(|fault| Error::new(&self.name, fault))
    }

    /// The part of a document that the code is generated for: the operations that are wanted, with what they refer to.
    ///
    /// It is a document itself, with everything in the order of the whole.
    ///
    /// # Errors
    ///
    /// [`Error`] when the text is not JSON or not OpenAPI 3.0, when no operation matches a pattern of
    /// [`operations`](Self::operations), and when a `$ref` of the part leads nowhere.
    pub fn select(&self, document: &str) -> Result<String, Error> {
        let part = self.part(document).map_err(|fault| Error::new(&self.name, fault))?;
        Ok(format!("{:#}", part.0))
    }

    fn part(&self, text: &str) -> Result<Document, Fault> {
        let mut document = Document::read(text)?;
        if !self.operations.is_empty() {
            document = select::run(&document, &self.operations)?;
        }
        document.check()?;
        Ok(document)
    }

    /// Generates the calls of the operations with what was recorded, and the lists of models and examples, by which the
    /// tests of the SDK cover what is in its document.
    ///
    /// # Errors
    ///
    /// Those of [`generate_mock`](Self::generate_mock).
    #[doc(hidden)]
    pub fn generate_replay(&self, document: &str) -> Result<String, Error> {
        // The code is not the SDK's own, but that of a crate which uses it.
        self.clone()
            .runtime(RUNTIME)
            .finish(document, |original, facts, file, target| {
                mock::replay::generate(original, facts, &file, target)
            })
    }

    /// Generates the client and makes the file of it that is wanted.
    fn finish(
        &self,
        text: &str,
        make: impl FnOnce(&Document, &Facts, syn::File, &Target) -> Result<syn::File, Fault>,
    ) -> Result<String, Error> {
        let code = || {
            let target = self.target()?;
            let original = self.part(text)?;
            code(&original, &target, make)
        };
        code()
            .map(|code| header::with_header(&self.name, text, &code))
            .map_err(|fault| Error::new(&self.name, fault))
    }

    /// The client of a checked document, without a header.
    pub(crate) fn client_of(&self, document: &Document) -> Result<String, Fault> {
        code(document, &self.target()?, |_, _, file, _| Ok(file))
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn target(&self) -> Result<Target, Fault> {
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

/// The whole way of a checked document.
fn code(
    original: &Document,
    target: &Target,
    make: impl FnOnce(&Document, &Facts, syn::File, &Target) -> Result<syn::File, Fault>,
) -> Result<String, Fault> {
    let (made, client) = client(original, target)?;
    let file = make(&made.original, &made.facts, client, target)?;
    Ok(prettyplease::unparse(&file))
}

/// A document on its way to a client.
struct Adapted {
    /// The document, with an id of its own for each operation.
    original: Document,
    /// The document in the shape that it was brought into before it was adapted to progenitor.
    shaped: Document,
    /// The document as progenitor is given it.
    adapted: Document,
    report: Report,
    facts: Facts,
}

/// Runs all passes: the one place that has their order.
fn adapted(original: &Document) -> Result<Adapted, Fault> {
    rules::check(original)?;
    let mut report = Report::default();
    let mut original = original.clone();
    messages::ids(&mut original, &mut report);
    let mut document = original.clone();
    messages::run(&mut document, &mut report);
    let messages = document.clone();
    passes::shape(&mut document, &mut report);
    let facts = Facts::read(&messages, &document);
    let shaped = document.clone();
    passes::adapt(&mut document, &mut report);
    Ok(Adapted {
        original,
        shaped,
        adapted: document,
        report,
        facts,
    })
}

/// The client of a document, with what it was made of.
fn client(original: &Document, target: &Target) -> Result<(Adapted, syn::File), Fault> {
    let made = adapted(original)?;
    let finish = |part: &Document, file: &mut syn::File| retarget::run(file, &made.facts.of_part(part), target);
    let client = progenitor::generate(&made.adapted, &finish)?;
    Ok((made, client))
}
