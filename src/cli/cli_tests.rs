use std::path::Path;

use super::*;

fn read(line: &str) -> Result<Cli, clap::Error> {
    Cli::read(std::iter::once("fal-tui").chain(line.split_whitespace()))
}

fn status(line: &str) -> i32 {
    read(line).map_or_else(|error| error.exit_code(), |_| -1)
}

#[test]
fn clap_finds_no_contradiction() {
    Cli::command().debug_assert();
}

#[test]
fn a_path_runs_and_a_command_commands() {
    let run = read("./photos -c 4 more --yes").unwrap();
    assert!(run.command.is_none());
    assert_eq!(run.run.paths, [Path::new("./photos"), Path::new("more")]);
    assert_eq!(run.flags().options.how.concurrency.as_deref(), Some("4"));

    let plan = read("plan ./photos --json").unwrap();
    assert!(matches!(&plan.command, Some(Command::Plan(plan)) if plan.flags.options.face.json));
    assert_eq!(plan.flags().paths, [Path::new("./photos")]);
}

#[test]
fn a_folder_named_like_a_command_is_given_with_its_dot() {
    assert_eq!(read("./plan").unwrap().run.paths, [Path::new("./plan")]);
    assert_eq!(read("photos plan").unwrap().run.paths, [Path::new("photos"), Path::new("plan")]);
    assert_eq!(read("plan plan").unwrap().flags().paths, [Path::new("plan")]);
}

#[test]
fn a_command_after_flags_is_refused_and_not_taken_for_a_path() {
    for line in ["--json plan ./photos", "--budget 5 retry 3", "-y batches"] {
        let error = read(line).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line}");
        assert!(error.to_string().contains("stands before every flag"), "{error}");
    }
}

#[test]
fn wrong_usage_is_exit_status_2_and_help_is_0() {
    for line in [
        "",
        "--headless",
        "plan",
        "--frobnicate ./photos",
        "./photos --color pink",
        "show",
        "show zero",
        "show 0",
        "show -1",
        "retry 3 --only gremlins",
        "retry 3 -m fal-ai/esrgan",
        "config --keys --themes",
        "completions klingon",
        "sandbox --port 70000",
        "batches ./photos",
    ] {
        assert_eq!(status(line), 2, "{line}");
    }
    for line in ["--help", "-h", "--version", "plan --help", "help retry"] {
        assert_eq!(status(line), 0, "{line}");
    }
}

#[test]
fn every_command_of_the_interface_parses() {
    for line in [
        "plan a b --json",
        "batches --json",
        "show 3 --json",
        "retry 3 --only timeout --match beach --yes -c 2 --budget 4",
        "report 3 --state-dir /tmp/x",
        "recover a b --since 7d -m fal-ai/x -p a=1 -o out --json --dry-run --set-aside",
        "recover --all folder",
        // Without photos it says what to give.
        "recover",
        "sandbox --port 0 --latency 200 --runners 4 --scenario faults.toml",
        "config --keys",
        "config --path -c 4",
        "completions zsh",
        "doctor --json",
        "login --profile work",
        "logout",
        "man",
        "--sandbox --latency 5 --runners 2 photos",
        "-o out -m fal-ai/x -p a=1 -p b=2 -c 1 --budget 1 --max-failures 5% --retries 0 --captions txt,xmp --strip gps --keep-time=false --include *.jpg --exclude x/** -y --headless --json --state-dir s --theme mono --color never --ascii --mouse --fps 5 -vv --log l --retry-failed --no-adopt photos",
    ] {
        assert_eq!(status(line), -1, "{line}");
    }
}

#[test]
fn retry_keeps_the_batch_as_it_is_and_takes_how_to_send_it() {
    let flags = read("retry 3 --only timeout -c 2 --json --state-dir s").unwrap().flags();
    assert_eq!(flags.options.how.concurrency.as_deref(), Some("2"));
    assert!(flags.options.face.json && flags.options.what.model.is_none());
    assert_eq!(flags.options.place.state_dir.as_deref(), Some(Path::new("s")));
}

#[test]
fn help_reads_well() {
    insta::assert_snapshot!("help", Cli::command().term_width(100).render_long_help().to_string());
    insta::assert_snapshot!("help_short", Cli::command().term_width(100).render_help().to_string());
    let mut cli = Cli::command().term_width(100);
    cli.build();
    for command in cli.get_subcommands_mut().filter(|command| !["help", "plan", "config"].contains(&command.get_name()))
    {
        let name = format!("help_{}", command.get_name());
        insta::assert_snapshot!(name, command.render_long_help().to_string());
    }
}

#[test]
fn the_manual_names_every_flag_and_command() {
    let mut page = Vec::new();
    man(None, &mut page).unwrap();
    let page = String::from_utf8(page).unwrap().replace("\\-", "-");
    let command = Cli::command();
    for flag in command.get_arguments().filter_map(clap::Arg::get_long) {
        assert!(page.contains(&format!("--{flag}")), "{flag}");
    }
    for command in command.get_subcommands() {
        assert!(page.contains(&format!("fal-tui {}", command.get_name())), "{}", command.get_name());
    }
    assert!(page.contains("EXIT STATUS"));
}

#[test]
fn every_command_has_a_page_of_its_own_and_what_is_none_names_them() {
    let mut names = Vec::new();
    man_pages(&mut names).unwrap();
    let names = String::from_utf8(names).unwrap();
    assert!(names.lines().any(|name| name == "recover") && !names.contains("help"), "{names}");
    for name in names.lines() {
        let mut page = Vec::new();
        man(Some(name), &mut page).unwrap();
        let page = String::from_utf8(page).unwrap().replace("\\-", "-");
        assert!(page.contains(&format!(".TH fal-tui-{name}")) && page.contains(&format!("fal-tui {name}")), "{page}");
    }
    let error = man(Some("nonsense"), &mut Vec::new()).unwrap_err().to_string();
    assert!(error.contains("`nonsense`") && error.contains("recover"), "{error}");
}

#[test]
fn completions_are_written_for_every_shell() {
    for shell in <Shell as clap::ValueEnum>::value_variants() {
        let mut script = Vec::new();
        completions(*shell, &mut script).unwrap();
        assert!(String::from_utf8(script).unwrap().contains("max-failures"), "{shell}");
    }
}

#[test]
fn a_closed_pipe_is_an_error_and_no_panic() {
    let mut full: &mut [u8] = &mut [0; 8];
    assert!(completions(Shell::Bash, &mut full).is_err());
    assert!(man(None, &mut full).is_err());
}
