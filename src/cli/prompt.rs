//! Asks the person at the terminal (`login.driver = "manual"`).

use std::io::{self, IsTerminal as _};
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::terminal::{Terminal, visible};
use crate::login::{Decision, Prompt, Task};

/// The person, where there is one.
pub(super) fn person(terminal: Terminal) -> Option<Arc<dyn Prompt>> {
    io::stdin()
        .is_terminal()
        .then(|| Arc::new(Person(terminal)) as Arc<dyn Prompt>)
}

#[derive(Debug)]
struct Person(Terminal);

impl Prompt for Person {
    fn ask(&self, task: Task) -> BoxFuture<'_, Result<String, String>> {
        let decision = match task.decision {
            Decision::Agree => "agree wherever you are asked",
            Decision::Refuse => "refuse on the page that asks for your consent",
            Decision::Look => "stop at the first page",
        };
        self.0.say(&visible(&format!(
            "\n{}: open this URL, log in as {}, {decision}:\n\n    {}\n\nThen paste the URL that the browser ended at:",
            task.purpose, task.username, task.url
        )));
        async {
            tokio::task::spawn_blocking(|| {
                let mut line = String::new();
                io::stdin().read_line(&mut line).map(|_| line)
            })
            .await
            .map_err(|e| e.to_string())?
            .map_err(|e| e.to_string())
        }
        .boxed()
    }
}
