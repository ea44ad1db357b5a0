//! English, American: no "and" inside numbers.

use super::fields::{AFTERNOON, HUNDREDTHS, N, NEGATIVE, SECOND, THIRD};
use super::speak::{Rule, Step, Table, index};
use Step::{Digits, Field, IfDigits, IfRemainder, Quotient as Q, Remainder as R, Unless, When};

const PIECES: &[&str] = &[
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "million",
    "billion",
    "trillion",
    "quadrillion",
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
    "thirtieth",
    "fortieth",
    "fiftieth",
    "sixtieth",
    "seventieth",
    "eightieth",
    "ninetieth",
    "hundredth",
    "thousandth",
    "millionth",
    "billionth",
    "trillionth",
    "quadrillionth",
    "minus",
    "point",
    "and",
    "oh",
    "dollar",
    "dollars",
    "cent",
    "cents",
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
    "o'clock",
    "a.m.",
    "p.m.",
    "hour",
    "hours",
    "minute",
    "minutes",
    "seconds",
    "star",
    "pound",
    "A",
    "B",
    "C",
    "D",
];

const fn p(text: &str) -> Step {
    Step::Piece(index(PIECES, text))
}

const fn rule(base: u64, divisor: u64, steps: &'static [Step]) -> Rule {
    Rule { base, divisor, steps }
}

/// The rules for words that stand for themselves, counted from a first number.
macro_rules! words {
    ($from:expr; $($word:literal)* $(; $rule:expr)* $(;)?) => {{
        const WORDS: &[&str] = &[$($word),*];
        const STEPS: [[Step; 1]; WORDS.len()] = {
            let mut steps = [[Step::Piece(0)]; WORDS.len()];
            let mut i = 0;
            while i < WORDS.len() {
                steps[i] = [p(WORDS[i])];
                i += 1;
            }
            steps
        };
        const MORE: &[Rule] = &[$($rule),*];
        const RULES: [Rule; WORDS.len() + MORE.len()] = {
            let mut rules = [const { rule(0, 1, &[]) }; WORDS.len() + MORE.len()];
            let mut i = 0;
            while i < rules.len() {
                rules[i] = if i < WORDS.len() {
                    rule($from + i as u64, 1, &STEPS[i])
                } else {
                    let r = &MORE[i - WORDS.len()];
                    rule(r.base, r.divisor, r.steps)
                };
                i += 1;
            }
            rules
        };
        &RULES
    }};
}

const CARDINAL: u8 = 0;
const ORDINAL: u8 = 1;
const DIGIT: u8 = 2;
/// A year in pairs: nineteen oh five, twenty twenty-six.
const YEAR: u8 = 3;
/// The second pair of a year, or the minutes of an hour.
const PAIR: u8 = 4;
const MONTH: u8 = 5;

const K: u64 = 1000;

const SETS: [&[Rule]; 6] = [
    // CARDINAL
    words![
        0; "zero" "one" "two" "three" "four" "five" "six" "seven" "eight" "nine" "ten" "eleven"
        "twelve" "thirteen" "fourteen" "fifteen" "sixteen" "seventeen" "eighteen" "nineteen";
        rule(20, 10, &[p("twenty"), R(CARDINAL)]);
        rule(30, 10, &[p("thirty"), R(CARDINAL)]);
        rule(40, 10, &[p("forty"), R(CARDINAL)]);
        rule(50, 10, &[p("fifty"), R(CARDINAL)]);
        rule(60, 10, &[p("sixty"), R(CARDINAL)]);
        rule(70, 10, &[p("seventy"), R(CARDINAL)]);
        rule(80, 10, &[p("eighty"), R(CARDINAL)]);
        rule(90, 10, &[p("ninety"), R(CARDINAL)]);
        rule(100, 100, &[Q(CARDINAL), p("hundred"), R(CARDINAL)]);
        rule(K, K, &[Q(CARDINAL), p("thousand"), R(CARDINAL)]);
        rule(K * K, K * K, &[Q(CARDINAL), p("million"), R(CARDINAL)]);
        rule(K * K * K, K * K * K, &[Q(CARDINAL), p("billion"), R(CARDINAL)]);
        rule(K * K * K * K, K * K * K * K, &[Q(CARDINAL), p("trillion"), R(CARDINAL)]);
        rule(K * K * K * K * K, K * K * K * K * K, &[
            Q(CARDINAL), p("quadrillion"), R(CARDINAL)
        ]);
    ],
    // ORDINAL
    words![
        0; "zeroth" "first" "second" "third" "fourth" "fifth" "sixth" "seventh" "eighth" "ninth"
        "tenth" "eleventh" "twelfth" "thirteenth" "fourteenth" "fifteenth" "sixteenth"
        "seventeenth" "eighteenth" "nineteenth" "twentieth";
        rule(21, 10, &[p("twenty"), R(ORDINAL)]);
        rule(30, 1, &[p("thirtieth")]);
        rule(31, 10, &[p("thirty"), R(ORDINAL)]);
        rule(40, 1, &[p("fortieth")]);
        rule(41, 10, &[p("forty"), R(ORDINAL)]);
        rule(50, 1, &[p("fiftieth")]);
        rule(51, 10, &[p("fifty"), R(ORDINAL)]);
        rule(60, 1, &[p("sixtieth")]);
        rule(61, 10, &[p("sixty"), R(ORDINAL)]);
        rule(70, 1, &[p("seventieth")]);
        rule(71, 10, &[p("seventy"), R(ORDINAL)]);
        rule(80, 1, &[p("eightieth")]);
        rule(81, 10, &[p("eighty"), R(ORDINAL)]);
        rule(90, 1, &[p("ninetieth")]);
        rule(91, 10, &[p("ninety"), R(ORDINAL)]);
        rule(100, 100, &[Q(CARDINAL), Step::Exactly(&[p("hundredth")]),
            IfRemainder(&[p("hundred"), R(ORDINAL)])]);
        rule(K, K, &[Q(CARDINAL), Step::Exactly(&[p("thousandth")]),
            IfRemainder(&[p("thousand"), R(ORDINAL)])]);
        rule(K * K, K * K, &[Q(CARDINAL), Step::Exactly(&[p("millionth")]),
            IfRemainder(&[p("million"), R(ORDINAL)])]);
        rule(K * K * K, K * K * K, &[Q(CARDINAL), Step::Exactly(&[p("billionth")]),
            IfRemainder(&[p("billion"), R(ORDINAL)])]);
        rule(K * K * K * K, K * K * K * K, &[Q(CARDINAL), Step::Exactly(&[p("trillionth")]),
            IfRemainder(&[p("trillion"), R(ORDINAL)])]);
        rule(K * K * K * K * K, K * K * K * K * K, &[
            Q(CARDINAL), Step::Exactly(&[p("quadrillionth")]),
            IfRemainder(&[p("quadrillion"), R(ORDINAL)])
        ]);
    ],
    // DIGIT
    words![
        0; "zero" "one" "two" "three" "four" "five" "six" "seven" "eight" "nine" "star" "pound"
        "A" "B" "C" "D";
    ],
    // YEAR
    &[
        rule(0, 1, &[Q(CARDINAL)]),
        rule(1000, 100, &[Q(CARDINAL), Step::Exactly(&[p("hundred")]), R(PAIR)]),
        rule(2000, 1000, &[p("two"), p("thousand"), R(CARDINAL)]),
        rule(2010, 100, &[Q(CARDINAL), Step::Exactly(&[p("hundred")]), R(PAIR)]),
    ],
    // PAIR
    &[rule(0, 1, &[p("oh"), Q(CARDINAL)]), rule(10, 1, &[Q(CARDINAL)])],
    // MONTH
    words![
        1; "January" "February" "March" "April" "May" "June" "July" "August" "September" "October"
        "November" "December";
    ],
];

