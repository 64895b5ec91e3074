use std::path::Path;

use std::time::Duration;

use super::*;
use crate::cli::Cli;
use crate::job::EndpointId;
use crate::job::{MaxFailures, Usd};
use crate::model::Model;
use crate::output::Captions;
use crate::tui::caps::ColorChoice;

const NONE: [(&str, &str); 0] = [];

/// Resolves a command line in an environment, with a config file of this text.
fn resolve(line: &str, variables: &[(&str, &str)], config: &str) -> Result<Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    let config_file = folder.path().join("config.toml");
    std::fs::write(&config_file, config).unwrap();
    let environment = Environment {
        config_file: Some(config_file),
        state_dir: Some("/state/fal-tui".into()),
        ..Environment::of(variables.iter().copied())
    };
    let cli = Cli::read(std::iter::once("fal-tui").chain(line.split_whitespace())).unwrap();
    Settings::resolve(&cli.flags(), &environment)
        .map_err(|error| error.to_string().replace(&folder.path().display().to_string(), "~"))
}

fn source(settings: &Settings, name: &str) -> Source {
    settings.origins.iter().find(|origin| origin.name == name).unwrap().source
}

#[test]
fn defaults_are_those_of_the_manual() {
    let settings = resolve("photos", &NONE, "").unwrap();
    assert_eq!(settings.which.paths, [Path::new("photos")]);
    assert_eq!(settings.model.endpoint.as_str(), "fal-ai/flux-vision-upscaler");
    assert_eq!((settings.sending.concurrency, settings.sending.retries, settings.home.verbose), (8, 3, 0));
    assert_eq!((settings.spending.budget, settings.face.look.fps), (None, None));
    assert_eq!(settings.sending.max_failures, MaxFailures::InARow(20));
    assert_eq!(settings.written.captions, Captions::default());
    assert_eq!((settings.face.look.theme.as_str(), settings.face.look.color), ("terminal", ColorChoice::Auto));
    assert_eq!(settings.home.log_file(), Path::new("/state/fal-tui/fal-tui.log"));
    assert!(settings.hosts.are_fal());
    assert_eq!(settings.key.unwrap_err(), NoKey::Missing);
    assert!(settings.origins.iter().all(|origin| origin.source == Source::Default));
}

#[test]
fn a_flag_wins_over_the_environment_that_over_the_file_and_that_over_the_default() {
    let variables = [("FAL_TUI_CONCURRENCY", "5"), ("FAL_TUI_BUDGET", "5")];
    let settings = resolve("photos -c 6", &variables, "concurrency = 4\nbudget = 4\nretries = 4").unwrap();
    assert_eq!((settings.sending.concurrency, source(&settings, "concurrency")), (6, Source::Flag));
    assert_eq!(settings.spending.budget, Usd::from_f64(5.0));
    assert_eq!(source(&settings, "budget"), Source::Variable("FAL_TUI_BUDGET"));
    assert_eq!((settings.sending.retries, source(&settings, "retries")), (4, Source::File { line: 3 }));
    assert_eq!(source(&settings, "theme"), Source::Default);
}

#[test]
fn a_bad_value_is_refused_by_its_sources_name() {
    for (line, variables, config, message) in [
        ("a", &[("FAL_TUI_CONCURRENCY", "900")][..], "", "`FAL_TUI_CONCURRENCY=900`: takes 1 to 256"),
        ("a -c 0", &[], "", "`--concurrency 0`: takes 1 to 256"),
        ("a", &[], "\nconcurrency = 900", "`concurrency = 900` in ~/config.toml, line 2: takes 1 to 256"),
        ("a", &[("FAL_TUI_YES", "maybe")], "", "`FAL_TUI_YES=maybe`: takes true or false"),
        ("a --budget=-5", &[], "", "`--budget -5`: takes an amount in US dollars, such as 20 or 12.50"),
        (
            "a --captions pdf",
            &[],
            "",
            "`--captions pdf`: takes any of txt, xmp, embed, jsonl and csv, such as txt,xmp, or none",
        ),
        ("a", &[], "color = 'pink'", "`color = pink` in ~/config.toml, line 1: takes auto, always or never"),
        (
            "a",
            &[("FAL_TUI_BUGET", "5")],
            "",
            "`FAL_TUI_BUGET` is no setting; did you mean `FAL_TUI_BUDGET`?\nhint: unset it; a setting that is not read could cost money",
        ),
        ("a --latency 5", &[], "", "`--latency` shapes the sandbox, and nothing says `--sandbox`"),
        (
            "a -m esrgan",
            &[],
            "",
            "`--model esrgan`: `esrgan` is no fal endpoint id: expected `owner/model` of letters, digits, `-`, `_` and `.`, as on the model's page",
        ),
        ("a -p steps", &[], "", "`--param steps`: `steps` is no NAME=VALUE, as in `-p upscale_factor=4`"),
    ] {
        assert_eq!(resolve(line, variables, config).unwrap_err(), message);
    }
    let refused = |settings: Settings| settings.model.params_of(&upscaler()).unwrap_err().to_string();
    let error = refused(resolve("a", &[("FAL_TUI_PARAM", "steps=9;scale_factor=2")], "").unwrap());
    assert!(error.starts_with("`FAL_TUI_PARAM=scale_factor=2`: "), "{error}");
    assert!(error.contains("did you mean `upscale_factor`?"), "{error}");
}

