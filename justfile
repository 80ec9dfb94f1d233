# The commands of daily work; `just --list` shows them.

# Everything that CI runs.
ci:
    .ci/run

# Format, lints, tests.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    cargo test

# Every fault of the mock is caught; `just mutants id_token` takes those that begin so.
mutants fault="":
    OIDCHECK_FAULT={{fault}} cargo test --test mutants

# A real provider: `just provider keycloak`, `TLS=1 just provider authlib OIDCC-2`.
provider name *arguments:
    tests/providers/run.sh {{name}} {{arguments}}

# Workers under a real Locust master.
locust:
    tests/locust/run.sh

# Writes the generated parts of README.md and reports/sample anew.
bless:
    OIDCHECK_BLESS=1 cargo test --test samples
