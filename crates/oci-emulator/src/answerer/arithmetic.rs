//! Finds a sum in a sentence and works it out, exactly, in fractions.

/// The answer to the longest arithmetic expression in `message`, if it has one with an operator in it.
pub(super) fn answer(message: &str) -> Option<String> {
    if message.len() > MAX_MESSAGE {
        return None;
    }
    let (expression, value) = find(message)?;
    let expression = expression.trim();
    Some(match value {
        Ok(value) => match value.to_decimal() {
            (text, true) => format!("{expression} is {text}."),
            (text, false) => format!("{expression} is about {text}."),
        },
        Err(Unanswerable::DivisionByZero) => {
            format!("{expression} has no value, because it divides by zero.")
        }
        Err(Unanswerable::TooLarge) => format!("{expression} is too large for me."),
    })
}

/// Why a well-formed expression has no value here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Unanswerable {
    DivisionByZero,
    TooLarge,
}

type Value = Result<Fraction, Unanswerable>;

/// The longest stretch of `message` that is an expression and stands apart from the words around it.
fn find(message: &str) -> Option<(&str, Value)> {
    let mut best: Option<(&str, Value)> = None;
    let mut before = ' ';
    for (start, character) in message.char_indices() {
        let stands_apart = !before.is_alphanumeric() && before != '.';
        before = character;
        if !stands_apart || !begins_expression(character) {
            continue;
        }
        let Some(rest) = message.get(start..) else { continue };
        let mut parser = Parser { rest, operators: 0 };
        let Some(value) = parser.sum(0) else { continue };
        let expression = rest.strip_suffix(parser.rest).unwrap_or(rest);
        let ends_apart = !parser.rest.starts_with(char::is_alphanumeric);
        let longer = best.as_ref().is_none_or(|(best, _)| expression.len() > best.len());
        if parser.operators > 0 && ends_apart && longer {
            best = Some((expression, value));
        }
    }
    best
}

fn begins_expression(character: char) -> bool {
    character.is_ascii_digit() || matches!(character, '(' | '-' | '\u{2212}' | '.')
}

/// Recursive descent over what is left of the text; `None` means "no expression here".
struct Parser<'a> {
    rest: &'a str,
    operators: u32,
}

impl Parser<'_> {
    /// `product (('+' | '-') product)*`
    fn sum(&mut self, depth: u32) -> Option<Value> {
        let mut value = self.product(depth)?;
        loop {
            let before = self.rest;
            let operation = match self.next_character() {
                Some('+') => Fraction::add,
                Some('-' | '\u{2212}') => Fraction::subtract,
                _ => {
                    self.rest = before;
                    return Some(value);
                }
            };
            let Some(right) = self.product(depth) else {
                self.rest = before;
                return Some(value);
            };
            self.operators += 1;
            value = combine(value, right, operation);
        }
    }

    /// `factor (('*' | '/') factor)*`, with the other signs that people write for these two.
    fn product(&mut self, depth: u32) -> Option<Value> {
        let mut value = self.factor(depth)?;
        loop {
            let before = self.rest;
            let operation = match self.next_character() {
                Some('*' | 'x' | 'X' | '\u{d7}' | '\u{b7}') => Fraction::multiply,
                Some('/' | '\u{f7}') => Fraction::divide,
                _ => {
                    self.rest = before;
                    return Some(value);
                }
            };
            let Some(right) = self.factor(depth) else {
                self.rest = before;
                return Some(value);
            };
            self.operators += 1;
            value = combine(value, right, operation);
        }
    }

    /// `'-' factor | '(' sum ')' | number`
    fn factor(&mut self, depth: u32) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        let before = self.rest.trim_start();
        match self.next_character()? {
            '-' | '\u{2212}' => {
                let value = self.factor(depth + 1)?;
                Some(value.and_then(|value| Fraction::ZERO.subtract(value)))
            }
            '(' => {
                let value = self.sum(depth + 1)?;
                (self.next_character()? == ')').then_some(value)
            }
            _ => {
                self.rest = before;
                self.number()
            }
        }
    }

    /// Digits with at most one point among or before them: `12`, `0.5`, `.5`.
    fn number(&mut self) -> Option<Value> {
        let digits = |text: &str| {
            text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len())
        };
        let (whole, after) = self.rest.split_at_checked(digits(self.rest))?;
        let (fraction, after) = match after.strip_prefix('.') {
            Some(more) if more.starts_with(|character: char| character.is_ascii_digit()) => {
                more.split_at_checked(digits(more))?
            }
            _ => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        self.rest = after;
        Some(Fraction::from_digits(whole, fraction))
    }

    fn next_character(&mut self) -> Option<char> {
        let mut characters = self.rest.trim_start().chars();
        let character = characters.next()?;
        self.rest = characters.as_str();
        Some(character)
    }
}

fn combine(left: Value, right: Value, operation: fn(Fraction, Fraction) -> Value) -> Value {
    operation(left?, right?)
}

/// An exact fraction in lowest terms whose denominator is positive.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Fraction {
    numerator: i128,
    denominator: i128,
}

impl Fraction {
    const ZERO: Self = Self { numerator: 0, denominator: 1 };

    fn new(numerator: i128, denominator: i128) -> Value {
        if denominator == 0 {
            return Err(Unanswerable::DivisionByZero);
        }
        let divisor = greatest_common_divisor(numerator.unsigned_abs(), denominator.unsigned_abs());
        let divisor = i128::try_from(divisor).map_err(|_| Unanswerable::TooLarge)?;
        let divisor = if denominator < 0 { -divisor } else { divisor };
        match (numerator.checked_div(divisor), denominator.checked_div(divisor)) {
            (Some(numerator), Some(denominator)) => Ok(Self { numerator, denominator }),
            _ => Err(Unanswerable::TooLarge),
        }
    }