fn upscaler() -> Model {
    Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap()
}

#[test]
fn parameters_of_the_config_file_are_for_its_own_model() {
    let params = |line: &str, config: &str| resolve(line, &NONE, config).unwrap().model.parse(&upscaler()).unwrap();
    let of_default = "[param]\nsteps = 10";
    assert_eq!(params("a", of_default).get("steps"), Some(&10.into()));
    assert_eq!(params("a -m fal-ai/esrgan", of_default).get("steps"), Some(&20.into()));
    let of_other = "model = 'fal-ai/esrgan'\n[param]\nsteps = 10";
    assert_eq!(params("a", of_other).get("steps"), Some(&10.into()));
    assert_eq!(params("a -m fal-ai/flux-vision-upscaler", of_other).get("steps"), Some(&20.into()));
}

#[test]
fn parameters_add_up_and_the_more_important_source_holds() {
    let variables = [("FAL_TUI_PARAM", "steps=30; creativity=0.5")];
    let settings = resolve("photos -p creativity=0.7", &variables, "[param]\nsteps = 10\nguidance = 5").unwrap();
    let params = settings.model.params_of(&upscaler()).unwrap();
    let value = |name: &str| params.iter().find(|(known, _)| *known == name).unwrap().1.to_string();
    assert_eq!([value("guidance"), value("steps"), value("creativity")], ["5", "30", "0.7"]);
    assert_eq!(source(&settings, "param guidance"), Source::File { line: 1 });
    assert_eq!(source(&settings, "param steps"), Source::Variable("FAL_TUI_PARAM"));
    assert_eq!(source(&settings, "param creativity"), Source::Flag);
    assert_eq!(source(&settings, "param upscale_factor"), Source::Default);
}

#[test]
fn globs_of_one_source_do_not_mix_with_anothers() {
    let config = "include = ['*.gif']\nexclude = ['old/**']";
    let settings = resolve("photos --include *.jpg --include *.png", &[("FAL_TUI_INCLUDE", "*.webp")], config).unwrap();
    assert_eq!(settings.which.include, ["*.jpg", "*.png"]);
    assert_eq!(settings.which.exclude, ["old/**"]);
}

#[test]
fn an_empty_variable_is_none() {
    let settings = resolve("photos", &[("FAL_TUI_CONCURRENCY", ""), ("FAL_KEY", ""), ("NO_COLOR", "")], "").unwrap();
    assert_eq!((settings.sending.concurrency, settings.face.look.color), (8, ColorChoice::Auto));
    assert_eq!(settings.key.unwrap_err(), NoKey::Missing);
}

#[test]
fn the_key_comes_whole_or_in_halves_and_never_shows() {
    let authorization = |variables: &[(&str, &str)]| {
        let settings = resolve("photos", variables, "").unwrap();
        assert!(!format!("{settings:?}{}", settings.text()).contains("sesame"));
        settings.key.map(|key| key.authorization().to_str().unwrap().to_owned())
    };
    let halves = [("FAL_KEY_ID", " id "), ("FAL_KEY_SECRET", "sesame\n")];
    assert_eq!(authorization(&[("FAL_KEY", " sesame\n")]).unwrap(), "Key sesame");
    assert_eq!(authorization(&halves).unwrap(), "Key id:sesame");
    assert_eq!(authorization(&[("FAL_KEY", "whole"), halves[0], halves[1]]).unwrap(), "Key whole");
    let half = authorization(&halves[..1]).unwrap_err().to_string();
    assert!(half.starts_with("half a key: `FAL_KEY_ID` is set and `FAL_KEY_SECRET` is not"), "{half}");
    let error = authorization(&[("FAL_KEY", "open sesame")]).unwrap_err().to_string();
    assert!(error.starts_with("`FAL_KEY`: the key has a blank"), "{error}");
    let missing = NoKey::Missing.to_string();
    assert!(missing.contains("`FAL_KEY`") && NoKey::Missing.is_wanting());
}

