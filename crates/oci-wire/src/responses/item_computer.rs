//! What a model wants done on a computer.

use crate::object::object;
use crate::responses::item_message::ItemStatus;
use crate::responses::part::ComputerScreenshot;
use crate::tagged::tagged;

object! { kept
    /// What the model wants done on a computer.
    pub struct ComputerCall (tag "type" = "computer_call") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The id that the result has to name.
        pub call_id: String = always "call_id",
        /// One action.
        pub action: Option<ComputerAction> = "action",
        /// Several actions, in order.
        pub actions: Option<Vec<ComputerAction>> = "actions",
        /// What a person has to look at before.
        pub pending_safety_checks: Vec<SafetyCheck> = always "pending_safety_checks",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
    }
}

object! { kept
    /// The screen after the actions.
    pub struct ComputerCallOutput (tag "type" = "computer_call_output") {
        /// The item's id.
        pub id: Option<String> = "id",
        /// The id of the call that this answers.
        pub call_id: String = always "call_id",
        /// The screen.
        pub output: Option<ComputerScreenshot> = "output",
        /// What a person has looked at.
        pub acknowledged_safety_checks: Option<Vec<SafetyCheck>> = "acknowledged_safety_checks",
        /// How far it is.
        pub status: Option<ItemStatus> = "status",
        /// Who made the item, in stored conversations.
        pub created_by: Option<String> = "created_by",
    }
}

object! { kept
    /// Something a person has to look at.
    pub struct SafetyCheck {
        /// Its id.
        pub id: Option<String> = "id",
        /// The machine-readable reason.
        pub code: Option<String> = "code",
        /// The reason for a person.
        pub message: Option<String> = "message",
    }
}

tagged! {
    /// One action on a computer.
    pub enum ComputerAction by "type" {
        /// A click.
        "click" => Click(Click),
        /// Two clicks.
        "double_click" => DoubleClick(DoubleClick),
        /// A movement with the button held.
        "drag" => Drag(Drag),
        /// Keys pressed together.
        "keypress" => Keypress(Keypress),
        /// A movement of the pointer.
        "move" => Move(MovePointer),
        /// A picture of the screen.
        "screenshot" => Screenshot(Screenshot),
        /// A turn of the wheel.
        "scroll" => Scroll(Scroll),
        /// Typed text.
        "type" => Type(TypeText),
        /// A pause.
        "wait" => Wait(WaitAction),
    }
}

object! { kept
    /// A click; places are pixels from the upper left corner.
    pub struct Click (tag "type" = "click") {
        /// `left`, `right`, `wheel`, `back` or `forward`.
        pub button: Option<String> = "button",
        /// To the right.
        pub x: Option<i64> = "x",
        /// Down.
        pub y: Option<i64> = "y",
        /// Keys held meanwhile.
        pub keys: Option<Vec<String>> = "keys",
    }
}

object! { kept
    /// Two clicks.
    pub struct DoubleClick (tag "type" = "double_click") {
        /// To the right.
        pub x: Option<i64> = "x",
        /// Down.
        pub y: Option<i64> = "y",
        /// Keys held meanwhile.
        pub keys: Option<Vec<String>> = "keys",
    }
}

object! { kept
    /// A movement with the button held.
    pub struct Drag (tag "type" = "drag") {
        /// The way.
        pub path: Vec<Point> = always "path",
        /// Keys held meanwhile.
        pub keys: Option<Vec<String>> = "keys",
    }
}

object! { kept
    /// A place on the screen.
    pub struct Point {
        /// To the right.
        pub x: Option<i64> = "x",
        /// Down.
        pub y: Option<i64> = "y",
    }
}

object! { kept
    /// Keys pressed together.
    pub struct Keypress (tag "type" = "keypress") {
        /// The keys.
        pub keys: Vec<String> = always "keys",
    }
}

object! { kept
    /// A movement of the pointer.
    pub struct MovePointer (tag "type" = "move") {
        /// To the right.
        pub x: Option<i64> = "x",
        /// Down.
        pub y: Option<i64> = "y",
        /// Keys held meanwhile.
        pub keys: Option<Vec<String>> = "keys",
    }
}

object! { kept
    /// A picture of the screen.
    pub struct Screenshot (tag "type" = "screenshot") {}
}

object! { kept
    /// A turn of the wheel.
    pub struct Scroll (tag "type" = "scroll") {
        /// How far to the right.
        pub scroll_x: Option<i64> = "scroll_x",
        /// How far down.
        pub scroll_y: Option<i64> = "scroll_y",
        /// Where the pointer is, to the right.
        pub x: Option<i64> = "x",
        /// Where the pointer is, down.
        pub y: Option<i64> = "y",
        /// Keys held meanwhile.
        pub keys: Option<Vec<String>> = "keys",
    }
}

object! { kept
    /// Typed text.
    pub struct TypeText (tag "type" = "type") {
        /// The text.
        pub text: String = always "text",
    }
}

object! { kept
    /// A pause.
    pub struct WaitAction (tag "type" = "wait") {}
}
