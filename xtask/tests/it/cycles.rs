//! Circles between the files of a crate, which make each of them hard to read and to change without the others.
//!
//! Where a path goes through a re-export, the file that defines the name counts. Code of tests does not count, nor does
//! what an item that `cfg(doc)` brings in. Generated code is one file to which others refer; what it refers to is open.

use std::{
    collections::{BTreeMap, VecDeque},
    fs,
    path::Path,
};

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{
    Attribute, ImplItem, Item, ItemUse, UseTree, Visibility,
    visit::{self, Visit},
};

const CRATES: [&str; 3] = ["sdk/src/lib.rs", "sdk/codegen/src/lib.rs", "xtask/src/main.rs"];

/// The circles that there are, each with all of its files in order. The list is to become shorter.
const KNOWN: &[&[&str]] = &[
    &["sdk/src/fleet.rs", "sdk/src/fleet/progress.rs", "sdk/src/fleet/run.rs"],
    &["sdk/src/mock/server.rs", "sdk/src/mock/when.rs"],
    &["sdk/src/transport/quota.rs", "sdk/src/transport/quota/limit.rs"],
    &["sdk/codegen/src/facts.rs", "sdk/codegen/src/unions.rs"],
    &[
        "sdk/codegen/src/generator.rs",
        "sdk/codegen/src/mock/call.rs",
        "sdk/codegen/src/mock/examples.rs",
        "sdk/codegen/src/mock/literal.rs",
        "sdk/codegen/src/mock/mod.rs",
        "sdk/codegen/src/mock/replay.rs",
        "sdk/codegen/src/mock/when.rs",
        "sdk/codegen/src/modules.rs",
        "sdk/codegen/src/outline.rs",
        "sdk/codegen/src/retarget/calls.rs",
        "sdk/codegen/src/retarget/checks.rs",
        "sdk/codegen/src/retarget/client.rs",
        "sdk/codegen/src/retarget/enums.rs",
        "sdk/codegen/src/retarget/fields.rs",
        "sdk/codegen/src/retarget/members.rs",
        "sdk/codegen/src/retarget/mod.rs",
        "sdk/codegen/src/retarget/models.rs",
        "sdk/codegen/src/retarget/numbers.rs",
        "sdk/codegen/src/retarget/optional.rs",
        "sdk/codegen/src/retarget/sending.rs",
        "sdk/codegen/src/retarget/setters.rs",
        "sdk/codegen/src/retarget/support.rs",
        "sdk/codegen/src/retarget/unions.rs",
    ],
    &["xtask/src/import/other_bodies.rs", "xtask/src/import/request.rs"],
    &["xtask/src/import/order.rs", "xtask/src/import/surgery.rs"],
    &["xtask/src/survey/found.rs", "xtask/src/survey/trial.rs"],
];

/// A path in code, or what a name stands for.
type Names = Vec<String>;

/// The lines on which files first refer to others, by the file that refers and the file referred to.
type Arrows = BTreeMap<String, BTreeMap<String, usize>>;

#[derive(Default)]
struct Module {
    file: String,
    text: String,
    /// The names that are here, each with the path that it was imported by; none if it is defined here.
    names: BTreeMap<String, Option<Names>>,
    /// Paths, and whether they are re-exported.
    paths: Vec<(Names, bool)>,
}

/// The modules of a crate by their paths; the root's is empty.
#[derive(Default)]
struct Crate(BTreeMap<Names, Module>);

impl Crate {
    fn read(&mut self, workspace: &Path, file: &str, path: Names) {
        let text = fs::read_to_string(workspace.join(file)).unwrap();
        let mut items = syn::parse_file(&text).unwrap().items;
        items.retain(|item| is_compiled(parts(item).0) && path != ["generated"]);
        let file = file.to_owned();
        let mut module = Module {
            file,
            text,
            ..Module::default()
        };
        for item in &items {
            module.names.extend(parts(item).1.map(|name| (name.to_string(), None)));
            let Item::Mod(child) = item else {
                module.visit_item(item);
                continue;
            };
            assert!(child.content.is_none(), "{}: a module is to have a file", module.file);
            // The files of a child are beside those of the root and of `mod.rs`, and below all others.
            let stem = module.file.trim_end_matches(".rs");
            let mut parents = ["/lib", "/main", "/mod"].iter();
            let folder = parents.find_map(|name| stem.strip_suffix(name)).unwrap_or(stem);
            let files = ["", "/mod"].map(|end| format!("{folder}/{}{end}.rs", child.ident));
            let file = files.iter().find(|file| workspace.join(file).exists()).unwrap();
            self.read(workspace, file, with(&path, &child.ident));
        }
        self.0.insert(path, module);
    }

