//! Carries the features and the catalogue into the binary: every file under `features/`, by its path; the load
//! scenarios, by name; what the sources say of the steps, for `oidcheck steps`; and the known deviations of released providers, for `oidcheck init`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=features");
    println!("cargo::rerun-if-changed=scenarios");
    println!("cargo::rerun-if-changed=src/steps");
    println!("cargo::rerun-if-changed=tests/providers");
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    fs::write(out.join("features.rs"), features()?)?;
    fs::write(out.join("scenarios.rs"), scenarios()?)?;
    fs::write(out.join("steps.rs"), steps()?)?;
    fs::write(out.join("known.rs"), known()?)
}

fn features() -> io::Result<String> {
    let mut files = Vec::new();
    collect(Path::new("features"), &["feature", "toml"], &mut files)?;
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let mut table = String::from("&[\n");
    for file in files {
        let name = file.display().to_string().replace('\\', "/");
        let path = Path::new(&root).join(&file);
        writeln!(table, "({name:?}, include_str!({path:?})),").map_err(io::Error::other)?;
    }
    table.push(']');
    Ok(table)
}

/// The load scenarios, by the name of their files.
fn scenarios() -> io::Result<String> {
    let mut files = Vec::new();
    collect(Path::new("scenarios"), &["toml"], &mut files)?;
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let mut table = String::from("&[\n");
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let path = Path::new(&root).join(&file);
        writeln!(table, "({name:?}, include_str!({path:?})),").map_err(io::Error::other)?;
    }
    table.push(']');
    Ok(table)
}

/// The known deviations of the providers that have a folder in `tests/providers`, by its name.
fn known() -> io::Result<String> {
    let mut files = Vec::new();
    let folder = Path::new("tests/providers");
    if folder.is_dir() {
        collect(folder, &["toml"], &mut files)?;
    }
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let mut table = String::from("&[\n");
    for file in files.iter().filter(|file| file.ends_with("known.toml")) {
        let name = file.parent().and_then(Path::file_name).unwrap_or_default();
        let (name, path) = (name.to_string_lossy(), Path::new(&root).join(file));
        writeln!(table, "({name:?}, include_str!({path:?})),").map_err(io::Error::other)?;
    }
    table.push(']');
    Ok(table)
}

/// The steps as the sources spell them: (concept, Given | When | Then, phrase, doc comment).
fn steps() -> io::Result<String> {
    let mut files = Vec::new();
    collect(Path::new("src/steps"), &["rs"], &mut files)?;
    let mut table = String::from("&[\n");
    for file in files {
        let text = fs::read_to_string(&file)?;
        let concept = file.file_stem().unwrap_or_default().to_string_lossy();
        let mut doc: Vec<&str> = Vec::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(words) = line.strip_prefix("///") {
                doc.push(words.trim());
                continue;
            }
            let kinds = [
                ("#[given(", "Given"),
                ("#[when(", "When"),
                ("#[then(", "Then"),
            ];
            if let Some((_, kind)) = kinds.iter().find(|(start, _)| line.starts_with(start)) {
                let mut attribute = line.to_owned();
                while !attribute.ends_with(")]") {
                    let Some(next) = lines.next() else { break };
                    attribute.push_str(next.trim());
                }
                let phrase = attribute
                    .split_once('"')
                    .and_then(|(_, rest)| rest.rsplit_once('"'));
                let phrase = phrase.map_or("", |(phrase, _)| phrase);
                let doc = doc.join(" ");
                writeln!(table, "({concept:?}, {kind:?}, {phrase:?}, {doc:?}),")
                    .map_err(io::Error::other)?;
            }
            doc.clear();
        }
    }
    table.push(']');
    Ok(table)
}

fn collect(folder: &Path, extensions: &[&str], files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, extensions, files)?;
        } else if path
            .extension()
            .is_some_and(|e| extensions.iter().any(|x| e == *x))
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(())
}
