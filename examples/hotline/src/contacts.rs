//! The lists of a campaign: whom to call, and whom never.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::config::{Config, is_number};
use crate::store::Fields;

/// Somebody on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) number: String,
    pub(crate) priority: i32,
    /// All other columns, for the agent's screen.
    pub(crate) data: Fields,
}

/// What a campaign goes through.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) contacts: Vec<Contact>,
    pub(crate) do_not_call: HashSet<String>,
}

/// The lists of all campaigns, in their order.
///
/// # Errors
/// What is wrong with one, with file and line.
pub(crate) fn lists(config: &Config) -> anyhow::Result<Vec<List>> {
    let lists = config.campaigns.iter().map(|campaign| {
        let do_not_call =
            campaign.do_not_call.as_ref().map(|path| read_do_not_call(path.get_ref()));
        let do_not_call = do_not_call.transpose()?.unwrap_or_default();
        Ok(List { contacts: read(campaign.contacts.get_ref())?, do_not_call })
    });
    lists.collect()
}

/// Reads a CSV file (RFC 4180) with a header line.
///
/// # Errors
/// What is wrong, with file and line: no column `number`, no number in a row, or one twice.
fn read(path: &Path) -> anyhow::Result<Vec<Contact>> {
    let file = path.display().to_string();
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(path)
        .with_context(|| format!("contacts {file}"))?;
    let header = reader.headers().with_context(|| format!("contacts {file}"))?.clone();
    let Some(number_at) = header.iter().position(|name| name == "number") else {
        bail!("{file}:1: there is no column `number`");
    };
    let (mut contacts, mut seen) = (Vec::new(), HashSet::new());
    for row in reader.records() {
        let row = row.with_context(|| format!("contacts {file}"))?;
        let line = row.position().map_or(0, csv::Position::line);
        let number = row.get(number_at).unwrap_or_default().to_owned();
        if !is_number(&number) {
            bail!("{file}:{line}: `{number}` is no number");
        }
        if !seen.insert(number.clone()) {
            bail!("{file}:{line}: `{number}` is in the list already");
        }
        let mut contact = Contact { number, priority: 0, data: Fields::new() };
        for (name, value) in header.iter().zip(&row).filter(|(name, _)| *name != "number") {
            if name != "priority" {
                contact.data.push((name.to_owned(), value.to_owned()));
            } else if !value.is_empty() {
                let why = || format!("{file}:{line}: the priority `{value}` is no whole number");
                contact.priority = value.parse().with_context(why)?;
            }
        }
        contacts.push(contact);
    }
    Ok(contacts)
}

/// Reads the numbers that must not be called, one a line; `#` begins a remark.
///
/// # Errors
/// What is no number, with file and line.
fn read_do_not_call(path: &Path) -> anyhow::Result<HashSet<String>> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("do-not-call list {file}"))?;
    let mut numbers = HashSet::new();
    for (index, line) in text.lines().enumerate() {
        let number = line.split('#').next().unwrap_or_default().trim();
        if is_number(number) {
            numbers.insert(number.to_owned());
        } else if !number.is_empty() {
            bail!("{file}:{}: `{number}` is no number", index + 1);
        }
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn a_list_has_numbers_priorities_and_whatever_else() {
        let file = written("name, number ,priority\n\"Li, Na\",+8613800000001,2\nWang, 555 ,\n");
        let contacts = read(file.path()).unwrap();
        let contact = |number: &str, priority, name: &str| Contact {
            number: number.into(),
            priority,
            data: vec![("name".into(), name.into())],
        };
        assert_eq!(contacts, [contact("+8613800000001", 2, "Li, Na"), contact("555", 0, "Wang")]);
    }

    #[test]
    fn a_wrong_list_names_file_and_line() {
        let error = |text: &str| {
            let file = written(text);
            let error = format!("{:#}", read(file.path()).unwrap_err());
            error.replace(&file.path().display().to_string(), "list")
        };
        assert_eq!(error("name\nLi\n"), "list:1: there is no column `number`");
        assert_eq!(error("number\n1\nLi\n"), "list:3: `Li` is no number");
        assert_eq!(error("number\n1\n2\n1\n"), "list:4: `1` is in the list already");
        assert!(
            error("number,priority\n1,x\n").starts_with("list:2: the priority `x` is no whole")
        );
        assert!(error("number,name\n1\n").contains("list"));
    }

    #[test]
    fn whom_not_to_call_is_one_a_line() {
        let file = written("555 # asked twice\n\n# more\n+86556\n");
        let numbers = read_do_not_call(file.path()).unwrap();
        assert_eq!(numbers, HashSet::from(["555".to_owned(), "+86556".to_owned()]));
        let file = written("555\nnobody\n");
        assert!(
            format!("{:#}", read_do_not_call(file.path()).unwrap_err()).contains(":2: `nobody`")
        );
    }
}
