//! `ivr`: checks, compiles, draws, tries and tests flows without a telephone.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command's output")]

use std::fs;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use ivr_core::rehearse::{Rehearsal, Report, flow_of, run_scenarios};
use ivr_core::say::{Kind, Say};
use ivr_core::{
    Flow, Input, OpResult, QueueOutcome, SessionConfig, Time, Value, compile, import_freeswitch,
};

const USAGE: &str = "\
usage: ivr check FLOW.yaml...             say what is wrong, and what is hardly right
       ivr compile FLOW.yaml OUT.ivrb     make a program
       ivr decompile PROGRAM.ivrb         a document that compiles to this program
       ivr graph FLOW.yaml [dot|mermaid]  draw the flow
       ivr prompts FLOW.yaml              list what has to be recorded or synthesised
       ivr say [FLOW.yaml] LANGUAGE KIND  whole numbers, one a line, as they are spoken
       ivr import MENUS.xml               FreeSWITCH's ivr_menus as a flow document
       ivr run FLOW.yaml                  be the caller and the host, on the keyboard
       ivr test FILE.ivrtest.yaml...      play scenarios and measure their coverage
       ivr transcript FILE.ivrtest.yaml   what goes in and out, for players in other languages";

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["check", files @ ..] if !files.is_empty() => all(files, check),
        ["compile", file, out] => compile_to(file, out),
        ["decompile", file] => decompile(file),
        ["graph", file] => graph(file, "mermaid"),
        ["graph", file, kind @ ("dot" | "mermaid")] => graph(file, kind),
        ["prompts", file] => prompts(file),
        ["say", language, kind] => say("", language, kind),
        ["say", file, language, kind] => say(file, language, kind),
        ["import", file] => import(file),
        ["run", file] => run(file),
        ["transcript", file] => transcript(file),
        ["test", files @ ..] if !files.is_empty() => all(files, test),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Does something with each file, all of them even when one fails.
fn all(files: &[&str], each: fn(&str) -> Result<bool>) -> Result<bool> {
    let mut good = true;
    for file in files {
        good &= each(file).unwrap_or_else(|error| {
            eprintln!("{error}");
            false
        });
    }
    Ok(good)
}

fn program(file: &str) -> Result<Vec<u8>> {
    let source = fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
    let program = compile(&source, file)?;
    if !program.warnings().is_empty() {
        eprintln!("{}", program.warnings());
    }
    Ok(program.into_bytes())
}

fn check(file: &str) -> Result<bool> {
    let bytes = program(file)?;
    let flow = Flow::load(&bytes)?;
    let (nodes, size) = (flow.nodes().count(), bytes.len());
    println!("{file}: {nodes} nodes, {size} bytes, {} bytes of variables", flow.variable_bytes());
    Ok(true)
}

fn compile_to(file: &str, out: &str) -> Result<bool> {
    fs::write(out, program(file)?).map_err(|e| format!("{out}: {e}"))?;
    Ok(true)
}

fn decompile(file: &str) -> Result<bool> {
    let bytes = fs::read(file).map_err(|e| format!("{file}: {e}"))?;
    print!("{}", Flow::load(&bytes)?.decompile());
    Ok(true)
}

fn graph(file: &str, kind: &str) -> Result<bool> {
    let bytes = program(file)?;
    let flow = Flow::load(&bytes)?;
    print!("{}", if kind == "dot" { flow.dot() } else { flow.mermaid() });
    Ok(true)
}

fn prompts(file: &str) -> Result<bool> {
    let bytes = program(file)?;
    for text in Flow::load(&bytes)?.prompts() {
        let (file, words) = (text.file.unwrap_or("-"), text.text.unwrap_or("-"));
        println!("{}\t{}\t{file}\t{words}", text.prompt, text.language);
    }
    Ok(true)
}

/// A flow that only lends its name where none is given.
const NO_FLOW: &str =
    "{ name: none, languages: [en], start: hangup, nodes: { hangup: { type: hangup } } }";

fn say(file: &str, language: &str, kind: &str) -> Result<bool> {
    let bytes =
        if file.is_empty() { compile(NO_FLOW, "none")?.into_bytes() } else { program(file)? };
    let flow = Flow::load(&bytes)?;
    let kind = Kind::from_name(kind).ok_or("number, count, ordinal, digits, phone, …")?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let number = line?.trim().parse()?;
        writeln!(out, "{}", Say::new_in(&flow, language, kind, Value::Int(number))?)?;
    }
    out.flush()?;
    Ok(true)
}

