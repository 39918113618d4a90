//! Commands for shells, and changes to files.

use std::collections::BTreeMap;

use crate::object::object;
use crate::responses::item_function::Caller;
use crate::responses::item_message::ItemStatus;
use crate::responses::tool_shell::ShellEnvironment;
use crate::tagged::tagged;

object! { kept
    /// A command for the caller's shell.
    pub struct LocalShellCall (tag "type" = "local_shell_call") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The id that the result has to name.
        pub call_id: String = always "call_id",
        /// The command.
        pub action: Option<LocalShellAction> = "action",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
    }
}

object! { kept
    /// A command with its surroundings.
    pub struct LocalShellAction (tag "type" = "exec") {
        /// Program and arguments.
        pub command: Vec<String> = always "command",
        /// Variables of its environment.
        pub env: Option<BTreeMap<String, String>> = "env",
        /// Limit of its time, in milliseconds.
        pub timeout_ms: Option<u64> = "timeout_ms",
        /// The user that runs it.
        pub user: Option<String> = "user",
        /// The folder in which it runs.
        pub working_directory: Option<String> = "working_directory",
    }
}

object! { kept
    /// What a command of the caller's shell printed.
    pub struct LocalShellCallOutput (tag "type" = "local_shell_call_output") {
        /// The id of the call that this answers.
        pub id: Option<String> = "id",
        /// What it printed, usually as the text of a JSON object.
        pub output: String = always "output",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
    }
}

object! { kept
    /// Commands for a shell.
    pub struct ShellCall (tag "type" = "shell_call") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The id that the result has to name.
        pub call_id: String = always "call_id",
        /// The commands.
        pub action: Option<ShellAction> = "action",
        /// Where they run.
        pub environment: Option<ShellEnvironment> = "environment",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
        /// Who called.
        pub caller: Option<Caller> = "caller",
        /// Who made the item, in stored conversations.
        pub created_by: Option<String> = "created_by",
    }
}

object! { kept
    /// Commands and their limits.
    pub struct ShellAction {
        /// The commands; they may run at the same time.
        pub commands: Vec<String> = always "commands",
        /// Limit of what each may print, in characters.
        pub max_output_length: Option<u64> = "max_output_length",
        /// Limit of their time, in milliseconds.
        pub timeout_ms: Option<u64> = "timeout_ms",
    }
}

object! { kept
    /// What commands printed.
    pub struct ShellCallOutput (tag "type" = "shell_call_output") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The id of the call that this answers.
        pub call_id: String = always "call_id",
        /// The limit of the call, in characters.
        pub max_output_length: Option<u64> = "max_output_length",
        /// For each command what it printed.
        pub output: Vec<ShellOutput> = always "output",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
        /// Who called.
        pub caller: Option<Caller> = "caller",
        /// Who made the item, in stored conversations.
        pub created_by: Option<String> = "created_by",
    }
}

object! { kept
    /// What one command printed.
    pub struct ShellOutput {
        /// How it ended.
        pub outcome: Option<ShellOutcome> = "outcome",
        /// What went to standard error.
        pub stderr: String = always "stderr",
        /// What went to standard output.
        pub stdout: String = always "stdout",
        /// Who made it.
        pub created_by: Option<String> = "created_by",
    }
}

tagged! {
    /// How a command ended.
    pub enum ShellOutcome by "type" {
        /// By itself.
        "exit" => Exit(ShellExit),
        /// Its time was up.
        "timeout" => Timeout(ShellTimeout),
    }
}

object! { kept
    /// A command that ended by itself.
    pub struct ShellExit (tag "type" = "exit") {
        /// Its status.
        pub exit_code: Option<i64> = "exit_code",
    }
}

object! { kept
    /// A command whose time was up.
    pub struct ShellTimeout (tag "type" = "timeout") {}
}

object! { kept
    /// A change to a file.
    pub struct ApplyPatchCall (tag "type" = "apply_patch_call") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The id that the result has to name.
        pub call_id: String = always "call_id",
        /// The change.
        pub operation: Option<PatchOperation> = "operation",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
        /// Who called.
        pub caller: Option<Caller> = "caller",
        /// Who made the item, in stored conversations.
        pub created_by: Option<String> = "created_by",
    }
}

tagged! {
    /// A change to a file.
    pub enum PatchOperation by "type" {
        /// A new file.
        "create_file" => CreateFile(CreateFile),
        /// A file less.
        "delete_file" => DeleteFile(DeleteFile),
        /// Another content.
        "update_file" => UpdateFile(UpdateFile),
    }
}

object! { kept
    /// A new file.
    pub struct CreateFile (tag "type" = "create_file") {
        /// Its content, as a difference to nothing.
        pub diff: String = always "diff",
        /// Its path.
        pub path: String = always "path",
    }
}

object! { kept
    /// A file less.
    pub struct DeleteFile (tag "type" = "delete_file") {
        /// Its path.
        pub path: String = always "path",
    }
}

object! { kept
    /// Another content of a file.
    pub struct UpdateFile (tag "type" = "update_file") {
        /// The difference.
        pub diff: String = always "diff",
        /// Its path.
        pub path: String = always "path",
    }
}

object! { kept
    /// Whether a change was made.
    pub struct ApplyPatchCallOutput (tag "type" = "apply_patch_call_output") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The id of the call that this answers.
        pub call_id: String = always "call_id",
        /// `completed` or `failed`.
        pub status: Option<ItemStatus> = "status",
        /// What there is to say about it.
        pub output: Option<String> = "output",
        /// Who called.
        pub caller: Option<Caller> = "caller",
        /// Who made the item, in stored conversations.
        pub created_by: Option<String> = "created_by",
    }
}
