//! What stands below the help and in the manual.

pub(super) const EXAMPLES: &str = "\
Examples:
  fal-tui --sandbox tests/photos              a first try: no key, nothing is charged
  fal-tui plan ./photos                       what would be sent, and what it would cost
  fal-tui ./photos -p upscale_factor=4        four times the width and height
  fal-tui ./photos --headless --budget 20     plain lines, and never past $20
  fal-tui retry 3 --only timeout              send again what timed out in batch 3";

pub(super) const ENVIRONMENT: &str = "\
Environment:
  FAL_KEY               the key; else FAL_KEY_ID and FAL_KEY_SECRET, else what `fal-tui login` stored
  FAL_TUI_<FLAG>        any long flag, such as FAL_TUI_CONCURRENCY=16; several values for a
                        repeatable flag are separated by `;`
  FAL_TUI_QUEUE_URL, FAL_TUI_REST_URL, FAL_TUI_API_URL
                        other base URLs than fal's; plain http only to loopback
  FAL_TUI_WEBDAV_USER, FAL_TUI_WEBDAV_PASSWORD
                        who asks a WebDAV server
  FAL_QUEUE_RUN_HOST, FAL_RUN_HOST
                        other hosts, as in the official Python client
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR, NO_COLOR, CLICOLOR_FORCE
                        as everywhere
A flag wins over the environment, that over the config file, and that over the default.";

pub(super) const EXIT_STATUS: &str = "\
Exit status:
  0    every job is done, or there was nothing to do
  1    finished, and some jobs failed or want a review
  2    wrong usage, settings or input; nothing was sent
  3    stopped by the account: key refused, account locked
  4    stopped by your own limit: budget, failures, disk
  5    fal could not be reached at all
  129, 130, 143   hang-up, interrupted, terminated: state saved, go on with the same command";