fn import(file: &str) -> Result<bool> {
    let xml = fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
    let name = Path::new(file).file_stem().map_or("menus".into(), |s| s.to_string_lossy());
    print!("{}", import_freeswitch(&xml, &name)?);
    Ok(true)
}

/// Plays a scenario file against the flow beside it.
fn scenarios(file: &str) -> Result<Report> {
    let source = fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
    let beside = Path::new(file).with_file_name(flow_of(&source, file)?);
    let bytes = program(&beside.to_string_lossy())?;
    Ok(run_scenarios(&Flow::load(&bytes)?, &source, file)?)
}

fn transcript(file: &str) -> Result<bool> {
    let report = scenarios(file)?;
    print!("{}", report.transcript());
    Ok(report.passed())
}

fn test(file: &str) -> Result<bool> {
    let report = scenarios(file)?;
    for outcome in &report.outcomes {
        match &outcome.failure {
            None => println!("ok    {}", outcome.name),
            Some(failure) => println!("FAIL  {}\n      {file}: {failure}", outcome.name),
        }
    }
    print!("{}", report.coverage);
    Ok(report.passed())
}

const HELP: &str = "\
digits      press keys              Enter   hear the prompt to its end
+5s         let time pass           h       hang up
= a=1 b=x   answer a query          !       the host fails
a           an agent answers        e       the agent hangs up
p 3 4m      position and wait       r 8s    a recording of so long
q           leave";

fn run(file: &str) -> Result<bool> {
    let bytes = program(file)?;
    let flow = Flow::load(&bytes)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let config = SessionConfig {
        now: Time(i64::try_from(now)?),
        caller: "13800138000",
        ..SessionConfig::default()
    };
    let begin = config.now;
    let mut call = Rehearsal::start(&flow, config)?;
    println!("{HELP}");
    let mut lines = io::stdin().lock().lines();
    loop {
        let seconds = (call.now() - begin) as f64 / 1000.0;
        for line in call.take() {
            println!("{seconds:8.1}  {line}");
        }
        if call.is_over() {
            return Ok(true);
        }
        let waits = call.session().deadline().map(|d| (d - call.now()) as f64 / 1000.0);
        let waits = waits.map_or(String::new(), |s| format!(" ({s:.1} s left)"));
        print!("{seconds:8.1}{waits}> ");
        io::stdout().flush()?;
        let Some(line) = lines.next() else {
            return Ok(true);
        };
        if !command(&mut call, line?.trim()) {
            return Ok(true);
        }
    }
}

/// What the person at the keyboard wants; false is to leave.
fn command(call: &mut Rehearsal<'_>, line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        [] => call.heard(),
        ["q"] => return false,
        ["h"] => call.input(Input::Hangup),
        ["!"] => call.answer(OpResult::QueryFailed),
        ["a"] => call.tell(|op| Input::Answered { op }),
        ["e"] => call.answer(OpResult::QueueEnded { outcome: QueueOutcome::Answered }),
        ["=", values @ ..] => {
            let values: Vec<_> = values.iter().filter_map(|v| v.split_once('=')).collect();
            let values: Vec<_> = values.iter().map(|(n, v)| (*n, Value::Text(v))).collect();
            call.found(&values);
        }
        ["p", position, wait] => match (position.parse(), ivr_core::milliseconds(wait)) {
            (Ok(position), Some(estimate_ms)) => {
                call.tell(|op| Input::QueueUpdate { op, position, estimate_ms });
            }
            _ => println!("{HELP}"),
        },
        ["r", long] => match ivr_core::milliseconds(long) {
            Some(ms) => call.answer(OpResult::Recorded { ms }),
            None => println!("{HELP}"),
        },
        [jump] if jump.starts_with('+') => match ivr_core::milliseconds(&jump[1..]) {
            Some(ms) => call.wait(ms),
            None => println!("{HELP}"),
        },
        [keys] if keys.bytes().all(|b| b"0123456789*#ABCD".contains(&b)) => call.press(keys),
        _ => println!("{HELP}"),
    }
    true
}