    /// The module that a path leads to, or that defines the item it leads to, and whether it is an item.
    ///
    /// None for other crates.
    fn resolve(&self, module: &[String], path: &[String], depth: usize) -> Option<(Names, bool)> {
        // What is brought in under its own name from another crate leads to itself.
        if depth > 8 {
            return None;
        }
        let mut at = module.to_vec();
        for (index, name) in path.iter().enumerate() {
            let (child, rest) = (with(&at, name), &path[index + 1..]);
            match (name.as_str(), self.0[&at].names.get(name)) {
                ("crate", _) => at.clear(),
                ("super", _) => _ = at.pop(),
                ("self", _) => {}
                // A function may have the name of a module, but nothing is below it.
                (_, found) if self.0.contains_key(&child) && (found.is_none() || !rest.is_empty()) => at = child,
                (_, Some(None)) => return Some((at, true)),
                (_, Some(Some(target))) => return self.resolve(&at, &[target, rest].concat(), depth + 1),
                // A macro may define what is not found after a module; other names are of other crates.
                _ => return (index > 0).then_some((at, true)),
            }
        }
        Some((at, false))
    }
}

fn arrows(workspace: &Path, root: &str) -> Arrows {
    let (mut modules, mut arrows) = (Crate::default(), Arrows::new());
    modules.read(workspace, root, Names::new());
    for (path, module) in &modules.0 {
        let to = arrows.entry(module.file.clone()).or_default();
        for (names, is_exported) in &module.paths {
            if let Some((definer, true)) = modules.resolve(path, names, 0)
                && definer != *path
                && !(*is_exported && definer.starts_with(path))
            {
                let file = modules.0[&definer].file.clone();
                to.entry(file).or_insert_with(|| line(&module.text, names));
            }
        }
    }
    arrows
}

fn with(path: &[String], name: impl ToString) -> Names {
    path.iter().cloned().chain([name.to_string()]).collect()
}

impl Module {
    fn read_use(&mut self, tree: &UseTree, path: &[String], is_exported: bool) {
        let (name, known_as) = match tree {
            UseTree::Path(tree) => return self.read_use(&tree.tree, &with(path, &tree.ident), is_exported),
            UseTree::Group(group) => {
                let mut read = |tree| self.read_use(tree, path, is_exported);
                return group.items.iter().for_each(&mut read);
            }
            UseTree::Name(tree) => (&tree.ident, &tree.ident),
            UseTree::Rename(tree) => (&tree.ident, &tree.rename),
            _ => panic!("{}: `use …::*` is not followed; name what is used", self.file),
        };
        let known_as = match path.last() {
            Some(module) if known_as == "self" => module.clone(),
            _ => known_as.to_string(),
        };
        let target = with(path, name);
        // An item of the same name, such as a macro, is what the `use` brings in.
        self.names.entry(known_as).or_insert(Some(target.clone()));
        self.paths.push((target, is_exported));
    }

