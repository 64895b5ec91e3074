//! What the AWS tools keep of a profile in `~/.aws` (AWS docs: configuration and credential files).

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;

/// What a profile says, by the names of its settings.
#[derive(Debug, Default)]
pub(super) struct Profile(HashMap<String, String>);

impl Profile {
    /// The one that the environment names, or the default one.
    ///
    /// # Errors
    /// If the one that was named is nowhere, or takes steps to its credentials that are not taken here.
    pub(super) fn chosen() -> io::Result<Self> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let named = variable("AWS_PROFILE").or_else(|| variable("AWS_DEFAULT_PROFILE"));
        let home = variable("HOME").or_else(|| variable("USERPROFILE")).map(PathBuf::from);
        let text = |chosen: &str, usual: &str| {
            let path = variable(chosen).map(PathBuf::from).or_else(|| Some(home.as_ref()?.join(".aws").join(usual)));
            path.and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default()
        };
        let credentials = text("AWS_SHARED_CREDENTIALS_FILE", "credentials");
        let profile =
            Self::read(&text("AWS_CONFIG_FILE", "config"), &credentials, named.as_deref().unwrap_or("default"));
        match (profile, named) {
            (Some(profile), named) => profile.with_keys(named.as_deref().unwrap_or("default")),
            (None, Some(named)) => {
                Err(io::Error::other(format!("there is no profile `{named}` in ~/.aws, as AWS_PROFILE asks for")))
            }
            (None, None) => Ok(Self::default()),
        }
    }

    /// A profile of two files, if one of them has it.
    fn read(config: &str, credentials: &str, name: &str) -> Option<Self> {
        let (mut settings, mut is_there) = (HashMap::new(), false);
        // What stands with the keys holds before the rest.
        for text in [config, credentials] {
            let mut is_it = false;
            for line in text.lines() {
                if let Some(section) = line.trim_end().strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                    let section = section.trim();
                    is_it = section.strip_prefix("profile").map_or(section, str::trim_start) == name;
                    is_there |= is_it;
                } else if let Some((key, value)) =
                    line.split_once('=').filter(|_| is_it && !line.starts_with([' ', '\t', '#', ';']))
                {
                    settings.insert(key.trim().to_ascii_lowercase(), value.trim().to_owned());
                }
            }
        }
        is_there.then_some(Self(settings))
    }

    /// The same, if its keys stand in it or come from somewhere else altogether.
    fn with_keys(self, name: &str) -> io::Result<Self> {
        let steps = ["sso_session", "sso_start_url", "role_arn", "credential_process"];
        match steps.into_iter().find(|step| self.0.contains_key(*step)) {
            Some(step) if self.get("aws_access_key_id").is_none() => Err(io::Error::other(format!(
                "the profile `{name}` comes to its credentials by `{step}`, which fal-tui does not go through; what `aws \
                 configure export-credentials --profile {name} --format env` prints, it takes"
            ))),
            _ => Ok(self),
        }
    }

    /// A setting.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "[default]\nregion = eu-west-1\n\n[profile archive]\nregion=us-west-2\ns3 =\n  addressing_style = path\nendpoint_url = http://127.0.0.1:9000\n[profile sso]\nsso_start_url = https://a\n";
    const KEYS: &str = "# ours\n[archive]\naws_access_key_id = AKIA\naws_secret_access_key=se=cret\n[default]\n";

    #[test]
    fn a_profile_is_what_both_files_say_of_it() {
        let archive = Profile::read(CONFIG, KEYS, "archive").unwrap();
        for (name, value) in [
            ("region", "us-west-2"),
            ("aws_access_key_id", "AKIA"),
            ("aws_secret_access_key", "se=cret"),
            ("endpoint_url", "http://127.0.0.1:9000"),
        ] {
            assert_eq!(archive.get(name), Some(value));
        }
        assert_eq!(archive.get("addressing_style"), None);
        assert_eq!(Profile::read(CONFIG, KEYS, "default").unwrap().get("region"), Some("eu-west-1"));
        assert!(Profile::read(CONFIG, KEYS, "other").is_none());
        let error = Profile::read(CONFIG, KEYS, "sso").unwrap().with_keys("sso").unwrap_err().to_string();
        assert!(error.contains("sso_start_url") && error.contains("export-credentials"), "{error}");
    }
}