#[test]
fn hosts_follow_our_variables_then_the_official_clients() {
    let queue = |variables: &[(&str, &str)]| resolve("photos", variables, "").map(|s| s.hosts.queue.to_string());
    let ours = ("FAL_TUI_QUEUE_URL", "http://127.0.0.1:9/queue/");
    assert_eq!(queue(&[ours, ("FAL_RUN_HOST", "x.org")]).unwrap(), "http://127.0.0.1:9/queue");
    assert_eq!(queue(&[("FAL_QUEUE_RUN_HOST", "q.org"), ("FAL_RUN_HOST", "x.org")]).unwrap(), "https://q.org/");
    assert_eq!(queue(&[("FAL_RUN_HOST", "x.org")]).unwrap(), "https://queue.x.org/");

    let error = queue(&[("FAL_TUI_QUEUE_URL", "http://queue.example.com")]).unwrap_err();
    assert!(error.starts_with("`FAL_TUI_QUEUE_URL=http://queue.example.com`: "), "{error}");
    assert!(error.contains("unencrypted"), "{error}");
    let error = queue(&[("FAL_TUI_REST_URL", "https://me:sesame@x.org")]).unwrap_err();
    assert!(error.contains("FAL_TUI_REST_URL") && !error.contains("sesame"), "{error}");
    assert!(queue(&[("FAL_RUN_HOST", "https://x.org/")]).is_err());
}

#[test]
fn the_usual_variables_for_colour_rank_between_flag_and_file() {
    let color = |line: &str, variables: &[(&str, &str)], config: &str| {
        resolve(line, variables, config).unwrap().face.look.color
    };
    assert_eq!(color("a", &[("NO_COLOR", "1")], "color = 'always'"), ColorChoice::Never);
    assert_eq!(color("a --color always", &[("NO_COLOR", "1")], ""), ColorChoice::Always);
    assert_eq!(color("a", &[("CLICOLOR_FORCE", "1")], ""), ColorChoice::Always);
    assert_eq!(color("a", &[("CLICOLOR_FORCE", "0")], ""), ColorChoice::Auto);
    assert_eq!(color("a", &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], ""), ColorChoice::Never);
}

#[test]
fn the_sandbox_is_shaped_only_where_there_is_one() {
    let shaped = SandboxSettings {
        latency: Some(Duration::from_millis(200)),
        runners: Some(4),
        scenario: Some("faults.toml".into()),
    };
    let line = "a --sandbox --latency 200 --runners 4 --scenario faults.toml";
    assert_eq!(resolve(line, &NONE, "").unwrap().sandbox, Some(shaped));
    assert_eq!(resolve("a", &[("FAL_TUI_LATENCY", "200")], "runners = 4").unwrap().sandbox, None);
    assert_eq!(resolve("a", &[("FAL_TUI_SANDBOX", "1")], "").unwrap().sandbox, Some(SandboxSettings::default()));
}

#[test]
fn a_headless_run_needs_somebody_to_have_said_yes() {
    let may = |line: &str| resolve(line, &NONE, "").unwrap().may_start_headless();
    assert!(!may("a --headless"));
    assert!(may("a --headless --yes") && may("a --headless --budget 5") && may("a --headless --sandbox"));
    let headless = |line: &str| resolve(line, &NONE, "").unwrap().face.headless;
    assert_eq!(["a", "a --json", "a --headless"].map(headless), [Headless::No, Headless::Yes, Headless::Yes]);
    assert_eq!(headless("a --json --detach"), Headless::Background);
}

#[test]
fn without_a_home_the_state_directory_must_be_named() {
    let cli = |line: &str| Cli::read(line.split(' ')).unwrap().flags();
    let nowhere = Environment::default();
    assert!(matches!(Settings::resolve(&cli("fal-tui a"), &nowhere), Err(SettingsError::NoStateDir)));
    let named = Settings::resolve(&cli("fal-tui a --state-dir here"), &nowhere).unwrap();
    assert_eq!(named.home.state_dir, Path::new("here"));
}

#[test]
fn config_shows_every_setting_and_its_source() {
    let environment = Environment {
        state_dir: Some("/state/fal-tui".into()),
        ..Environment::of([("FAL_KEY", "sesame"), ("NO_COLOR", "1"), ("FAL_TUI_PARAM", "steps=30")])
    };
    let cli = Cli::read("fal-tui config -c 16 --include *.jpg --include *.png".split(' ')).unwrap();
    let settings = Settings::resolve(&cli.flags(), &environment).unwrap();
    for setting in names::ALL {
        let shown = |origin: &Origin| origin.name.split(' ').next() == Some(setting.name);
        assert!(settings.origins.iter().any(shown), "{}", setting.name);
    }
    insta::assert_snapshot!(settings.text());
}