const MINUS: Step = When(NEGATIVE, 1, &[p("minus")]);
const CENTS: &[Step] = &[
    Field(HUNDREDTHS, CARDINAL),
    When(HUNDREDTHS, 1, &[p("cent")]),
    Unless(HUNDREDTHS, 1, &[p("cents")]),
];
const MINUTES: &[Step] =
    &[Field(SECOND, CARDINAL), When(SECOND, 1, &[p("minute")]), Unless(SECOND, 1, &[p("minutes")])];
const SECONDS: &[Step] =
    &[Field(THIRD, CARDINAL), When(THIRD, 1, &[p("second")]), Unless(THIRD, 1, &[p("seconds")])];

pub(super) static TABLE: Table = Table {
    language: "en",
    between: " ",
    pieces: PIECES,
    sets: &SETS,
    kinds: [
        &[MINUS, Field(N, CARDINAL)],
        &[MINUS, Field(N, CARDINAL)],
        &[Field(N, ORDINAL)],
        &[Digits(DIGIT)],
        &[Digits(DIGIT)],
        &[MINUS, Field(N, CARDINAL), IfDigits(&[p("point"), Digits(DIGIT)])],
        // zero dollars, fifty cents, one dollar and one cent
        &[
            MINUS,
            Unless(
                N,
                0,
                &[
                    Field(N, CARDINAL),
                    When(N, 1, &[p("dollar")]),
                    Unless(N, 1, &[p("dollars")]),
                    Unless(HUNDREDTHS, 0, &[p("and")]),
                    Unless(HUNDREDTHS, 0, CENTS),
                ],
            ),
            When(
                N,
                0,
                &[When(HUNDREDTHS, 0, &[p("zero"), p("dollars")]), Unless(HUNDREDTHS, 0, CENTS)],
            ),
        ],
        &[Field(SECOND, MONTH), Field(THIRD, ORDINAL), Field(N, YEAR)],
        // nine o'clock a.m., two oh five p.m.
        &[
            Field(THIRD, CARDINAL),
            When(SECOND, 0, &[p("o'clock")]),
            Unless(SECOND, 0, &[Field(SECOND, PAIR)]),
            When(AFTERNOON, 0, &[p("a.m.")]),
            When(AFTERNOON, 1, &[p("p.m.")]),
        ],
        &[
            Unless(
                N,
                0,
                &[Field(N, CARDINAL), When(N, 1, &[p("hour")]), Unless(N, 1, &[p("hours")])],
            ),
            Unless(SECOND, 0, MINUTES),
            Unless(THIRD, 0, SECONDS),
            When(N, 0, &[When(SECOND, 0, &[When(THIRD, 0, SECONDS)])]),
        ],
        &[Field(N, CARDINAL), When(N, 1, &[p("minute")]), Unless(N, 1, &[p("minutes")])],
    ],
};