    fn from_digits(whole: &str, fraction: &str) -> Value {
        let too_large = Unanswerable::TooLarge;
        let mut numerator: i128 = 0;
        for digit in whole.chars().chain(fraction.chars()).filter_map(|digit| digit.to_digit(10)) {
            numerator = numerator
                .checked_mul(10)
                .and_then(|value| value.checked_add(i128::from(digit)))
                .ok_or(too_large)?;
        }
        let places = u32::try_from(fraction.len()).map_err(|_| too_large)?;
        Self::new(numerator, 10_i128.checked_pow(places).ok_or(too_large)?)
    }

    fn add(self, other: Self) -> Value {
        let numerator = self
            .numerator
            .checked_mul(other.denominator)
            .zip(other.numerator.checked_mul(self.denominator))
            .and_then(|(left, right)| left.checked_add(right));
        Self::checked(numerator, self.denominator.checked_mul(other.denominator))
    }

    fn subtract(self, other: Self) -> Value {
        let negated = other.numerator.checked_neg().ok_or(Unanswerable::TooLarge)?;
        self.add(Self { numerator: negated, ..other })
    }

    fn multiply(self, other: Self) -> Value {
        Self::checked(
            self.numerator.checked_mul(other.numerator),
            self.denominator.checked_mul(other.denominator),
        )
    }

    fn divide(self, other: Self) -> Value {
        Self::checked(
            self.numerator.checked_mul(other.denominator),
            self.denominator.checked_mul(other.numerator),
        )
    }

    fn checked(numerator: Option<i128>, denominator: Option<i128>) -> Value {
        match (numerator, denominator) {
            (Some(numerator), Some(denominator)) => Self::new(numerator, denominator),
            _ => Err(Unanswerable::TooLarge),
        }
    }

    /// The number in decimals, and whether that is exact or was cut after [`MAX_PLACES`].
    fn to_decimal(self) -> (String, bool) {
        let (numerator, denominator) =
            (self.numerator.unsigned_abs(), self.denominator.unsigned_abs());
        let mut text = String::from(if self.numerator < 0 { "-" } else { "" });
        text.push_str(&(numerator / denominator).to_string());
        let mut remainder = numerator % denominator;
        let mut places = 0;
        while remainder != 0 && places < MAX_PLACES {
            // Long division, which needs ten times the remainder to fit.
            let Some(tenfold) = remainder.checked_mul(10) else { return (text, false) };
            if places == 0 {
                text.push('.');
            }
            text.push_str(&(tenfold / denominator).to_string());
            remainder = tenfold % denominator;
            places += 1;
        }
        (text, remainder == 0)
    }
}

fn greatest_common_divisor(mut left: u128, mut right: u128) -> u128 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left.max(1)
}

/// A sum is not looked for in a longer message: every character may begin one.
const MAX_MESSAGE: usize = 1024;

/// Parentheses and signs within each other; the parser calls itself for each.
const MAX_DEPTH: u32 = 64;

/// Decimal places before a number is called "about".
const MAX_PLACES: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expected: &str) {
        assert_eq!(answer(message).as_deref(), Some(expected));
    }

    #[track_caller]
    fn check_none(message: &str) {
        assert_eq!(answer(message), None);
    }

    #[test]
    fn sums_in_sentences() {
        check("What is 2x2?", "2x2 is 4.");
        check("2x2", "2x2 is 4.");
        check("12 * (3 + 4)", "12 * (3 + 4) is 84.");
        check("Tell me 1 + 2 * 3 - 4, please", "1 + 2 * 3 - 4 is 3.");
        check("(1+2)*(3+4) = ?", "(1+2)*(3+4) is 21.");
        check("6 × 7", "6 × 7 is 42.");
        check("8 ÷ 2 − 1", "8 ÷ 2 − 1 is 3.");
        check("Add 1 + 1. Then 20 + 20.", "20 + 20 is 40.");
    }

    #[test]
    fn signs_and_decimals_are_exact() {
        check("-3 - -4", "-3 - -4 is 1.");
        check("--2*3", "--2*3 is 6.");
        check("0.1 + 0.2", "0.1 + 0.2 is 0.3.");
        check(".5 * .5", ".5 * .5 is 0.25.");
        check("1 / 8", "1 / 8 is 0.125.");
        check("10 / 3", "10 / 3 is about 3.333333333333.");
        check("-10 / 4", "-10 / 4 is -2.5.");
        check("10 / 3 * 3", "10 / 3 * 3 is 10.");
    }

    #[test]
    fn what_has_no_value_says_so() {
        check("1/0", "1/0 has no value, because it divides by zero.");
        check("1 / (2 - 2) + 5", "1 / (2 - 2) + 5 has no value, because it divides by zero.");
        let large = "99999999999999999999 * 99999999999999999999";
        check(large, &format!("{large} is too large for me."));
        let long = format!("1 + {}", "9".repeat(100));
        check(&long, &format!("{long} is too large for me."));
    }

    #[test]
    fn what_is_no_sum_is_left_alone() {
        check_none("hello");
        check_none("42");
        check_none("-42");
        check_none("version 1.2.3");
        check_none("a2x2");
        check_none("2x2b");
        check_none("2 x");
        check_none("at 10:30");
        check_none("(2 + ");
        check_none(&"(".repeat(1000));
        check_none(&"-".repeat(1000));
        check_none(&format!("{}1", "1+".repeat(600)));
    }

    #[test]
    fn an_operator_without_a_right_side_is_not_part_of_it() {
        check("2+2-", "2+2 is 4.");
        check("2+2 x", "2+2 is 4.");
        check_none("2+2x");
    }
}
