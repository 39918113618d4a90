//! What a translation has lost, in as few words as its places allow.

/// Tells the same loss at several places once, as `tools[*].x has no counterpart (3 times)`.
///
/// What coding agents send has dozens of them, and a header has an end.
pub(crate) fn condensed<'l>(losses: impl IntoIterator<Item = &'l str>) -> Vec<String> {
    let mut kinds: Vec<(String, &str, usize)> = Vec::new();
    for loss in losses {
        let kind = anywhere(loss);
        match kinds.iter_mut().find(|(known, _, _)| *known == kind) {
            Some((_, _, times)) => *times += 1,
            None => kinds.push((kind, loss, 1)),
        }
    }
    let told = |(kind, loss, times): (String, &str, usize)| match times {
        1 => loss.to_owned(),
        times => format!("{kind} ({times} times)"),
    };
    kinds.into_iter().map(told).collect()
}

/// A loss with a `*` for each number in brackets.
fn anywhere(loss: &str) -> String {
    let mut pieces = loss.split('[');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push('[');
        match piece.split_once(']') {
            Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.push_str("*]");
                text.push_str(rest);
            }
            _ => text.push_str(piece),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<const N: usize>(losses: [&str; N], expected: &[&str]) {
        assert_eq!(condensed(losses), expected);
    }

    #[test]
    fn the_same_loss_at_several_places_is_told_once() {
        check([], &[]);
        check(["a[1].b is lost", "c is lost"], &["a[1].b is lost", "c is lost"]);
        check(
            ["a[1].b[0] is lost", "c is lost", "a[2].b[11] is lost", "a[2].c is lost"],
            &["a[*].b[*] is lost (2 times)", "c is lost", "a[2].c is lost"],
        );
        check(["a[x] is lost", "a[y] is lost", "["], &["a[x] is lost", "a[y] is lost", "["]);
    }
}
