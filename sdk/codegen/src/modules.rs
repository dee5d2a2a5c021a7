//! Many operations in modules by tag, so that a crate compiles those that it uses.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use quote::{format_ident, quote};
use syn::Ident;

use crate::{
    Error, Generator,
    document::Document,
    error::Fault,
    facts::{self, Facts},
    generator::Target,
    header, retarget,
};

/// What the client of all modules has beside a method for each.
const TAKEN: [&str; 4] = ["clone", "from_runtime", "runtime", "with_options"];

/// The modules of a document, one for each tag; made by [`Generator::modules`].
#[derive(Clone, Debug)]
pub struct Modules {
    modules: Vec<Module>,
    root: String,
}

/// The operations of a tag, as a module of its own: with a client, builders and models.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Module {
    /// Its name in Rust, which is also that of its feature.
    pub name: String,
    /// The tag; none for operations that have no tag.
    pub tag: Option<String>,
    /// The ids of its operations.
    pub operations: Vec<String>,
    /// What [`Generator::generate`] gives for these operations.
    pub code: String,
}

impl Modules {
    /// The modules, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Module> {
        self.modules.iter()
    }

    /// The module that declares the others, with a client that leads to all of theirs.
    #[must_use]
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The names and texts of the files that make up the module: `mod.rs` and one file a tag.
    ///
    /// They belong into one folder. A build script writes them below `OUT_DIR`, and the crate includes `mod.rs`.
    pub fn files(&self) -> impl Iterator<Item = (String, &str)> {
        let files = self
            .modules
            .iter()
            .map(|module| (format!("{}.rs", module.name), module.code.as_str()));
        [("mod.rs".to_owned(), self.root())].into_iter().chain(files)
    }
}

/// The operations of a module, before there is code.
struct Group {
    tag: Option<String>,
    /// By path and method.
    operations: Vec<(String, &'static str)>,
}

/// Generates a module for each tag of a document.
pub(crate) fn generate(
    generator: &Generator,
    text: &str,
    document: &Document,
    features: bool,
) -> Result<Modules, Error> {
    let groups = groups(document);
    let fault = |fault| Error::new(generator.name(), fault);
    let codes = in_parallel(&groups, |(_, group)| {
        let part = document.part(|path, method| group.operations.iter().any(|(p, m)| p == path && *m == method));
        part.check().and_then(|()| generator.client_of(&part)).map(|code| {
            let ids = Facts::read(&part, &part).operations.into_keys().collect();
            (ids, header::with_header(generator.name(), text, &code))
        })
    });
    let mut modules = Vec::with_capacity(groups.len());
    for ((name, group), code) in groups.into_iter().zip(codes) {
        let (operations, code) = code.map_err(fault)?;
        modules.push(Module {
            name,
            tag: group.tag,
            operations,
            code,
        });
    }
    let target = generator.target().map_err(fault)?;
    let root = root(&modules, features, &target).map_err(|reason| fault(Fault::new("/tags", reason)))?;
    Ok(Modules {
        modules,
        root: header::with_header(generator.name(), text, &root),
    })
}

/// The operations by the name of their module, which is that of their first tag.
fn groups(document: &Document) -> BTreeMap<String, Group> {
    let mut groups = BTreeMap::new();
    for operation in document.operations() {
        let tag = operation.tags().next();
        let group = groups.entry(module_name(tag)).or_insert_with(|| Group {
            tag: tag.map(str::to_owned),
            operations: Vec::new(),
        });
        group.operations.push((operation.path.to_owned(), operation.method));
    }
    groups
}

fn module_name(tag: Option<&str>) -> String {
    let words = tag
        .unwrap_or_default()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let mut name = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("_");
    if name.is_empty() {
        "untagged".clone_into(&mut name);
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    let name = facts::snake(&name);
    match TAKEN.contains(&name.as_str()) {
        true => name + "_",
        false => name,
    }
}

/// Does `work` for each item, on as many threads as there are processors; the results are in the order of the items.
fn in_parallel<I: Sync, R: Send>(items: impl IntoIterator<Item = I>, work: impl Fn(&I) -> R + Sync) -> Vec<R> {
    let items: Vec<I> = items.into_iter().collect();
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(items.len()));
    let take = || {
        while let Some((index, item)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            items.get(index).map(|item| (index, item))
        } {
            let result = work(item);
            results
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((index, result));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    thread::scope(|scope| (0..threads).for_each(|_| _ = scope.spawn(take)));
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

fn root(modules: &[Module], features: bool, target: &Target) -> Result<String, String> {
    let (runtime, constructors) = (&target.runtime, retarget::client::constructors(target));
    let names: Vec<Ident> = modules.iter().map(|module| format_ident!("{}", module.name)).collect();
    let texts: Vec<String> = (modules.iter())
        .map(|module| match &module.tag {
            Some(tag) => format!(" The operations with the tag `{tag}`."),
            None => " The operations without a tag.".to_owned(),
        })
        .collect();
    let conditions: Vec<_> = (modules.iter())
        .map(|module| {
            let name = &module.name;
            features.then(|| quote!(#[cfg(feature = #name)]))
        })
        .collect();
    let file = syn::parse2(quote! {
        #(
            #[doc = #texts]
            #conditions
            pub mod #names;
        )*

        /// Calls the operations of all modules.
        ///
        /// It is cheap to clone, and its clones share connections.
        #[derive(Clone, Debug)]
        pub struct Client {
            runtime: #runtime::Runtime,
        }

        #constructors

        impl Client {
            #(
                #[doc = #texts]
                #conditions
                #[must_use]
                pub fn #names(&self) -> #names::Client {
                    #names::Client::from_runtime(self.runtime.clone())
                }
            )*
        }
    });
    file.map(|file| prettyplease::unparse(&file))
        .map_err(|cause| cause.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_named_by_the_words_of_its_tag() {
        for (tag, name) in [
            ("DNS Records for a Zone", "dns_records_for_a_zone"),
            ("Logs (Beta) / v2", "logs_beta_v2"),
            ("1.1.1.1", "_1_1_1_1"),
            ("Type", "type_"),
            ("runtime", "runtime_"),
            ("…", "untagged"),
        ] {
            assert_eq!(module_name(Some(tag)), name);
        }
        assert_eq!(module_name(None), "untagged");
    }

    #[test]
    fn work_in_parallel_gives_results_in_their_order() {
        assert_eq!(
            in_parallel(0..100, |n| n * 2),
            (0..100).map(|n| n * 2).collect::<Vec<_>>()
        );
        assert_eq!(in_parallel([], |n: &u8| *n), [0; 0]);
    }
}