    fn read_tokens(&mut self, tokens: TokenStream) {
        let (mut path, mut between) = (Names::new(), String::new());
        for tree in tokens {
            match tree {
                TokenTree::Punct(punct) => {
                    between.push(punct.as_char());
                    continue;
                }
                TokenTree::Ident(name) => {
                    if between != "::" {
                        self.paths.push((std::mem::take(&mut path), false));
                    }
                    // Neither a member nor a lifetime.
                    if !between.ends_with(['.', '\'']) {
                        path.push(name.to_string());
                    }
                }
                TokenTree::Group(group) => self.read_tokens(group.stream()),
                TokenTree::Literal(_) => {}
            }
            between.clear();
        }
        self.paths.push((path, false));
    }
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item(&mut self, item: &'ast Item) {
        if is_compiled(parts(item).0) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        if !matches!(item, ImplItem::Fn(function) if !is_compiled(&function.attrs)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() {
            self.read_use(&item.tree, &[], !matches!(item.vis, Visibility::Inherited));
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let names = path.segments.iter().map(|segment| segment.ident.to_string());
            self.paths.push((names.collect(), false));
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.visit_path(&called.path);
        // What is quoted is code of another crate.
        let name = called.path.segments.last().map(|segment| segment.ident.to_string());
        if !name.is_some_and(|name| name.contains("quote")) {
            self.read_tokens(called.tokens.clone());
        }
    }

    // `pub(super)` and the like refer to nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

/// The attributes of an item, and the name that it defines beside modules and imports.
fn parts(item: &Item) -> (&[Attribute], Option<&Ident>) {
    match item {
        Item::Const(item) => (&item.attrs, Some(&item.ident)),
        Item::Enum(item) => (&item.attrs, Some(&item.ident)),
        Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
        Item::Impl(item) => (&item.attrs, None),
        Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
        Item::Mod(item) => (&item.attrs, None),
        Item::Static(item) => (&item.attrs, Some(&item.ident)),
        Item::Struct(item) => (&item.attrs, Some(&item.ident)),
        Item::Trait(item) => (&item.attrs, Some(&item.ident)),
        Item::Type(item) => (&item.attrs, Some(&item.ident)),
        Item::Use(item) => (&item.attrs, None),
        _ => (&[], None),
    }
}

fn is_compiled(attributes: &[Attribute]) -> bool {
    !attributes.iter().any(|attribute| {
        let condition = attribute.parse_args::<TokenStream>().unwrap_or_default().to_string();
        attribute.path().is_ident("cfg") && ["test", "doc"].contains(&condition.as_str())
    })
}

/// The first line of code that has the path, or else its last name.
fn line(text: &str, path: &[String]) -> usize {
    let (whole, is_end) = (path.join("::"), |letter: char| {
        !letter.is_alphanumeric() && letter != '_'
    });
    let has_name = |line: &str| {
        line.split(is_end)
            .any(|word| path.last().is_some_and(|name| name == word))
    };
    let find = |is_it: &dyn Fn(&str) -> bool| {
        let mut lines = text.lines().map(str::trim_start);
        lines.position(|line| !line.starts_with("//") && is_it(line))
    };
    let found = find(&|line| path.len() > 1 && line.contains(&whole)).or_else(|| find(&has_name));
    found.map_or(1, |index| index + 1)
}

/// The files that a file leads to, each with the one before it on a shortest way.
fn reached<'a>(arrows: &'a Arrows, from: &'a str) -> BTreeMap<&'a str, &'a str> {
    let (mut found, mut open) = (BTreeMap::new(), VecDeque::from([from]));
    while let Some(file) = open.pop_front() {
        for next in arrows.get(file).into_iter().flat_map(BTreeMap::keys) {
            if !found.contains_key(next.as_str()) {
                found.insert(next.as_str(), file);
                open.push_back(next);
            }
        }
    }
    found
}

/// The sets of files of which each leads to all others, in order.
fn circles(arrows: &Arrows) -> Vec<Vec<&str>> {
    let mut circles: Vec<Vec<&str>> = Vec::new();
    for file in arrows.keys().map(String::as_str) {
        let from_here = reached(arrows, file);
        if from_here.contains_key(file) && !circles.iter().any(|circle| circle.contains(&file)) {
            let leads_here = |other: &&str| reached(arrows, other).contains_key(file);
            circles.push(from_here.into_keys().filter(leads_here).collect());
        }
    }
    circles
}

/// A text for each circle that is not known, and for each known one that is not there.
fn faults(arrows: &Arrows, known: &[&[&str]]) -> Vec<String> {
    let circles = circles(arrows);
    let are_in = |files: &[&str], all: &[&str]| files.iter().all(|file| all.contains(file));
    let is_known = |files: &[&str]| known.iter().any(|known| are_in(files, known));
    let mut faults = Vec::new();
    for circle in circles.iter().filter(|circle| !is_known(circle)) {
        let pairs = circle.iter().flat_map(|from| circle.iter().map(move |to| (*from, *to)));
        let new = pairs.filter(|(from, to)| arrows[*from].contains_key(*to) && !is_known(&[from, to]));
        let ways = new.map(|(from, to)| way(arrows, from, to));
        let way = ways.min_by_key(Vec::len).unwrap_or_default().concat();
        faults.push(format!(
            "a circle that is not in KNOWN; break it:\n{way}all its files: {circle:#?}"
        ));
    }
    let is_there = |known: &[&str]| circles.iter().any(|circle| are_in(known, circle));
    for known in known.iter().filter(|known| !is_there(known)) {
        let has_some = |circle: &&Vec<&str>| circle.iter().any(|file| known.contains(file));
        let left: Vec<_> = circles.iter().filter(has_some).collect();
        faults.push(format!(
            "a circle in KNOWN is gone or smaller: {known:?}; put in its place: {left:#?}"
        ));
    }
    faults
}

/// The shortest circle through an arrow, an arrow a line.
fn way(arrows: &Arrows, from: &str, to: &str) -> Vec<String> {
    let show = |from: &str, to: &str| format!("  {from}:{} refers to {to}\n", arrows[from][to]);
    let (before, mut at, mut shown) = (reached(arrows, to), from, Vec::new());
    while at != to {
        shown.push(show(before[at], at));
        at = before[at];
    }
    shown.push(show(from, to));
    shown.reverse();
    shown
}

#[test]
fn files_make_no_circles_but_those_that_are_known() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let all: Arrows = CRATES.iter().flat_map(|root| arrows(workspace, root)).collect();
    let faults = faults(&all, KNOWN);
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// The arrows between files of our own writing, each below its name in the folder `src`.
fn arrows_of(files: &str) -> Arrows {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files.split("// ").skip(1).filter_map(|file| file.split_once('\n')) {
        let path = folder.path().join("src").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    arrows(folder.path(), "src/lib.rs")
}

const CIRCLE: &str = "
// lib.rs
mod a; mod b; mod c;
pub use a::A;
// a.rs
use crate::b;
pub struct A(b::B);
// b.rs
mod inner;
pub struct B;
fn f() { println!(\"A: {}\", inner::g()) }
// b/inner.rs
pub fn g() -> super::super::A {}
// c.rs
use crate::A;
";

#[test]
fn a_circle_is_told_with_the_lines_that_make_it() {
    let arrows = arrows_of(CIRCLE);
    let files = ["src/a.rs", "src/b.rs", "src/b/inner.rs"];
    assert_eq!(circles(&arrows), [files]);
    let text = faults(&arrows, &[]).concat();
    let way = "
  src/a.rs:2 refers to src/b.rs
  src/b.rs:3 refers to src/b/inner.rs
  src/b/inner.rs:1 refers to src/a.rs
";
    assert!(text.contains("not in KNOWN") && text.contains(way), "{text}");
    // Where the circle is known in part, the way begins with an arrow that is not.
    let grown = faults(&arrows, &[&files[..2]]).concat();
    assert!(
        grown.contains("not in KNOWN") && way.lines().all(|arrow| grown.contains(arrow)),
        "{grown}"
    );
}

#[test]
fn a_known_circle_is_no_fault_until_it_is_gone_or_smaller() {
    let (arrows, files) = (
        arrows_of(CIRCLE),
        ["src/a.rs", "src/b.rs", "src/b/inner.rs", "src/c.rs"],
    );
    assert!(faults(&arrows, &[&files[..3]]).is_empty());
    let larger = faults(&arrows, &[&files]).concat();
    assert!(
        larger.contains("gone or smaller") && larger.contains("src/b/inner.rs"),
        "{larger}"
    );
    let gone = faults(&arrows, &[&files[..3], &["src/c.rs", "src/lib.rs"]]).concat();
    assert!(gone.contains("gone or smaller") && gone.ends_with("[]"), "{gone}");
}

#[test]
fn re_exports_declarations_and_tests_make_no_circle() {
    let arrows = arrows_of(
        "
// lib.rs
mod a; mod b; mod generated;
fn a() -> u8 { b::b() }
pub use a::{A, Leaf};
pub use b::B;
pub use generated::G;
// a/mod.rs
mod leaf;
#[cfg(test)] mod tests;
pub use leaf::Leaf;
pub struct A(crate::B);
// a/leaf.rs
pub struct Leaf;
pub const N: u8 = 1;
#[cfg(test)] mod tests { use crate::A; }
// b.rs
use crate::{G, Leaf as Foliage};
pub struct B(Foliage);
impl B { #[cfg(test)] fn f(_: crate::A) {} }
pub fn b() -> u8 { crate::a::leaf::N }
// generated.rs
use crate::B;
",
    );
    assert_eq!(circles(&arrows), Vec::<Vec<&str>>::new());
    let to = |from: &str| arrows[from].keys().cloned().collect::<Vec<_>>().join(" ");
    let found = ["lib.rs", "a/mod.rs", "b.rs"].map(|file| to(&format!("src/{file}")));
    assert_eq!(found, ["src/b.rs", "src/b.rs", "src/a/leaf.rs src/generated.rs"]);
}

#[test]
fn a_parent_and_a_child_that_use_each_other_make_a_circle() {
    let arrows = arrows_of(
        "
// lib.rs
mod a;
// a.rs
mod child;
pub(crate) use child::Child;
pub struct A(Child);
// a/child.rs
pub struct Child;
macro_rules! a { () => { $crate::a::A } }
",
    );
    assert_eq!(circles(&arrows), [["src/a.rs", "src/a/child.rs"]]);
}
